// Which parts of a mask lie apart, seen on a coarse grid: boxes in picture pixels, half open.

const CELLS = 128;
const LEAST_CELL = 4;
/** More are put together, the nearest first: each is asked a price for. */
export const MOST_ISLANDS = 6;

/** Takes the bands of a mask one after the other. */
export class Islands {
  /** @param {{width: number, height: number}} picture */
  constructor({ width, height }) {
    this.width = width;
    this.cell = Math.max(LEAST_CELL, Math.ceil(Math.max(width, height) / CELLS));
    this.columns = Math.ceil(width / this.cell);
    /** The box of what is painted in each cell, by its number. */
    this.cells = new Map();
  }

  /** @param {{top: number, rows: number, data: Uint8Array}} band */
  add({ top, rows, data }) {
    for (let row = 0; row < rows; row += 1) this.#addRow(top + row, data, row * this.width);
  }

  #addRow(y, data, start) {
    const line = Math.floor(y / this.cell) * this.columns;
    for (let column = 0; column < this.columns; column += 1) {
      const from = column * this.cell;
      const end = Math.min(from + this.cell, this.width);
      let first = from;
      while (first < end && data[start + first] === 0) first += 1;
      if (first === end) continue;
      let last = end - 1;
      while (data[start + last] === 0) last -= 1;
      const box = this.cells.get(line + column);
      const fresh = [first, y, last + 1, y + 1];
      this.cells.set(line + column, box ? union(box, fresh) : fresh);
    }
  }

  /** @returns {number[][]} a box for each island, in reading order */
  get boxes() {
    const todo = new Set(this.cells.keys());
    const boxes = [];
    for (const seed of this.cells.keys()) {
      if (todo.delete(seed)) boxes.push(this.#flood(seed, todo));
    }
    return fewer(boxes);
  }

  #flood(seed, todo) {
    let box = this.cells.get(seed);
    const queue = [seed];
    for (let number = queue.pop(); number !== undefined; number = queue.pop()) {
      box = union(box, this.cells.get(number));
      for (const next of this.#neighbours(number)) if (todo.delete(next)) queue.push(next);
    }
    return box;
  }

  *#neighbours(number) {
    const column = number % this.columns;
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        const isInside = column + dx >= 0 && column + dx < this.columns;
        if (isInside) yield number + dy * this.columns + dx;
      }
    }
  }
}

function fewer(boxes) {
  let left = boxes;
  while (left.length > MOST_ISLANDS) {
    let [best, one, other] = [Infinity, 0, 1];
    for (let i = 0; i < left.length; i += 1) {
      for (let j = i + 1; j < left.length; j += 1) {
        const gap = distance(left[i], left[j]);
        if (gap < best) [best, one, other] = [gap, i, j];
      }
    }
    const both = union(left[one], left[other]);
    left = left.filter((_box, i) => i !== one && i !== other).concat([both]);
  }
  return left;
}

function distance(a, b) {
  const across = Math.max(a[0] - b[2], b[0] - a[2], 0);
  const down = Math.max(a[1] - b[3], b[1] - a[3], 0);
  return Math.hypot(across, down);
}

function union(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
