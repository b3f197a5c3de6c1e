/**
 * @template T
 * @param {T[]} items in the order they are shown
 * @param {T | null} from where the range was begun; null or gone: nowhere
 * @param {T} to where it ends
 * @returns {T[]} all from one to the other, both included, whichever comes first
 */
export function rangeOf(items, from, to) {
  const end = items.indexOf(to);
  const start = items.indexOf(from);
  if (start === -1) return [to];
  return items.slice(Math.min(start, end), Math.max(start, end) + 1);
}
