"""Finds a model's folder and loads it, but only after every byte of it has been verified."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models import manifest as manifests
from models.assembly import assemble
from models.errors import ModelMissingError, ModelTamperedError, ProbeError
from models.labels import LABELS, Label
from models.manifest import MANIFEST_FILE, SIGNATURE_FILE, Manifest
from models.readers import Reader, Readers
from models.unpickler import open_model

MODEL_FILE = "model.joblib"
VERSIONS = Path(__file__).parent / "versions"
FAST_SUFFIX = "-fast"


@dataclass(frozen=True)
class Model:
    """A verified model; `sha256` is the hash of its manifest, which holds the hash of every other file."""

    folder: Path
    manifest: Manifest
    sha256: str
    reader: Reader = field(repr=False)

    @property
    def name(self) -> str:
        """The model's name, such as claimwire."""
        return self.manifest.name

    @property
    def version(self) -> str:
        """The version, such as 1.0.0 or 1.0.0-fast."""
        return self.manifest.version

    @property
    def thresholds(self) -> dict[Label, float]:
        """The probability from which on each label is accepted."""
        return self.manifest.thresholds

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of shape (n, 4), columns in the order of `LABELS`."""
        if not texts:
            return np.empty((0, len(LABELS)))
        columns = [list(self.reader.classes_).index(label) for label in LABELS]
        return self.reader.predict_proba(texts)[:, columns]


def load(
    folder: Path,
    *,
    sha256: str | None = None,
    public_key: Path | None = None,
    gate: float | None = None,
    threads: int = 1,
    installed: dict[str, str] | None = None,
) -> Model:
    """Load the model of a folder; raises the ModelError that names what is wrong with it.

    Nothing inside a folder can vouch for its manifest: whoever wants that pins `sha256`, the hash of the manifest, or
    names the file of the public key with which it must be signed.
    `gate` is the first reader's doubt above which the second is asked, the model's own unless given; `threads` are the
    cores that the second may use. `installed` are the versions of the libraries, those of this process unless given.
    """
    manifest, found = manifests.read(folder)
    if sha256 not in (None, found):
        raise _tampered(folder, f"the SHA-256 of its {MANIFEST_FILE} is {found}, and {sha256} was asked for")
    if public_key:
        _check_signature(folder, public_key, found)
    manifests.check_libraries(folder, manifest, installed or manifests.installed_libraries())
    contents = _verified_contents(folder, manifest)
    if MODEL_FILE not in contents:
        raise ModelMissingError(folder, f"its {MANIFEST_FILE} lists no {MODEL_FILE}", "Train the model again.")
    first = cast("Reader", open_model(folder, contents[MODEL_FILE]))
    model = Model(folder, manifest, found, assemble(folder, first, contents, threads))
    _check_probes(model)  # at the model's own gate, at which they were scored
    if gate is None or not isinstance(model.reader, Readers):
        return model
    return replace(model, reader=model.reader.at(gate))


def resolve(name_or_path: str | None, versions: Path = VERSIONS) -> Path:
    """The folder of a shipped version's name, of a path, or of the newest shipped version when nothing is named."""
    if name_or_path is None:
        return newest_shipped(versions)
    shipped = versions / name_or_path
    return shipped if (shipped / MANIFEST_FILE).is_file() else Path(name_or_path)


def newest_shipped(versions: Path = VERSIONS) -> Path:
    """The folder of the newest version that ships and is not a fast one; raises ModelMissingError if there is none."""
    folders = [path.parent for path in versions.glob(f"*/{MANIFEST_FILE}")]
    careful = [folder for folder in folders if not folder.name.endswith(FAST_SUFFIX)]
    if not careful:
        raise ModelMissingError(versions, "no model ships with this installation", "Train one with `make train`.")
    return max(careful, key=lambda folder: version_key(folder.name))


def version_key(version: str) -> tuple[int, ...]:
    """A version's numbers, so that 0.10.0 comes after 0.9.0."""
    numbers = version.removesuffix(FAST_SUFFIX).split(".")
    return tuple(int(number) for number in numbers)


def _check_signature(folder: Path, public_key: Path, sha256: str) -> None:
    from models import signature  # noqa: PLC0415 - cryptography takes a while, and only where a signature is required

    manifest = (folder / MANIFEST_FILE).read_bytes()
    signature.require(folder, manifest, public_key)
    if hashlib.sha256(manifest).hexdigest() != sha256:
        raise _tampered(folder, f"its {MANIFEST_FILE} was exchanged while it was read")


def _verified_contents(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """The bytes of each file; what is opened later are these very bytes, so that no file can change in between."""
    _check_no_stranger(folder, manifest)
    return {name: _verified_content(folder, manifest, name) for name in manifest.files}


def _check_no_stranger(folder: Path, manifest: Manifest) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    if strangers := found - {MANIFEST_FILE, SIGNATURE_FILE} - set(manifest.files):
        raise _tampered(folder, f"its {MANIFEST_FILE} does not list {', '.join(sorted(strangers))}")
    if missing := set(manifest.files) - found:
        raise ModelMissingError(
            folder, f"{', '.join(sorted(missing))} is not there", "Restore the folder from where it came."
        )


def _verified_content(folder: Path, manifest: Manifest, name: str) -> bytes:
    content, expected = (folder / name).read_bytes(), manifest.files[name]
    if len(content) != expected.size:
        raise _tampered(folder, f"{name} has {len(content):,} bytes, and {MANIFEST_FILE} says {expected.size:,}")
    if hashlib.sha256(content).hexdigest() != expected.sha256:
        raise _tampered(folder, f"the SHA-256 of {name} is not the one in {MANIFEST_FILE}")
    return content


def _check_probes(model: Model) -> None:
    probes = model.manifest.probes
    try:
        scores = model.predict_proba([probe.text for probe in probes])
    except Exception as error:  # whatever was unpickled may be no reader at all, or one that lacks a part
        problem = f"it cannot score its own probe sentences ({type(error).__name__}: {error})"
        raise ProbeError(model.folder, problem, "Restore the folder from where it came.") from error
    for probe, found in zip(probes, scores, strict=True):
        if not np.allclose(found, probe.scores, rtol=0, atol=model.manifest.probe_tolerance):
            raise ProbeError(
                model.folder,
                f"it scores the sentence {probe.text!r} {_row(found)}, and its manifest says {_row(probe.scores)}",
                "It would label otherwise than it was measured. Train the model again on this machine.",
            )


def _row(scores: Sequence[float] | NDArray[np.float64]) -> str:
    return ", ".join(f"{label} {score:.4f}" for label, score in zip(LABELS, scores, strict=True))


def _tampered(folder: Path, problem: str) -> ModelTamperedError:
    return ModelTamperedError(folder, problem, "Do not use this folder; restore it from where it came.")
