// Which subsamples of a row lie in a stroke: exact, in integers (see exact.js).
// Subsample i of a row, and row i of subsamples, lie at the odd coordinate 2i + 1 in eighths.
// A capsule is the two discs at its ends and the body between: all points whose foot lies on the
// segment and whose distance from its line is at most the radius.

import { rootOfProduct } from "./exact.js";

/** The round part of a stroke at one of its points. */
class Disc {
  /** @param {number} x eighths @param {number} y eighths @param {number} radius eighths */
  constructor(x, y, radius) {
    this.x = x;
    this.y = y;
    this.squared = radius * radius;
    this.top = Math.floor((y - radius) / 2);
    this.bottom = Math.floor((y + radius - 1) / 2);
  }

  /** @param {number} row row of subsamples @param {{add: Function}} spans @param {number} at */
  cut(row, spans, at) {
    const py = 2 * row + 1 - this.y;
    const rest = this.squared - py * py;
    if (rest < 0) return;
    const half = Math.floor(Math.sqrt(rest));
    addSpan(spans, at, this.x - half, this.x + half);
  }
}

/** The straight part of a stroke between two different points. */
class Body {
  /** @param {number} ax eighths @param {number} radius eighths */
  constructor(ax, ay, bx, by, radius) {
    this.x = ax;
    this.y = ay;
    this.dx = bx - ax;
    this.dy = by - ay;
    this.length = this.dx * this.dx + this.dy * this.dy;
    // |cross| <= radius * |d| is the test; the right side may be floored, because the left is an
    // integer. So nothing is ever squared beyond 2^52.
    this.reach = rootOfProduct(radius * radius, this.length);
    this.top = Math.floor((Math.min(ay, by) - radius) / 2);
    this.bottom = Math.floor((Math.max(ay, by) + radius - 1) / 2);
  }

  /** @param {number} row row of subsamples @param {{add: Function}} spans @param {number} at */
  cut(row, spans, at) {
    const py = 2 * row + 1 - this.y;
    const { dx, dy } = this;
    let low = -Infinity;
    let high = Infinity;
    // 0 <= dx * px + dy * py <= length
    const foot = py * dy;
    if (dx > 0) {
      low = Math.ceil(-foot / dx);
      high = Math.floor((this.length - foot) / dx);
    } else if (dx < 0) {
      low = Math.ceil((this.length - foot) / dx);
      high = Math.floor(-foot / dx);
    } else if (foot < 0 || foot > this.length) return;
    // -reach <= dx * py - dy * px <= reach
    const cross = dx * py;
    if (dy > 0) {
      low = Math.max(low, Math.ceil((cross - this.reach) / dy));
      high = Math.min(high, Math.floor((cross + this.reach) / dy));
    } else if (dy < 0) {
      low = Math.max(low, Math.ceil((cross + this.reach) / dy));
      high = Math.min(high, Math.floor((cross - this.reach) / dy));
    } else if (Math.abs(cross) > this.reach) return;
    if (low <= high) addSpan(spans, at, this.x + low, this.x + high);
  }
}

/**
 * @param {import("./commands.js").Stroke} stroke
 * @returns {Array<Disc | Body>} in the order of the points, so that neighbours overlap
 */
export function partsOf({ diameter, points }) {
  const radius = diameter * 4;
  const parts = [new Disc(points[0], points[1], radius)];
  for (let i = 2; i < points.length; i += 2) {
    const [ax, ay, bx, by] = points.slice(i - 2, i + 2);
    if (ax === bx && ay === by) continue;
    parts.push(new Body(ax, ay, bx, by, radius), new Disc(bx, by, radius));
  }
  return parts;
}

// From coordinates low..high (both inside) to subsamples from..to (half open).
function addSpan(spans, at, low, high) {
  spans.add(at, Math.floor(low / 2), Math.floor((high + 1) / 2));
}
