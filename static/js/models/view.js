// How the picture lies in the viewport. A view is {scale, x, y}: scale in CSS pixels per picture
// pixel, x and y the picture's top left corner in CSS pixels from the viewport's.

import { clamp } from "./geometry.js";

export const MAX_SCALE = 32;
/** One press of a zoom button or one notch of the wheel, at most. */
export const ZOOM_STEP = 1.25;
const WHEEL_ZOOM = 0.0015;
const PINCH_ZOOM = 0.01;
const MAX_FIT_SCALE = 8;
const MIN_SCALE_OF_FIT = 0.5;
const KEPT_IN_SIGHT = 64;

/**
 * @typedef {{width: number, height: number}} Size
 * @typedef {{scale: number, x: number, y: number}} View
 */

/**
 * The largest view that shows the whole picture.
 * @param {Size} picture in picture pixels
 * @param {Size} viewport in CSS pixels
 * @param {{padding?: number, most?: number}} fitting free CSS pixels on each side, and the
 *   largest scale
 * @returns {View}
 */
export function fitView(picture, viewport, { padding = 16, most = MAX_FIT_SCALE } = {}) {
  const room = {
    width: Math.max(viewport.width - 2 * padding, 1),
    height: Math.max(viewport.height - 2 * padding, 1),
  };
  const scale = Math.min(room.width / picture.width, room.height / picture.height, most);
  return centred(picture, viewport, scale);
}

/**
 * @param {Size} picture
 * @param {Size} viewport
 * @param {number} scale
 * @returns {View} the picture's middle in the viewport's middle
 */
function centred(picture, viewport, scale) {
  return {
    scale,
    x: (viewport.width - picture.width * scale) / 2,
    y: (viewport.height - picture.height * scale) / 2,
  };
}

/**
 * Zoom so that the picture's point under (px, py) stays under it.
 * @param {View} view
 * @param {number} scale wanted scale, clamped to what is allowed
 * @param {{x: number, y: number}} at CSS pixels in the viewport
 * @param {Size} picture
 * @param {Size} viewport
 * @returns {View}
 */
export function zoomTo(view, scale, at, picture, viewport) {
  const next = clampScale(scale, picture, viewport);
  const ratio = next / view.scale;
  const moved = {
    scale: next,
    x: at.x - (at.x - view.x) * ratio,
    y: at.y - (at.y - view.y) * ratio,
  };
  return clampView(moved, picture, viewport);
}

/**
 * @param {View} view
 * @param {number} dx CSS pixels
 * @param {number} dy CSS pixels
 * @param {Size} picture
 * @param {Size} viewport
 * @returns {View}
 */
export function panBy(view, dx, dy, picture, viewport) {
  return clampView({ scale: view.scale, x: view.x + dx, y: view.y + dy }, picture, viewport);
}

/**
 * @param {number} scale
 * @param {Size} picture
 * @param {Size} viewport
 * @returns {number} scale between half of "fit" (or 100 %, whichever is less) and 32
 */
function clampScale(scale, picture, viewport) {
  const fit = fitView(picture, viewport).scale;
  return clamp(scale, Math.min(fit * MIN_SCALE_OF_FIT, 1), MAX_SCALE);
}

/**
 * Keep a part of the picture in sight, so that it cannot be lost.
 * @param {View} view
 * @param {Size} picture
 * @param {Size} viewport
 * @returns {View}
 */
export function clampView(view, picture, viewport) {
  return {
    scale: view.scale,
    x: clampAxis(view.x, picture.width * view.scale, viewport.width),
    y: clampAxis(view.y, picture.height * view.scale, viewport.height),
  };
}

/**
 * @param {View} view
 * @param {number} px CSS pixels in the viewport
 * @param {number} py
 * @returns {{x: number, y: number}} picture pixels, possibly outside the picture
 */
export function toPicture(view, px, py) {
  return { x: (px - view.x) / view.scale, y: (py - view.y) / view.scale };
}

function clampAxis(start, length, room) {
  const kept = Math.min(KEPT_IN_SIGHT, length, room / 2);
  return clamp(start, kept - length, room - kept);
}

/**
 * How much one turn of the wheel zooms. A pinch on a touchpad comes as many small turns with
 * `ctrlKey`, a notch of a wheel as one large turn: neither may go further than one step.
 *
 * @param {number} delta CSS pixels, positive: away
 * @param {boolean} pinches whether the turn came with `ctrlKey`
 * @returns {number} factor of the scale
 */
export function wheelFactor(delta, pinches) {
  const factor = Math.exp(-delta * (pinches ? PINCH_ZOOM : WHEEL_ZOOM));
  return Math.min(Math.max(factor, 1 / ZOOM_STEP), ZOOM_STEP);
}
