/**
 * Where a row belongs in a sorted list.
 *
 * @param {string[]} places texts that sort as the rows do, in the order of the list
 * @param {string} place of the new row
 * @param {boolean} descending whether the list runs downwards
 * @returns {number} the index before which the row goes; the length when it comes last
 */
export function indexFor(places, place, descending) {
  const index = places.findIndex((other) => (descending ? other < place : other > place));
  return index === -1 ? places.length : index;
}

/**
 * Put a card among the others of its room: where its `data-place` says, or first in a room without
 * `data-direction`. One that belongs after the last card shown is left to the next page, if any.
 *
 * @param {HTMLElement} room
 * @param {HTMLElement} card
 */
export function putInPlace(room, card) {
  const { direction } = room.dataset;
  const { place } = card.dataset;
  if (!direction || !place) {
    room.prepend(card);
    return;
  }
  const others = [...room.querySelectorAll(":scope > [data-place]")];
  const places = others.map((other) => other.dataset.place);
  const index = indexFor(places, place, direction === "descending");
  if (index < others.length) others[index].before(card);
  else if (!document.querySelector("more-pictures a[rel=next]")) room.append(card);
}
