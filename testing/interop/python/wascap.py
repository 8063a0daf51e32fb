"""The token format once more, written from its description alone, on the package `cryptography`.

    wascap.py sign-token < {"seed": S, "claims": {...}}            > the token
    wascap.py sign-module SEED CLAIMS < module                     > the signed module
    wascap.py verify-token KEY < token                             > the claims
    wascap.py verify-module < module                               > the claims
    wascap.py public SEED                                          > the public key
"""

import base64
import binascii
import hashlib
import json
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

HEADER = {"typ": "jwt", "alg": "Ed25519"}
NAMES = (b"jwt", b"wasmcloud_jwt")


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)


def unb32(text):
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    assert binascii.crc_hqx(raw[:-2], 0).to_bytes(2, "little") == raw[-2:], "checksum"
    return raw[:-2]


def secret(seed):
    return ed25519.Ed25519PrivateKey.from_private_bytes(unb32(seed)[2:])


def public(seed):
    first, second = unb32(seed)[:2]
    assert first & 0xF8 == 18 << 3, "not a seed"
    key = secret(seed).public_key()
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    body = bytes([(first & 7) << 5 | second >> 3]) + raw
    return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")


def sign(claims, seed):
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (HEADER, claims))
    signed = ".".join(map(b64, parts))
    return signed + "." + b64(secret(seed).sign(signed.encode()))


def verify(token):
    header, claims, signature = token.split(".")
    assert json.loads(unb64(header)) == HEADER, "header"
    claims = json.loads(unb64(claims))
    key = ed25519.Ed25519PublicKey.from_public_bytes(unb32(claims["iss"])[1:])
    key.verify(unb64(signature), token.rpartition(".")[0].encode())
    return claims


def leb(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not data[at - 1] & 0x80:
            return value, at


def split(wasm):
    """The module without its token, and its tokens."""
    assert wasm[:8] == b"\0asm\1\0\0\0", "not wasm"
    rest, tokens, at = wasm[:8], [], 8
    while at < len(wasm):
        size, content = leb(wasm, at + 1)
        end = content + size
        if wasm[at] == 0:
            length, name = leb(wasm, content)
            if wasm[name : name + length] in NAMES:
                tokens.append(wasm[name + length : end].decode())
                at = end
                continue
        rest, at = rest + wasm[at:end], end
    return rest, tokens


def embed(wasm, token):
    content = b"\3jwt" + token.encode()
    size = bytes([len(content) & 0x7F | 0x80, len(content) >> 7])
    return wasm + b"\0" + size + content


def digest(data):
    return hashlib.sha256(data).hexdigest().upper()


def main(command, *arguments):
    data = sys.stdin.buffer.read()
    if command == "public":
        print(public(arguments[0]), end="")
    elif command == "sign-token":
        job = json.loads(data)
        print(sign(job["claims"], job["seed"]), end="")
    elif command == "verify-token":
        print(json.dumps(verify(data.decode())))
    elif command == "sign-module":
        claims = json.loads(arguments[1])
        claims["wascap"]["hash"] = digest(data)
        sys.stdout.buffer.write(embed(data, sign(claims, arguments[0])))
    elif command == "verify-module":
        rest, (token,) = split(data)
        claims = verify(token)
        assert claims["wascap"]["hash"] == digest(rest), "hash"
        print(json.dumps(claims))


main(*sys.argv[1:])
