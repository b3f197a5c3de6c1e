// Which instructions go on with what is typed: the last one of a sentence is completed.

const MOST = 6;
const MARKS = /[,;.!?\n]/u;

/**
 * @param {string} typed everything in front of the caret
 * @param {string[]} joiners words between two instructions, "and"
 * @returns {number} where the last instruction begins
 */
export function startOfLast(typed, joiners) {
  const words = joiners.map((joiner) => ` ${joiner} `);
  const lower = typed.toLowerCase();
  let start = 0;
  for (const word of words) {
    const at = lower.lastIndexOf(word);
    if (at >= 0) start = Math.max(start, at + word.length);
  }
  for (let at = typed.length - 1; at >= start; at -= 1) {
    if (MARKS.test(typed[at])) {
      start = at + 1;
      break;
    }
  }
  return start + typed.slice(start).length - typed.slice(start).trimStart().length;
}

/**
 * @param {string[]} texts all suggestions, the best first
 * @param {string} typed everything in front of the caret
 * @param {string[]} joiners
 * @returns {number[]} places in `texts` of at most six that go on with what is typed
 */
export function matching(texts, typed, joiners) {
  const last = typed.slice(startOfLast(typed, joiners)).toLowerCase();
  const words = last.split(/\s+/u).filter(Boolean);
  const ranked = texts
    .map((text, place) => ({ place, rank: rankOf(text.toLowerCase(), last, words) }))
    .filter(({ rank }) => rank < Infinity);
  ranked.sort((one, other) => one.rank - other.rank || one.place - other.place);
  return ranked.slice(0, MOST).map(({ place }) => place);
}

/**
 * @param {string} typed everything in front of the caret
 * @param {string} text the suggestion that was chosen
 * @param {string[]} joiners
 * @returns {string} the sentence with it
 */
export function completed(typed, text, joiners) {
  return typed.slice(0, startOfLast(typed, joiners)) + text;
}

// What is there already needs no suggestion.
function rankOf(text, last, words) {
  if (text === last.trim()) return Infinity;
  if (text.startsWith(last)) return 0;
  const parts = text.split(" ");
  let from = 0;
  for (const word of words) {
    const at = parts.findIndex((part, place) => place >= from && part.startsWith(word));
    if (at < 0) return Infinity;
    from = at + 1;
  }
  return 1;
}
