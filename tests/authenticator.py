"""A device that keeps passkeys, in software: what a browser would send for it."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG
SEEN = FLAG.UP | FLAG.UV


@dataclass
class Device:
    """One passkey for one host."""

    host: str = "localhost"
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    user_handle: str = ""

    def create(self, options: dict[str, Any]) -> str:
        """Answer the options of credentials.create."""
        self.user_handle = options["publicKey"]["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(Aaguid.NONE, self.credential_id, public)
        data = AuthenticatorData.create(self._host_hash(), SEEN | FLAG.AT, 0, attested)
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=AttestationObject.create("none", data, {}),
        )

    def get(self, options: dict[str, Any], *, flags: FLAG = SEEN) -> str:
        """Answer the options of credentials.get."""
        data = AuthenticatorData.create(self._host_hash(), flags, 0)
        client_data = self._client_data("webauthn.get", options)
        signed = bytes(data) + hashlib.sha256(client_data).digest()
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.user_handle,
        )

    def _host_hash(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        origin = f"http://{self.host}"
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _answer(self, **response: bytes | str) -> str:
        own_id = websafe_encode(self.credential_id)
        texts = {
            name: part if isinstance(part, str) else websafe_encode(part)
            for name, part in response.items()
        }
        answer = {"id": own_id, "rawId": own_id, "type": "public-key", "response": texts}
        return json.dumps(answer | {"clientExtensionResults": {"credProps": {"rk": True}}})
