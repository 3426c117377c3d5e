"""Who signed a model, and what is said when nobody did."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from models import artefact
from models.manifest import MANIFEST_FILE, SIGNATURE_FILE
from models.signature import (
    KeyFileError,
    SignatureError,
    main,
    make_keys,
    require,
    sign,
    verify,
)

MANIFEST = b'{"name": "claimwire", "version": "0.0.1"}'


@pytest.fixture
def private_key(tmp_path: Path) -> Path:
    """The file of a private key; the public one lies beside it."""
    make_keys(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def public_key(private_key: Path) -> Path:
    """The file of its public key."""
    return private_key.with_name("key.pub")


@pytest.fixture
def folder(tmp_path: Path, private_key: Path) -> Path:
    """A version folder that is signed."""
    made = tmp_path / "0.0.1"
    made.mkdir()
    (made / MANIFEST_FILE).write_bytes(MANIFEST)
    sign(made, private_key)
    return made


def test_a_signed_manifest_is_accepted(folder: Path, public_key: Path) -> None:
    """The key that belongs to the signature lets the manifest pass."""
    require(folder, MANIFEST, public_key)


def test_any_other_manifest_is_refused(folder: Path, public_key: Path) -> None:
    """A single changed bit is noticed, wherever it is."""
    signature, key = (folder / SIGNATURE_FILE).read_bytes(), public_key.read_bytes()
    changed = [MANIFEST[:at] + bytes([MANIFEST[at] ^ 1]) + MANIFEST[at + 1 :] for at in range(len(MANIFEST))]

    assert verify(MANIFEST, signature, key)
    assert not [manifest for manifest in changed if verify(manifest, signature, key)]


def test_a_manifest_that_was_changed_after_it_was_signed_is_refused(folder: Path, public_key: Path) -> None:
    """The message names the manifest and the key."""
    with pytest.raises(SignatureError, match=r"no signature of its manifest\.json by the key of .*key\.pub"):
        require(folder, MANIFEST + b" ", public_key)


def test_the_signature_of_another_key_is_refused(folder: Path, tmp_path: Path) -> None:
    """It is not enough that somebody signed."""
    with pytest.raises(SignatureError, match=r"no signature of its manifest\.json by the key"):
        require(folder, MANIFEST, make_keys(tmp_path / "other"))


def test_a_missing_signature_is_refused(folder: Path, public_key: Path) -> None:
    """Where a signature is required, an unsigned model is none of ours."""
    (folder / SIGNATURE_FILE).unlink()

    with pytest.raises(SignatureError, match=r"manifest\.json\.sig cannot be read"):
        require(folder, MANIFEST, public_key)


@pytest.mark.parametrize("content", [b"", b"x" * 63, b"x" * 65, b"x" * 1_000_000])
def test_a_signature_of_the_wrong_size_is_refused(folder: Path, public_key: Path, content: bytes) -> None:
    """What cannot be a signature is said to be none."""
    (folder / SIGNATURE_FILE).write_bytes(content)

    with pytest.raises(SignatureError, match="is no signature"):
        require(folder, MANIFEST, public_key)


@pytest.mark.parametrize("content", [b"", b"not PEM", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_an_unreadable_public_key_lets_nothing_pass(folder: Path, public_key: Path, content: bytes) -> None:
    """A broken key file is an error, never a reason to go without."""
    public_key.write_bytes(content)

    with pytest.raises(SignatureError, match="is no public key in PEM"):
        require(folder, MANIFEST, public_key)


def test_a_missing_public_key_lets_nothing_pass(folder: Path, tmp_path: Path) -> None:
    """Neither is a key file that is not there."""
    with pytest.raises(SignatureError, match=r"nowhere\.pub cannot be read"):
        require(folder, MANIFEST, tmp_path / "nowhere.pub")


def test_a_key_of_another_kind_is_refused(folder: Path, public_key: Path) -> None:
    """Only Ed25519 is taken, so that no weaker kind can be slipped in."""
    other = generate_private_key(SECP256R1()).public_key()
    public_key.write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    with pytest.raises(SignatureError, match="another kind than Ed25519"):
        require(folder, MANIFEST, public_key)


def test_the_private_key_is_its_owners_alone(private_key: Path) -> None:
    """Nobody else on the host can read it."""
    assert 0o600 == stat.S_IMODE(private_key.stat().st_mode)


def test_no_key_is_replaced(private_key: Path) -> None:
    """A key that is lost cannot be made again, so none is overwritten."""
    before = private_key.read_bytes()

    with pytest.raises(FileExistsError):
        make_keys(private_key)

    assert before == private_key.read_bytes()


def test_a_key_with_a_password_is_not_taken(folder: Path, private_key: Path) -> None:
    """The message says that the password is the trouble; nothing asks for it, because a build could not answer."""
    key = load_pem_private_key(private_key.read_bytes(), password=None)
    private_key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"invented")))

    with pytest.raises(KeyFileError, match="without a password"):
        sign(folder, private_key)


def test_the_command_makes_keys_signs_and_verifies(tmp_path: Path, folder: Path) -> None:
    """The three commands work together, and a refusal is an exit code that a build notices."""
    key = str(tmp_path / "second")

    assert 0 == main(["keygen", key])
    assert 1 == main(["verify", str(folder), "--key", key + ".pub"])
    assert 0 == main(["sign", str(folder), "--key", key])
    assert 0 == main(["verify", str(folder), "--key", key + ".pub"])


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without a manifest is one line, without a traceback."""
    public_key = make_keys(tmp_path / "key")

    assert 1 == main(["verify", str(tmp_path), "--key", str(public_key)])
    assert "manifest.json" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, with which the signature is compared, is missing")
def test_openssl_agrees(folder: Path, public_key: Path) -> None:
    """The signature is a plain Ed25519 signature, which other tools can check too."""
    files = ["-sigfile", str(folder / SIGNATURE_FILE), "-in", str(folder / MANIFEST_FILE), "-inkey", str(public_key)]

    checked = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", *files],  # noqa: S607 - whichever is installed
        capture_output=True,
        check=False,
    )

    assert b"Signature Verified Successfully\n" == checked.stdout


def test_a_model_loads_only_with_the_signature_that_is_required(tmp_path: Path, private_key: Path) -> None:
    """A shipped model is refused until it is signed; without a key it loads, signed or not."""
    copy = tmp_path / "copy"
    shutil.copytree(artefact.newest_shipped(), copy)
    public_key = private_key.with_name("key.pub")

    with pytest.raises(SignatureError, match="a signature is required"):
        artefact.load(copy, public_key=public_key)
    sign(copy, private_key)

    assert artefact.load(copy).sha256 == artefact.load(copy, public_key=public_key).sha256
