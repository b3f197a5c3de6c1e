/**
 * Tell the member something at the foot of the page.
 *
 * @param {EventTarget} from
 * @param {{ text: string, error?: boolean, action?: { label: string, run: () => void } }} detail
 */
export function toast(from, detail) {
  from.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail }));
}
