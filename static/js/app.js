import "./elements/copy-text.js";
import "./elements/count-down.js";
import "./elements/dialog-opener.js";
import "./elements/dismiss-menu.js";
import "./elements/edit-preview.js";
import "./elements/elapsed-time.js";
import "./elements/pulse-poller.js";
import "./elements/remote-dialog.js";
import "./elements/theme-switch.js";
import "./elements/toast-region.js";
import { keepTokensFresh } from "./lib/csrf.js";
import { noteTimeZone } from "./lib/time-zone.js";

keepTokensFresh();
noteTimeZone();
