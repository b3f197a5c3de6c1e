// The canvas page. The root comes first: the others find their models there.

import "./canvas-studio.js";
import "../layered-picture.js";
import "./canvas-stage.js";
import "./canvas-viewport.js";
import "./canvas-overlay.js";
import "./canvas-outline.js";
import "./canvas-cursor.js";
import "./canvas-buttons.js";
import "./canvas-size.js";
import "./canvas-opacity.js";
import "./canvas-zoom.js";
import "./canvas-keys.js";
import "./canvas-caption.js";
import "./canvas-compare.js";
import "./canvas-coverage.js";
import "./canvas-suggestions.js";
import "./canvas-understood.js";
import "./canvas-form.js";
import "./canvas-versions.js";
import "./canvas-progress.js";
import "./canvas-partial.js";
import "./canvas-draft.js";
import "./canvas-again.js";
