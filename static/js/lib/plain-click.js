/**
 * @param {MouseEvent} event
 * @returns {boolean} whether it asks for nothing but the thing itself: no new tab, no menu
 */
export function isPlainClick({ button, ctrlKey, metaKey, shiftKey, altKey }) {
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
}
