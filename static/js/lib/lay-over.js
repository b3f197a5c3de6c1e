/**
 * Put an element at its place on a picture, whose box is the element's own container.
 *
 * @param {HTMLElement} element with absolute position
 * @param {string} box left, top, right and bottom in picture pixels; may reach beyond the picture
 * @param {{width: number, height: number}} picture
 */
export function layOver({ style }, box, { width, height }) {
  const [left, top, right, bottom] = box.split(" ").map(Number);
  style.left = `${(100 * left) / width}%`;
  style.top = `${(100 * top) / height}%`;
  style.width = `${(100 * (right - left)) / width}%`;
  style.height = `${(100 * (bottom - top)) / height}%`;
}
