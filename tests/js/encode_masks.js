// Reads a JSON list of {width, height, commands, kept?} from standard input and writes one line of
// JSON for each: {png: base64, painted, box}. `kept` holds PNG files in base64 by the name that
// imports call them. For the tests in Python.

import { encodeMask } from "../../static/js/models/mask.js";
import { decodeGreyPng } from "../../static/js/models/png-read.js";
import { Stencils } from "../../static/js/models/stencils.js";

let text = "";
for await (const piece of process.stdin) text += piece;
for (const { kept, ...source } of JSON.parse(text)) {
  const known = new Stencils((name) => decodeGreyPng(Uint8Array.from(Buffer.from(kept[name], "base64")).buffer));
  const stencils = await known.gather(source.commands);
  const { png, painted, box } = await encodeMask({ ...source, stencils });
  const base64 = Buffer.from(await png.arrayBuffer()).toString("base64");
  console.log(JSON.stringify({ png: base64, painted, box }));
}
