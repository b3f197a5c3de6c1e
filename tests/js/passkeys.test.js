import assert from "node:assert/strict";
import { test } from "node:test";

import {
  creationOptions,
  credentialToJson,
  requestOptions,
  toBytes,
  toText,
} from "../../static/js/lib/passkeys.js";

const bytes = (...numbers) => new Uint8Array(numbers);

test("bytes and base64url are the same thing, padding or not", () => {
  for (const [text, numbers] of [["", []], ["AA", [0]], ["-_8", [251, 255]], ["AQID", [1, 2, 3]]]) {
    assert.deepEqual(toBytes(text), bytes(...numbers));
    assert.equal(toText(bytes(...numbers).buffer), text);
  }
});

test("a passkey is asked for that signs in by itself", () => {
  const { publicKey } = creationOptions({
    publicKey: {
      challenge: "AQID",
      user: { id: "AA", name: "olga" },
      excludeCredentials: [{ id: "-_8", type: "public-key" }],
      authenticatorSelection: { residentKey: "discouraged", userVerification: "preferred" },
      timeout: 1000,
    },
  });
  assert.deepEqual(publicKey.challenge, bytes(1, 2, 3));
  assert.deepEqual(publicKey.user, { id: bytes(0), name: "olga" });
  assert.deepEqual(publicKey.excludeCredentials, [{ id: bytes(251, 255), type: "public-key" }]);
  assert.deepEqual(publicKey.authenticatorSelection, {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  });
  assert.equal(publicKey.timeout, 1000);
});

test("without a list of credentials any passkey will do", () => {
  const { publicKey } = requestOptions({ publicKey: { challenge: "AQID", rpId: "localhost" } });
  assert.deepEqual(publicKey.allowCredentials, []);
  assert.equal(publicKey.rpId, "localhost");
});

test("a credential is sent as text, with the parts it has", () => {
  const sent = credentialToJson({
    id: "AA",
    rawId: bytes(0).buffer,
    type: "public-key",
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
    response: {
      clientDataJSON: bytes(1, 2, 3).buffer,
      signature: bytes(251, 255).buffer,
      userHandle: null,
    },
  });
  assert.deepEqual(sent, {
    id: "AA",
    rawId: "AA",
    type: "public-key",
    clientExtensionResults: { credProps: { rk: true } },
    response: { clientDataJSON: "AQID", signature: "-_8" },
  });
});
