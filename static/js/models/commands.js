// The mask as a list of commands: plain JSON, the only truth from which masks are made.
// Coordinates: integers in eighths of a picture pixel, within ±COORDINATE_LIMIT so that the
// rasteriser's integer products stay exact in doubles. Diameters: whole picture pixels.

import { clamp, orderedBox, toEighths } from "./geometry.js";

export const COORDINATE_LIMIT = 2 ** 20;
const DIAMETER_LIMIT = 2 ** 15;

/**
 * @typedef {{type: "stroke", tool: "brush"|"eraser", diameter: number, points: number[]}} Stroke
 *   points: x0, y0, x1, y1, ... (at least one pair)
 * @typedef {{type: "rectangle", mode: "add"|"subtract",
 *   x0: number, y0: number, x1: number, y1: number}} Rectangle half open: x0 <= x < x1
 * @typedef {{type: "import", mask: string, x0: number, y0: number, x1: number, y1: number}} Import
 *   mask: path of a mask the server keeps, which never changes; its place in whole picture pixels
 * @typedef {Stroke | Rectangle | Import | {type: "invert"} | {type: "clear"}} Command
 */

export const INVERT = Object.freeze({ type: "invert" });
export const CLEAR = Object.freeze({ type: "clear" });

/**
 * @param {"brush"|"eraser"} tool
 * @param {number} diameter picture pixels
 * @param {number[]} points flat list in eighths
 * @returns {Stroke}
 */
export function makeStroke(tool, diameter, points) {
  return { type: "stroke", tool, diameter: wholeDiameter(diameter), points: [...points] };
}

/**
 * @param {"add"|"subtract"} mode
 * @param {number} ax eighths, any corner
 * @param {number} ay
 * @param {number} bx the opposite corner
 * @param {number} by
 * @returns {Rectangle}
 */
export function makeRectangle(mode, ax, ay, bx, by) {
  return { type: "rectangle", mode, ...orderedBox(ax, ay, bx, by) };
}

/**
 * @param {string} mask path of a kept mask
 * @param {number[]} box its left, top, right, bottom in picture pixels
 * @returns {Import}
 */
export function makeImport(mask, [x0, y0, x1, y1]) {
  return { type: "import", mask, x0, y0, x1, y1 };
}

/**
 * @param {number} pixels picture pixels
 * @returns {number} coordinate in eighths within the limit
 */
export function coordinate(pixels) {
  return clamp(toEighths(pixels), -COORDINATE_LIMIT, COORDINATE_LIMIT);
}

/**
 * @param {number} diameter picture pixels
 * @returns {number} a whole diameter within the limit
 */
function wholeDiameter(diameter) {
  return clamp(Math.round(diameter), 1, DIAMETER_LIMIT);
}

/**
 * What still matters: everything after the last clear.
 * @param {readonly Command[]} commands
 * @returns {Command[]}
 */
export function effective(commands) {
  const last = commands.findLastIndex((command) => command.type === "clear");
  return commands.slice(last + 1);
}

/**
 * Cheap and one-sided: false means the mask is certainly empty.
 * @param {readonly Command[]} commands
 * @returns {boolean}
 */
export function mayPaint(commands) {
  return effective(commands).some(addsCoverage);
}

/**
 * @param {unknown} value parsed JSON from a store nobody vouches for
 * @returns {Command[]}
 * @throws {TypeError} when it is not a list of commands
 */
export function parseCommands(value) {
  if (!Array.isArray(value) || !value.every(isCommand)) {
    throw new TypeError("not a list of mask commands");
  }
  return value;
}

function addsCoverage(command) {
  if (command.type === "stroke") return command.tool === "brush";
  if (command.type === "rectangle") return command.mode === "add";
  return command.type === "invert" || command.type === "import";
}

function isCommand(value) {
  if (value === null || typeof value !== "object") return false;
  if (value.type === "invert" || value.type === "clear") return true;
  if (value.type === "stroke") return isStroke(value);
  if (value.type === "import") return isImport(value);
  return value.type === "rectangle" && isRectangle(value);
}

function isStroke({ tool, diameter, points }) {
  const known = tool === "brush" || tool === "eraser";
  const sized = Number.isInteger(diameter) && diameter >= 1 && diameter <= DIAMETER_LIMIT;
  const paired = Array.isArray(points) && points.length >= 2 && points.length % 2 === 0;
  return known && sized && paired && points.every(isCoordinate);
}

function isRectangle({ mode, x0, y0, x1, y1 }) {
  const known = mode === "add" || mode === "subtract";
  return known && [x0, y0, x1, y1].every(isCoordinate) && x0 <= x1 && y0 <= y1;
}

// A path of this very server: a stored list must not send the browser elsewhere.
function isImport({ mask, x0, y0, x1, y1 }) {
  const isPath = typeof mask === "string" && /^\/[^/\\]/.test(mask);
  return isPath && [x0, y0, x1, y1].every(isCoordinate) && x0 >= 0 && y0 >= 0 && x0 < x1 && y0 < y1;
}

function isCoordinate(value) {
  return Number.isInteger(value) && Math.abs(value) <= COORDINATE_LIMIT;
}
