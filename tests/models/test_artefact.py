"""A model is opened only when every byte of its folder is the one that was written, and it scores as it did."""

import hashlib
import os
from pathlib import Path

import joblib
import msgspec
import numpy as np
import pytest

from models import artefact
from models import manifest as manifests
from models.artefact import MODEL_FILE
from models.errors import (
    ManifestError,
    ModelError,
    ModelIncompatibleError,
    ModelMissingError,
    ModelTamperedError,
    ModelUnsafeError,
    ProbeError,
)
from models.first_reader import FirstReader
from models.labels import LABELS
from models.manifest import MANIFEST_FILE, FileEntry, Manifest, Probe
from models.readers import Readers


def rewritten(folder: Path, **fields: object) -> None:
    """Change fields of the manifest, as somebody would who may write to the folder."""
    manifest, _ = manifests.read(folder)
    manifests.write(folder, msgspec.structs.replace(manifest, **fields))


def listed(path: Path) -> dict[str, FileEntry]:
    """What a manifest says of a file that is as it should be."""
    content = path.read_bytes()
    return {path.name: FileEntry(hashlib.sha256(content).hexdigest(), len(content))}


class Command:
    """Pickles as a call that leaves a file behind."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


def test_a_model_scores_as_the_reader_that_was_written(folder: Path, reader: FirstReader) -> None:
    """What comes out of the folder is what went in, with the columns in the order of the labels."""
    texts = ["The mayor denied it.", "Who opened the lock?"]
    columns = [reader.classes_.tolist().index(label) for label in LABELS]

    model = artefact.load(folder)

    assert np.array_equal(reader.predict_proba(texts)[:, columns], model.predict_proba(texts))


def test_a_model_tells_its_name_and_version(folder: Path) -> None:
    """What the manifest says is at hand."""
    model = artefact.load(folder)

    assert ("claimwire", "1.0.0", 0.5) == (model.name, model.version, model.thresholds[LABELS[0]])


def test_no_texts_have_no_scores(folder: Path) -> None:
    """An empty batch is no special case for the caller."""
    assert (0, 4) == artefact.load(folder).predict_proba([]).shape


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    """The message says what to do."""
    with pytest.raises(ModelMissingError, match="train one with `make train`"):
        artefact.load(tmp_path / "9.9.9")


def test_a_file_that_is_not_there_is_missing(folder: Path) -> None:
    """The message names the file."""
    (folder / MODEL_FILE).unlink()

    with pytest.raises(ModelMissingError, match=f"{MODEL_FILE} is not there"):
        artefact.load(folder)


def test_a_byte_that_changed_is_noticed(folder: Path) -> None:
    """The hash is over the whole file."""
    content = bytearray((folder / MODEL_FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / MODEL_FILE).write_bytes(content)

    with pytest.raises(ModelTamperedError, match=f"SHA-256 of {MODEL_FILE}"):
        artefact.load(folder)


def test_a_file_that_was_cut_off_is_noticed(folder: Path) -> None:
    """The sizes are told, since a copy that was interrupted is the usual cause."""
    content = (folder / MODEL_FILE).read_bytes()
    (folder / MODEL_FILE).write_bytes(content[:-100])

    with pytest.raises(ModelTamperedError, match=f"has {len(content) - 100:,} bytes"):
        artefact.load(folder)


def test_a_file_too_many_is_noticed(folder: Path) -> None:
    """A folder holds what its manifest lists and nothing else, in subfolders too."""
    (folder / "more").mkdir()
    (folder / "more" / "weights.bin").write_bytes(b"?")

    with pytest.raises(ModelTamperedError, match=r"does not list more/weights\.bin"):
        artefact.load(folder)


def test_a_hostile_pickle_is_refused_before_it_runs(folder: Path, tmp_path: Path) -> None:
    """Even with a manifest that vouches for it, a pickle cannot run a command."""
    trace = tmp_path / "it_ran"
    joblib.dump(Command(trace), folder / MODEL_FILE)
    rewritten(folder, files=listed(folder / MODEL_FILE))

    with pytest.raises(ModelUnsafeError, match=r"asks for (posix|nt)\.system"):
        artefact.load(folder)
    assert not trace.exists()


@pytest.mark.parametrize("library", manifests.LIBRARIES)
def test_another_minor_version_of_a_library_is_refused(folder: Path, library: str) -> None:
    """Pickles are not promised to survive a minor version."""
    installed = manifests.installed_libraries() | {library: "0.1.2"}

    with pytest.raises(ModelIncompatibleError, match=f"{library} 0.1.2 is installed"):
        artefact.load(folder, installed=installed)


def test_another_patch_of_a_library_is_accepted(folder: Path) -> None:
    """Patches keep what minor versions may change."""
    installed = {name: f"{version}.post9" for name, version in manifests.installed_libraries().items()}

    assert "1.0.0" == artefact.load(folder, installed=installed).version


def test_a_probe_that_scores_otherwise_is_refused(folder: Path) -> None:
    """A model that computes something else here than where it was written would label something else, too."""
    rewritten(folder, probes=(Probe("The mayor denied it.", (1.0, 0.0, 0.0, 0.0)),))

    with pytest.raises(ProbeError, match=r"'The mayor denied it\.'"):
        artefact.load(folder)


def test_a_manifest_that_is_no_json_is_refused(folder: Path) -> None:
    """The message says where the reading stopped."""
    (folder / MANIFEST_FILE).write_bytes(b'{"name": ')

    with pytest.raises(ManifestError, match="cannot be read"):
        artefact.load(folder)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"labels": LABELS[::-1]}, "in this order"),
        ({"thresholds": {LABELS[0]: 0.5}}, "no threshold for clarification, denial, other"),
        ({"libraries": {"numpy": "2.0.0"}}, "which version of joblib"),
        ({"probes": ()}, "no probe sentences"),
        ({"probes": (Probe("Why?", (1.0,)),)}, "not one score for each label"),
    ],
)
def test_a_manifest_that_contradicts_us_is_refused(folder: Path, fields: dict[str, object], problem: str) -> None:
    """A manifest has to make sense before anything else is opened."""
    rewritten(folder, **fields)

    with pytest.raises(ManifestError, match=problem):
        artefact.load(folder)


def test_a_pinned_hash_notices_a_manifest_that_was_rewritten(folder: Path) -> None:
    """Thresholds could be changed without a trace, were it not for the hash that somebody keeps elsewhere."""
    pinned = artefact.load(folder).sha256
    rewritten(folder, thresholds=dict.fromkeys(LABELS, 0.1))

    with pytest.raises(ModelTamperedError, match=pinned):
        artefact.load(folder, sha256=pinned)


def test_a_pinned_hash_lets_the_model_through(folder: Path) -> None:
    """The hash that a model tells is the one to pin."""
    pinned = artefact.load(folder).sha256

    assert pinned == artefact.load(folder, sha256=pinned).sha256


def test_every_failure_names_the_folder_and_a_remedy(folder: Path) -> None:
    """A reader of the log knows which folder is meant, and what to do."""
    (folder / MODEL_FILE).unlink()

    with pytest.raises(ModelError) as caught:
        artefact.load(folder)

    assert str(folder) in str(caught.value)
    assert str(caught.value).endswith(caught.value.remedy)


def ship(versions: Path, name: str) -> Path:
    """A folder that looks like a version from outside."""
    (versions / name).mkdir()
    (versions / name / MANIFEST_FILE).write_text("{}")
    return versions / name


def test_versions_compare_as_numbers(tmp_path: Path) -> None:
    """1.10.0 is newer than 1.9.0."""
    ship(tmp_path, "1.9.0")
    newest = ship(tmp_path, "1.10.0")

    assert newest == artefact.resolve(None, tmp_path)


def test_a_fast_version_has_to_be_named(tmp_path: Path) -> None:
    """Nobody gets the less careful model without asking for it."""
    careful = ship(tmp_path, "1.0.0")
    fast = ship(tmp_path, "1.1.0-fast")

    assert careful == artefact.resolve(None, tmp_path)
    assert fast == artefact.resolve("1.1.0-fast", tmp_path)


def test_what_is_no_shipped_version_is_a_path(tmp_path: Path) -> None:
    """A model of one's own is named by its folder."""
    assert Path("my/model") == artefact.resolve("my/model", tmp_path)


def test_an_installation_without_models_says_so(tmp_path: Path) -> None:
    """The message says how to get one."""
    with pytest.raises(ModelMissingError, match="no model ships"):
        artefact.resolve(None, tmp_path)


@pytest.mark.parametrize("gate", [0.0, 1.0])
def test_any_gate_can_be_asked_for(gate: float) -> None:
    """The probe sentences are scored at the model's own, so that they say the same whatever is asked for."""
    reader = artefact.load(artefact.resolve(None), gate=gate).reader

    assert isinstance(reader, Readers)
    assert gate == reader.gate


def test_the_manifest_survives_writing_and_reading(folder: Path) -> None:
    """What is read is what was written."""
    manifest, _ = manifests.read(folder)

    assert manifest == msgspec.json.decode(msgspec.json.encode(manifest), type=Manifest)
