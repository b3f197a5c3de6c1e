import { ACTIONS } from "./actions.js";
import { CanvasPart } from "./canvas-part.js";

/** Wraps buttons with `data-tool` or `data-action` and shows which are pressed or possible. */
class CanvasButtons extends CanvasPart {
  connect() {
    const { toolbox, mask } = this.studio;
    this.listen(this, "click", (event) => this.#click(event.target.closest("button")));
    this.listen(toolbox, "change", () => this.#showTool());
    this.listen(mask, "mask", () => this.#showMask());
    this.#showTool();
    this.#showMask();
  }

  #click(button) {
    if (button?.dataset.tool) this.studio.toolbox.choose(button.dataset.tool);
    if (button?.dataset.action) ACTIONS[button.dataset.action](this.studio);
  }

  #showTool() {
    const { tool, subtracting } = this.studio.toolbox;
    for (const button of this.querySelectorAll("[data-tool]")) {
      const isChosen = button.dataset.tool === tool;
      button.setAttribute("aria-pressed", String(isChosen));
      button.toggleAttribute("data-subtracting", isChosen && subtracting);
    }
  }

  #showMask() {
    const { mask } = this.studio;
    this.#enable("undo", mask.canUndo);
    this.#enable("redo", mask.canRedo);
    this.#enable("clear", mask.mayPaint);
  }

  #enable(action, isPossible) {
    const button = this.querySelector(`[data-action=${action}]`);
    if (button) button.disabled = !isPossible;
  }
}

customElements.define("canvas-buttons", CanvasButtons);
