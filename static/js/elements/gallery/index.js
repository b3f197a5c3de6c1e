import "../auto-submit.js";
import "../favourite-button.js";
import "../scroll-to-current.js";
import "./calm-previews.js";
import "./more-pictures.js";
import "./picture-lightbox.js";
// The actions first: they listen for what the selection says when it begins.
import "./selection-actions.js";
import "./picture-selection.js";
