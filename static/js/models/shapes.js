// Shapes while they are drawn. Places come in picture pixels; each ends as one command.

import { coordinate, makeRectangle, makeStroke } from "./commands.js";
import { distance, squareCorner } from "./geometry.js";

const SPACING_SHARE = 1 / 64;

/** @typedef {{x: number, y: number}} Place */

/** A freehand stroke. */
export class FreeStroke {
  kind = "stroke";

  /** @param {"brush"|"eraser"} tool @param {number} diameter @param {Place} start */
  constructor(tool, diameter, start) {
    this.tool = tool;
    this.diameter = diameter;
    this.points = [coordinate(start.x), coordinate(start.y)];
    // Points nearer than this change nothing that can be seen.
    this.spacing = Math.max(1, diameter * 8 * SPACING_SHARE);
    this.last = start;
  }

  /** @param {Place} place */
  extend(place) {
    this.last = place;
    const x = coordinate(place.x);
    const y = coordinate(place.y);
    const [lastX, lastY] = this.points.slice(-2);
    if (distance(lastX, lastY, x, y) >= this.spacing) this.points.push(x, y);
  }

  /** The stroke ends where the pointer did, however near that is. */
  finish() {
    const end = [coordinate(this.last.x), coordinate(this.last.y)];
    const [lastX, lastY] = this.points.slice(-2);
    if (lastX !== end[0] || lastY !== end[1]) this.points.push(...end);
    return makeStroke(this.tool, this.diameter, this.points);
  }
}

/** A straight stroke from the first place to the last. */
export class StraightStroke {
  kind = "line";

  /** @param {"brush"|"eraser"} tool @param {number} diameter @param {Place} start */
  constructor(tool, diameter, start) {
    this.tool = tool;
    this.diameter = diameter;
    this.start = start;
    this.end = start;
  }

  /** @param {Place} place */
  extend(place) {
    this.end = place;
  }

  finish() {
    const ends = [this.start.x, this.start.y, this.end.x, this.end.y];
    return makeStroke(this.tool, this.diameter, ends.map(coordinate));
  }
}

/** A rectangle between two corners. */
export class Rectangle {
  kind = "rectangle";

  /** @param {"add"|"subtract"} mode @param {Place} start */
  constructor(mode, start) {
    this.mode = mode;
    this.start = start;
    this.end = start;
  }

  /** @param {Place} place @param {boolean} regular whether it is to be a square */
  extend(place, regular = false) {
    if (regular) {
      const [x, y] = squareCorner(this.start.x, this.start.y, place.x, place.y);
      this.end = { x, y };
    } else {
      this.end = place;
    }
  }

  /** @returns {object | null} null for a mere click */
  finish() {
    const corners = [this.start.x, this.start.y, this.end.x, this.end.y].map(coordinate);
    const rectangle = makeRectangle(this.mode, ...corners);
    return rectangle.x0 < rectangle.x1 && rectangle.y0 < rectangle.y1 ? rectangle : null;
  }
}
