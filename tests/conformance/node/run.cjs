// Reads a line of JSON, {home, key, calls: [...]}, makes the calls with the official SDK all at
// once, and writes a line of JSON with their replies. The SDK is found in the folder named first.

const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { createRequire } = require("node:module");

const OpenAI = createRequire(path.join(process.argv[2], "package.json"))("openai");

const AZURE_VERSION = "2025-04-01-preview";
const METHODS = { edit: "edit", generate: "generate", variation: "createVariation" };

/** A fetch that counts, and keeps what the last answer was. */
function lineOf() {
  const line = { sends: 0, status: 0, headers: {}, envelope: null };
  line.fetch = async (url, options) => {
    if (!String(url).startsWith("http")) return fetch(url, options); // it tries out what fetch can
    line.sends += 1;
    const response = await fetch(url, options);
    line.status = response.status;
    line.headers = Object.fromEntries(response.headers);
    line.envelope = response.status >= 400 ? parsed(await response.clone().text()) : null;
    return response;
  };
  return line;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function clientOf(home, call, line) {
  const options = {
    maxRetries: call.retries,
    timeout: call.timeout * 1000,
    fetch: line.fetch,
  };
  if (call.azure) {
    return new OpenAI.AzureOpenAI({
      ...options,
      apiKey: call.key,
      endpoint: home,
      deployment: call.azure,
      apiVersion: AZURE_VERSION,
    });
  }
  const defaultHeaders = call.key ? {} : { Authorization: null };
  return new OpenAI({
    ...options,
    apiKey: call.key || "none",
    baseURL: `${home}/v1`,
    defaultHeaders,
  });
}

async function fileOf(upload) {
  if (upload.how === "stream") return fs.createReadStream(upload.path);
  const bytes = fs.readFileSync(upload.path);
  if (upload.how === "bytes") return OpenAI.toFile(bytes);
  return OpenAI.toFile(bytes, upload.filename, { type: upload.mimetype });
}

async function argumentsOf(call) {
  const wanted = { ...call.fields };
  if (call.stream) wanted.stream = true;
  if (Array.isArray(call.images)) wanted.image = await Promise.all(call.images.map(fileOf));
  else if (call.images) wanted.image = await fileOf(call.images);
  for (const name of ["mask", "markup"]) {
    if (call[name]) wanted[name] = await fileOf(call[name]);
  }
  return wanted;
}

async function invoke(client, call) {
  const options = { headers: call.headers };
  if (call.operation === "models") return client.models.list(options);
  if (call.operation === "model") return client.models.retrieve(call.path, options);
  if (call.operation in METHODS) {
    return client.images[METHODS[call.operation]](await argumentsOf(call), options);
  }
  return client[call.operation](call.path, { ...options, body: call.body ?? undefined });
}

function failureOf(error) {
  return {
    kind: error.constructor.name,
    status: error.status ?? 0,
    code: error.code ?? null,
    param: error.param ?? null,
    type: error.type ?? null,
    message: error.message,
    request_id: error.requestID ?? null,
  };
}

/** What a result holds without the methods of its class. */
function plain(result) {
  const { data, object, ...rest } = JSON.parse(JSON.stringify(result));
  const named = { ...(object && { object }), ...(data && { data }) };
  for (const name of ["options", "response", "body"]) delete rest[name];
  return { ...rest, ...named };
}

async function one(home, key, call) {
  const line = lineOf();
  const events = [];
  let body = null;
  let failure = null;
  let requestId = null;
  try {
    const client = clientOf(home, { ...call, key: call.key ?? key }, line);
    const result = await invoke(client, call);
    requestId = result._request_id ?? null;
    if (call.stream) for await (const event of result) events.push(event);
    else body = plain(result);
  } catch (error) {
    failure = failureOf(error);
    requestId = failure.request_id;
  }
  const { fetch: _, ...told } = line;
  return { ...told, body, events, failure, request_id: requestId };
}

readline.createInterface({ input: process.stdin }).on("line", async (text) => {
  const { home, key, calls } = JSON.parse(text);
  const replies = await Promise.all(calls.map((call) => one(home, key, call)));
  process.stdout.write(`${JSON.stringify(replies)}\n`);
});
