/**
 * @typedef {object} PictureFacts what a card knows of its picture
 * @property {string} id
 * @property {string} name
 * @property {string} prompt "" for an original
 * @property {string} parentId "" for an original
 * @property {number} width
 * @property {number} height
 * @property {boolean} liked
 */

/**
 * @param {HTMLElement} card a picture card as the server draws it
 * @returns {PictureFacts}
 */
export function pictureFacts(card) {
  const { pictureId, name, prompt, parentId } = card.dataset;
  const image = card.querySelector("img");
  return {
    id: pictureId,
    name,
    prompt,
    parentId,
    width: Number(image.getAttribute("width")),
    height: Number(image.getAttribute("height")),
    liked: card.querySelector("favourite-button")?.liked ?? false,
  };
}
