import "../auto-submit.js";
import "../favourite-button.js";
import "./calm-previews.js";
import "./more-pictures.js";
import "./picture-lightbox.js";
import "./picture-selection.js";
import "./selection-actions.js";
