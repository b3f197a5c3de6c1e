// Reads a JSON list of {width, height, commands} from standard input and writes one line of JSON
// for each: {png: base64, painted, box}. For the tests in Python.

import { encodeMask } from "../../static/js/models/mask.js";

let text = "";
for await (const piece of process.stdin) text += piece;
for (const source of JSON.parse(text)) {
  const { png, painted, box } = await encodeMask(source);
  const base64 = Buffer.from(await png.arrayBuffer()).toString("base64");
  console.log(JSON.stringify({ png: base64, painted, box }));
}
