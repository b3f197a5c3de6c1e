import { effective } from "../../models/commands.js";
import { EIGHTHS } from "../../models/geometry.js";
import { grownMask } from "../../models/grown.js";
import { tilesOf } from "../../models/mirror.js";
import { CanvasPart } from "./canvas-part.js";
import { Likenesses } from "./likenesses.js";
import { aim, paintCommand } from "./painter.js";

const LONGEST = 560;
const MASK_LONGEST = 280;
const CALM_MILLISECONDS = 120;
const SHADE = 0.5;

/**
 * What the provider sees, small: exactly the part that is sent, mirrored beyond the picture's edge,
 * with the area to edit shaded as it will be sent. Drawn while its <details> is open.
 */
class CanvasSeen extends CanvasPart {
  #timer = 0;
  #sent = null;
  #likenesses = null;

  connect(signal) {
    const { studio } = this;
    this.canvas = this.querySelector("canvas");
    this.#likenesses = new Likenesses(studio.masks, {
      colour: () => this.#colour,
      ready: () => this.#changed(),
      lost: () => {},
    });
    this.listen(this.closest("form"), "quoted", ({ detail }) => {
      this.#sent = detail.box && detail;
      this.#changed();
    });
    this.listen(this.closest("details"), "toggle", () => this.#draw());
    this.listen(studio.mask, "mask", () => this.#changed());
    const observer = new MutationObserver(() => this.#changed());
    observer.observe(this.#picture, { childList: true });
    signal.addEventListener("abort", () => {
      observer.disconnect();
      clearTimeout(this.#timer);
    });
  }

  get #picture() {
    return this.studio.querySelector("canvas-stage [data-role=version]");
  }

  get #image() {
    const images = [...this.#picture.querySelectorAll("img")];
    return images.findLast((image) => image.complete && image.naturalWidth > 0);
  }

  get #colour() {
    return getComputedStyle(this).getPropertyValue("--mask").trim();
  }

  #changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(), CALM_MILLISECONDS);
  }

  #draw() {
    const image = this.#image;
    if (!this.closest("details").open) return;
    this.canvas.hidden = !this.#sent || !image;
    if (this.canvas.hidden) return;
    const { picture } = this.studio.viewport;
    const scale = image.naturalWidth / picture.width;
    const seen = this.#tiled(LONGEST, (context, k, { x, y, width, height }) => {
      const source = [x, y, width, height].map((each) => each * scale);
      context.drawImage(image, ...source, 0, 0, context.canvas.width, context.canvas.height);
    });
    this.canvas.width = seen.width;
    this.canvas.height = seen.height;
    const context = this.canvas.getContext("2d");
    context.drawImage(seen, 0, 0);
    if (!this.studio.mask.mayPaint) return;
    context.globalAlpha = SHADE;
    context.drawImage(this.#shade(), 0, 0, seen.width, seen.height);
  }

  /** @returns {HTMLCanvasElement} the area to edit in the mask's colour, grown as it is sent */
  #shade() {
    const { picture } = this.studio.viewport;
    const scene = { picture, likenesses: this.#likenesses };
    let scale = 1;
    const area = this.#tiled(MASK_LONGEST, (context, k, { x, y }) => {
      scale = k;
      aim(context, { view: { scale: k, x: -x * k, y: -y * k }, picture, ratio: 1 });
      context.fillStyle = context.strokeStyle = "#000";
      for (const command of effective(this.studio.mask.commands)) paintCommand(context, command, scene);
      this.#limit(context);
    });
    const context = area.getContext("2d");
    const pixels = context.getImageData(0, 0, area.width, area.height);
    const covered = Uint8Array.from({ length: area.width * area.height }, (_none, i) => pixels.data[4 * i + 3]);
    const grown = grownMask(covered, area.width, area.height, this.#sent.grow * scale);
    for (let i = 0; i < grown.length; i += 1) pixels.data[4 * i + 3] = grown[i] * 255;
    context.putImageData(pixels, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = this.#colour;
    context.fillRect(0, 0, area.width, area.height);
    return area;
  }

  /** Leave only the area that is edited now, or first. */
  #limit(context) {
    const only = this.studio.framing.only ?? this.#sent.area;
    if (!only) return;
    const [x0, y0, x1, y1] = only.map((each) => each * EIGHTHS);
    context.globalCompositeOperation = "destination-in";
    context.fillRect(x0, y0, x1 - x0, y1 - y0);
  }

  /** @returns {HTMLCanvasElement} the box at a small size: its part painted once, then mirrored */
  #tiled(longest, paint) {
    const { box } = this.#sent;
    const [width, height] = [box[2] - box[0], box[3] - box[1]];
    const k = longest / Math.max(width, height);
    const { part, tiles } = tilesOf(box, this.studio.viewport.picture);
    const once = sized(part.width * k, part.height * k);
    paint(once.getContext("2d"), k, part);
    const all = sized(width * k, height * k);
    const context = all.getContext("2d");
    const [left, top] = [Math.round((part.x - box[0]) * k), Math.round((part.y - box[1]) * k)];
    for (const { column, row } of tiles) {
      const [flipX, flipY] = [column % 2 !== 0, row % 2 !== 0];
      const x = left + (column + (flipX ? 1 : 0)) * once.width;
      const y = top + (row + (flipY ? 1 : 0)) * once.height;
      context.setTransform(flipX ? -1 : 1, 0, 0, flipY ? -1 : 1, x, y);
      context.drawImage(once, 0, 0);
    }
    context.resetTransform();
    return all;
  }
}

function sized(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(width), 1);
  canvas.height = Math.max(Math.round(height), 1);
  return canvas;
}

customElements.define("canvas-seen", CanvasSeen);
