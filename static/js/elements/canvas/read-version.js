/**
 * @param {HTMLElement} item a version of the strip
 * @returns {import("../../models/shown.js").Version}
 */
export function readVersion({ dataset }) {
  return {
    id: dataset.pictureId,
    name: dataset.name,
    label: dataset.label,
    understood: dataset.understood ?? "",
    width: Number(dataset.width),
    height: Number(dataset.height),
    parent: dataset.parentId,
    preview: dataset.previewUrl,
    full: dataset.fullUrl,
    download: dataset.downloadUrl,
    canvas: dataset.canvasUrl,
  };
}
