// Arrow keys among things that lie in rows of equal length.

/**
 * @param {string} key name of the key
 * @param {number} from place of the one that has the focus
 * @param {number} count how many there are
 * @param {number} columns how many in a row
 * @returns {number | null} the place to go to; null when the key leads nowhere
 */
export function gridStep(key, from, count, columns) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const to = { Home: 0, End: count - 1 }[key] ?? from + steps[key];
  return to >= 0 && to < count && to !== from ? to : null;
}
