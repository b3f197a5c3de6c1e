const BRISK_MS = 1000;
const CALM_MS = 4000;
const CALM_AFTER_MS = 30_000;
const HIDDEN_MS = 15_000;
const IDLE_MS = 15_000;
const LONGEST_MS = 30_000;

/**
 * When to ask again. Brisk while things change, slower once nothing has for half a minute, rarely
 * in a hidden tab or when nothing is under way, and ever more rarely while the server cannot be reached.
 *
 * @param {{ quietMs: number, failures: number, hidden: boolean, idle?: boolean }} state
 *   milliseconds since the last change, failed questions in a row, whether nobody looks, whether
 *   nothing is under way
 * @returns {number} milliseconds to wait
 */
export function nextDelay({ quietMs, failures, hidden, idle = false }) {
  if (failures > 0) return Math.min(LONGEST_MS, BRISK_MS * 2 ** Math.min(failures, 10));
  if (hidden) return HIDDEN_MS;
  if (idle) return IDLE_MS;
  const overdue = Math.max(0, quietMs - CALM_AFTER_MS);
  return Math.min(CALM_MS, BRISK_MS + (overdue / CALM_AFTER_MS) * (CALM_MS - BRISK_MS));
}
