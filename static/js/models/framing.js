// What somebody chose about the crop that is sent; null is left to the engine.

export const LEAST_CONTEXT = 1.1;
export const MOST_CONTEXT = 4;
export const MOST_PADDING = 10;
export const FEATHERS = ["inside", "centred", "hard"];
export const BLENDS = ["auto", "gradient", "off"];
/** Areas far apart: nobody chose, one crop, each by itself. */
export const WAYS = ["", "one", "each"];

const SHOWN = { context: null, box: null, padding: null, feather: FEATHERS[0], blend: BLENDS[0] };
const NONE = { ...SHOWN, way: WAYS[0] };

/**
 * `context`: how many masks wide and high the crop is; `box`: one drawn by hand (x0, y0, x1, y1 in
 * picture pixels); `padding`: how much the mask grows, in percent of the crop's longer side;
 * `feather`: which way its edge is soft; `blend`: when colours are shifted to fit; `way`: how areas
 * far apart are edited. Fires "change" after every change. `only` is the one area
 * that is edited now, null for all that is painted; fires "limit".
 */
export class Framing extends EventTarget {
  #chosen = { ...NONE };
  only = null;

  get context() {
    return this.#chosen.context;
  }

  get box() {
    return this.#chosen.box;
  }

  get padding() {
    return this.#chosen.padding;
  }

  get feather() {
    return this.#chosen.feather;
  }

  get blend() {
    return this.#chosen.blend;
  }

  get way() {
    return this.#chosen.way;
  }

  /** Whether nothing was chosen of what the panel of these choices shows. */
  get isAutomatic() {
    return Object.keys(SHOWN).every((name) => this.#chosen[name] === SHOWN[name]);
  }

  /** @param {number} context a frame drawn by hand is given up */
  surround(context) {
    this.#choose({ context, box: null });
  }

  /** @param {number[] | null} box takes the place of a context */
  frame(box) {
    this.#choose({ box, context: box ? null : this.context });
  }

  /** @param {number} padding */
  pad(padding) {
    this.#choose({ padding });
  }

  /** @param {string} feather */
  soften(feather) {
    this.#choose({ feather });
  }

  /** @param {string} blend */
  blendBy(blend) {
    this.#choose({ blend });
  }

  /** @param {string} way */
  goBy(way) {
    this.#choose({ way });
  }

  /** @param {number[] | null} only the box of one area; no choice, and never kept */
  limit(only) {
    if (this.only === only) return;
    this.only = only;
    this.dispatchEvent(new CustomEvent("limit"));
  }

  reset() {
    this.#choose(SHOWN);
  }

  /** @returns {Record<string, string>} the form's fields; "" where nothing was chosen */
  get fields() {
    const { context, box, padding, feather, blend } = this.#chosen;
    return {
      context: String(context ?? ""),
      crop: box?.join(" ") ?? "",
      padding: String(padding ?? ""),
      feather: feather === NONE.feather ? "" : feather,
      blend: blend === NONE.blend ? "" : blend,
    };
  }

  /** @returns {object} plain JSON */
  toJSON() {
    return { ...this.#chosen };
  }

  /** @param {unknown} value parsed JSON nobody vouches for; what makes no sense is left out */
  restore(value) {
    const { context, box, padding, feather, blend, way } = Object(value);
    this.#choose({
      context: isWithin(context, LEAST_CONTEXT, MOST_CONTEXT) ? context : null,
      box: isBox(box) ? [...box] : null,
      padding: isWithin(padding, 0, MOST_PADDING) ? padding : null,
      feather: FEATHERS.includes(feather) ? feather : NONE.feather,
      blend: BLENDS.includes(blend) ? blend : NONE.blend,
      way: WAYS.includes(way) ? way : NONE.way,
    });
  }

  #choose(changes) {
    const before = JSON.stringify(this.#chosen);
    this.#chosen = { ...this.#chosen, ...changes };
    if (JSON.stringify(this.#chosen) !== before) this.dispatchEvent(new CustomEvent("change"));
  }
}

function isWithin(value, least, most) {
  return typeof value === "number" && value >= least && value <= most;
}

function isBox(value) {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const isWhole = value.every((each) => Number.isInteger(each) && each >= 0 && each < 1e6);
  return isWhole && value[0] < value[2] && value[1] < value[3];
}
