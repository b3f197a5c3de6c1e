// What buttons and keys do, by name.

/** @type {Record<string, (studio: HTMLElement) => void>} */
export const ACTIONS = {
  undo: ({ mask }) => mask.undo(),
  redo: ({ mask }) => mask.redo(),
  invert: ({ mask }) => mask.invert(),
  clear: ({ mask }) => mask.clear(),
  swap: ({ toolbox }) => toolbox.swap(),
  larger: ({ toolbox }) => toolbox.stepDiameter(1),
  smaller: ({ toolbox }) => toolbox.stepDiameter(-1),
  "zoom-in": ({ viewport }) => viewport.zoomSteps(1),
  "zoom-out": ({ viewport }) => viewport.zoomSteps(-1),
  fit: ({ viewport }) => viewport.fit(),
  actual: ({ viewport }) => viewport.actualSize(),
  abandon: (studio) => studio.querySelector("canvas-viewport").abandon(),
  submit: (studio) => studio.querySelector("canvas-form form")?.requestSubmit(),
};
