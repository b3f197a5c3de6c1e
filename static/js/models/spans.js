// The union of spans per row of subsamples, and from it coverage per pixel as runs.

const SUB = 4;

/** Collects the spans of one command in a band of pixel rows. */
export class SpanBand {
  /** @param {number} width picture pixels @param {number} rows pixel rows of the band */
  constructor(width, rows) {
    this.width = width;
    this.rows = rows;
    /** Flat lists from, to, from, to, ... of subsamples, per row of subsamples. */
    this.lists = Array.from({ length: rows * SUB }, () => []);
    this.levels = new Int16Array(width + 2);
    this.edges = [];
  }

  /**
   * @param {number} row row of subsamples within the band
   * @param {number} from first subsample, may lie outside the picture
   * @param {number} to one past the last
   */
  add(row, from, to) {
    const start = Math.max(from, 0);
    const end = Math.min(to, this.width * SUB);
    if (start >= end) return;
    const list = this.lists[row];
    const last = list.length - 2;
    // Neighbouring segments overlap nearly always: grow the last span instead of a new one.
    if (last >= 0 && start <= list[last + 1] && end >= list[last]) {
      if (start < list[last]) list[last] = start;
      if (end > list[last + 1]) list[last + 1] = end;
    } else {
      list.push(start, end);
    }
  }

  /**
   * Calls back for runs of equal coverage, then is empty again.
   * @param {(row: number, from: number, to: number, samples: number) => void} run pixels
   *   from <= x < to of the band's pixel row have this many (1..16) samples inside
   */
  drain(run) {
    for (let row = 0; row < this.rows; row += 1) {
      for (let sub = row * SUB; sub < (row + 1) * SUB; sub += 1) this.#mark(sub);
      if (this.edges.length > 0) this.#emit(row, run);
    }
  }

  #mark(sub) {
    let list = this.lists[sub];
    if (list.length === 0) return;
    if (list.length > 2) list = merged(list);
    for (let i = 0; i < list.length; i += 2) {
      this.#step(list[i], 1);
      this.#step(list[i + 1], -1);
    }
    this.lists[sub].length = 0;
  }

  // A span that starts at subsample s covers 4 - s % 4 samples of its pixel and 4 of all later.
  #step(sample, sign) {
    const pixel = sample >> 2;
    const part = sample & 3;
    this.levels[pixel] += sign * (SUB - part);
    this.levels[pixel + 1] += sign * part;
    this.edges.push(pixel, pixel + 1);
  }

  #emit(row, run) {
    const edges = Int32Array.from(this.edges).sort();
    this.edges.length = 0;
    let level = 0;
    for (let i = 0; i < edges.length; i += 1) {
      const from = edges[i];
      level += this.levels[from];
      this.levels[from] = 0;
      const to = i + 1 < edges.length ? Math.min(edges[i + 1], this.width) : from;
      if (level > 0 && from < to) run(row, from, to, level);
    }
  }
}

/** @param {number[]} list flat spans in any order @returns {number[]} disjoint, ascending */
function merged(list) {
  const spans = [];
  for (let i = 0; i < list.length; i += 2) spans.push([list[i], list[i + 1]]);
  spans.sort((a, b) => a[0] - b[0]);
  const result = [...spans[0]];
  for (const [from, to] of spans) {
    if (from > result[result.length - 1]) result.push(from, to);
    else if (to > result[result.length - 1]) result[result.length - 1] = to;
  }
  return result;
}
