// The version page. The viewer comes first: its parts find their models there.

import "../layered-picture.js";
import "./version-viewer.js";
import "./viewer-stage.js";
import "./viewer-window.js";
import "./viewer-divider.js";
import "./viewer-against.js";
import "./viewer-zoom.js";
import "./viewer-mask.js";
import "./viewer-faces.js";
import "./viewer-raw.js";
import "./viewer-heat.js";
import "../copy-text.js";
import "./download-options.js";
