"""The manifest of a model: what its folder holds, what wrote it, and what it is expected to say."""

import hashlib
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path

import msgspec

from models.errors import ManifestError, ModelIncompatibleError, ModelMissingError
from models.labels import LABELS, Label

MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = f"{MANIFEST_FILE}.sig"  # beside the manifest if somebody signed it (models/signature.py)
# The libraries whose objects lie in the pickle, or that compute with them. Python itself is noted but not compared:
# a pickle of these objects reads alike under every Python that Claimwire supports. Nor are onnxruntime and tokenizers,
# which compute the second reader: its files are in formats of their own that outlive a minor version. Between
# onnxruntime 1.22 and 1.32 a score of the challenge set moved by up to .04, as it may from one processor to another;
# where it moves further, the probe sentences notice.
LIBRARIES = ("joblib", "numpy", "scikit-learn", "scipy")


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SHA-256 (hexadecimal) and the size in bytes of one file of the folder."""

    sha256: str
    size: int


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence and the probabilities, in the order of the labels, that the model gave it when it was written."""

    text: str
    scores: tuple[float, ...]


class CorpusEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which sentences the model was trained on: their number, and the SHA-256 of the corpus files."""

    sentences: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that has to be known of a model before its pickle is opened.

    `figures` come from cross-validation inside the corpus, but for those whose names begin with another set's; a probe
    may differ from its scores by `probe_tolerance`.
    """

    name: str
    version: str
    created: datetime
    labels: tuple[Label, ...]
    thresholds: dict[Label, float]
    files: dict[str, FileEntry]
    python: str
    libraries: dict[str, str]
    corpus: CorpusEntry
    probes: tuple[Probe, ...]
    probe_tolerance: float
    figures: dict[str, float]


def read(folder: Path) -> tuple[Manifest, str]:
    """Read the manifest of a folder, with its own SHA-256, which stands for the whole model.

    Raises ModelMissingError when there is no manifest, and ManifestError when it cannot be understood.
    """
    try:
        raw = (folder / MANIFEST_FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelMissingError(
            folder,
            f"there is no {MANIFEST_FILE}",
            "Name the folder of a trained model, or train one with `make train`.",
        ) from error
    return _decode(folder, raw), hashlib.sha256(raw).hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the folder, indented, so that two versions can be compared line by line."""
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


def installed_libraries() -> dict[str, str]:
    """The versions of the libraries that would read or write a model here and now."""
    return {name: installed_version(name) for name in LIBRARIES}


def check_libraries(folder: Path, manifest: Manifest, installed: dict[str, str]) -> None:
    """Raise ModelIncompatibleError when a library's major or minor version is not the one that wrote the model."""
    for name in LIBRARIES:
        written, here = manifest.libraries[name], installed[name]
        if _minor(written) != _minor(here):
            raise ModelIncompatibleError(
                folder,
                f"it was written with {name} {written}, and {name} {here} is installed",
                f"Install {name} {_minor(written)}.* or train the model again with `make train`.",
            )


def _decode(folder: Path, raw: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(folder, f"{MANIFEST_FILE} cannot be read: {error}") from error
    if problem := _contradiction(manifest):
        raise _unreadable(folder, f"{MANIFEST_FILE} contradicts this version of Claimwire: {problem}")
    return manifest


def _contradiction(manifest: Manifest) -> str | None:
    if manifest.labels != LABELS:
        return f"its labels are {', '.join(manifest.labels)}, where {', '.join(LABELS)} are expected, in this order"
    if unbounded := set(LABELS) - set(manifest.thresholds):
        return f"it has no threshold for {', '.join(sorted(unbounded))}"
    if missing := set(LIBRARIES) - set(manifest.libraries):
        return f"it does not say which version of {', '.join(sorted(missing))} wrote the model"
    if not manifest.probes:
        return "it has no probe sentences"
    if any(len(probe.scores) != len(LABELS) for probe in manifest.probes):
        return "a probe sentence has not one score for each label"
    return None


def _unreadable(folder: Path, problem: str) -> ManifestError:
    return ManifestError(folder, problem, "Restore the folder from where it came, or train the model again.")


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
