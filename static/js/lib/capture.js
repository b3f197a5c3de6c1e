/**
 * Hear of the pointer wherever it goes, until it is released.
 * @param {Element} element
 * @param {PointerEvent} event
 */
export function capture(element, { pointerId }) {
  try {
    element.setPointerCapture(pointerId);
  } catch {
    // The pointer is gone already; its events came to the element anyway.
  }
}
