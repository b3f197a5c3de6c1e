/**
 * @param {number} seconds
 * @returns {string} minutes and seconds, "0:42"; hours only when there are some, "1:02:03"
 */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

/**
 * @param {string} template a translated text with {names}
 * @param {Record<string, string | number>} values
 * @returns {string} the text with each {name} replaced by its value
 */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
