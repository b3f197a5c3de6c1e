// Commands as strokes of a 2D context, at screen resolution. Only for the eye: what is sent is
// rasterised exactly in models/rasterise.js.

import { EIGHTHS } from "../../models/geometry.js";

/**
 * Let the context speak in eighths of a picture pixel, inside the picture only.
 * @param {CanvasRenderingContext2D} context @param {object} place
 */
export function aim(context, { view, picture, ratio }) {
  const scale = (view.scale * ratio) / EIGHTHS;
  context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
  context.beginPath();
  context.rect(0, 0, picture.width * EIGHTHS, picture.height * EIGHTHS);
  context.clip();
}

/**
 * @param {CanvasRenderingContext2D} context aimed
 * @param {import("../../models/commands.js").Command} command
 * @param {{picture: object, likenesses: import("./likenesses.js").Likenesses}} scene
 */
export function paintCommand(context, command, { picture, likenesses }) {
  const all = [0, 0, picture.width * EIGHTHS, picture.height * EIGHTHS];
  if (command.type === "stroke") {
    paintPath(context, command.tool, command.diameter, command.points);
  } else if (command.type === "rectangle") {
    context.globalCompositeOperation = command.mode === "add" ? "source-over" : "destination-out";
    const { x0, y0, x1, y1 } = command;
    context.fillRect(x0, y0, x1 - x0, y1 - y0);
  } else if (command.type === "import") {
    paintImport(context, command, likenesses.get(command.mask));
  } else if (command.type === "invert") {
    context.globalCompositeOperation = "source-out";
    context.fillRect(...all);
  } else {
    context.clearRect(...all);
  }
}

function paintImport(context, command, likeness) {
  if (likeness === null) return;
  const [x0, y0, x1, y1] = [command.x0, command.y0, command.x1, command.y1].map((n) => n * EIGHTHS);
  context.globalCompositeOperation = "source-over";
  context.drawImage(likeness, x0, y0, x1 - x0, y1 - y0);
}

/**
 * @param {CanvasRenderingContext2D} context aimed
 * @param {"brush"|"eraser"} tool
 * @param {number} diameter picture pixels
 * @param {number[]} points flat list in eighths, at least one pair
 */
export function paintPath(context, tool, diameter, points) {
  context.globalCompositeOperation = tool === "brush" ? "source-over" : "destination-out";
  context.lineWidth = diameter * EIGHTHS;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(points[0], points[1]);
  // A lone point needs a segment of no length to get its round cap.
  if (points.length === 2) context.lineTo(points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
  context.stroke();
}
