"""Signs a model and checks who signed it: an Ed25519 signature over the manifest, which names every file by its hash.

`python -m models.signature keygen KEY` makes a pair of keys, `sign` signs a version folder and `verify` checks it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from models.errors import ClaimwireError, ModelError
from models.manifest import MANIFEST_FILE, SIGNATURE_FILE

PUBLIC_SUFFIX = ".pub"


class SignatureError(ModelError):
    """The manifest is not signed with the key that is asked for."""


class KeyFileError(ClaimwireError):
    """A file does not hold the key that it should."""


def require(folder: Path, manifest: bytes, public_key: Path) -> None:
    """Check that the bytes of a folder's manifest are signed; to be called before anything in them is believed.

    Raises SignatureError when the signature is missing, malformed or of another key, or when the public key cannot be
    read.
    """
    try:
        key, signature = public_key.read_bytes(), (folder / SIGNATURE_FILE).read_bytes()
        signed = verify(manifest, signature, key)
    except OSError as error:
        raise _refused(folder, f"a signature is required, and {error.filename} cannot be read") from error
    except KeyFileError as error:
        raise SignatureError(folder, f"its signature cannot be checked: {public_key} {error}", "Correct it.") from error
    if not signed:
        raise _refused(folder, f"{SIGNATURE_FILE} is no signature of its {MANIFEST_FILE} by the key of {public_key}")


def verify(manifest: bytes, signature: bytes, public_key_pem: bytes) -> bool:
    """Whether these are the 64 bytes that the holder of the key signed the manifest with (RFC 8032, Ed25519).

    Raises KeyFileError.
    """
    key = _public_key(public_key_pem)
    try:
        key.verify(signature, manifest)
    except InvalidSignature:
        return False
    return True


def sign(folder: Path, private_key: Path) -> Path:
    """Sign the manifest of a folder as it is, and return the signature's file.

    Raises KeyFileError, and OSError when there is no manifest.
    """
    key = _private_key(private_key)
    signature = folder / SIGNATURE_FILE
    signature.write_bytes(key.sign((folder / MANIFEST_FILE).read_bytes()))
    return signature


def make_keys(private_key: Path) -> Path:
    """Make a pair of keys as PEM files, the private one readable by its owner alone; returns the public one's file.

    Raises FileExistsError rather than replace a key.
    """
    key = Ed25519PrivateKey.generate()
    public_key = private_key.with_name(private_key.name + PUBLIC_SUFFIX)
    _write_new(private_key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write_new(public_key, public, 0o644)
    return public_key


def main(arguments: Sequence[str] | None = None) -> int:
    """Make keys, sign or verify; what went wrong is one line on standard error and the exit code 1."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(f"{_do(options)}\n")
    except (ClaimwireError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _do(options: argparse.Namespace) -> str:
    match options.command:
        case "keygen":
            public_key = make_keys(options.key)
            return f"{options.key} signs; keep it secret. {public_key} verifies; give it to whoever runs the service."
        case "sign":
            return f"signed: {sign(options.folder, options.key)}"
        case _:
            require(options.folder, (options.folder / MANIFEST_FILE).read_bytes(), options.key)
            return f"{options.folder} is signed with the key of {options.key}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m models.signature", description="Sign a model, and check who signed it.")
    commands = parser.add_subparsers(dest="command", required=True)
    keygen = commands.add_parser("keygen", help="make a pair of keys")
    keygen.add_argument("key", type=Path, help=f"file of the private key; the public one gets {PUBLIC_SUFFIX} after it")
    for name, held, what in (("sign", "private", "sign a version folder"), ("verify", "public", "check a signature")):
        command = commands.add_parser(name, help=what)
        command.add_argument("folder", type=Path, help="version folder, such as models/versions/0.1.0")
        command.add_argument("--key", type=Path, required=True, help=f"file of the {held} key, PEM")
    return parser


def _public_key(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"is no public key in PEM ({error})") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError("holds a public key of another kind than Ed25519")
    return key


def _private_key(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (ValueError, UnsupportedAlgorithm, TypeError) as error:  # TypeError: it has a password
        raise KeyFileError(f"{file} is no private key in PEM without a password ({error})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{file} holds a private key of another kind than Ed25519")
    return key


def _write_new(file: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)


def _refused(folder: Path, problem: str) -> SignatureError:
    return SignatureError(folder, problem, "Do not use this folder; restore it from where it came, or ask who made it.")


if __name__ == "__main__":
    sys.exit(main())
