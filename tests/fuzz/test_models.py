"""Hostile model files: refused in our own words, and nothing in them is ever run."""

import hashlib
import io
import pickle
import shutil
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import joblib
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import artefact
from models.errors import ModelError, ModelTamperedError, ModelUnsafeError, ProbeError
from models.first_reader import FirstReader
from models.labels import LABELS
from models.manifest import MANIFEST_FILE, FileEntry, read, write
from models.unpickler import open_model
from tests.fuzz.hostile import damaged, fuzzed
from training.write import write_version

ACTS = frozenset(
    {
        "ctypes.dlopen",
        "os.exec",
        "os.fork",
        "os.posix_spawn",
        "os.remove",
        "os.rename",
        "os.system",
        "pty.spawn",
        "shutil.rmtree",
        "socket.connect",
        "subprocess.Popen",
    }
)
"""Audit events of Python (PEP 578) that no model has any business with."""

acts: list[str] | None = None


def note(event: str, arguments: tuple[object, ...]) -> None:
    """Remember an act while one is being looked for; an audit hook stays for the life of the process."""
    if acts is not None and event in ACTS:
        acts.append(event)


sys.addaudithook(note)


@contextmanager
def doing_nothing() -> Iterator[None]:
    """Fail if anything in here acts on the world."""
    global acts  # noqa: PLW0603 - an audit hook cannot be taken away, only switched off
    acts = []
    try:
        yield
    finally:
        done, acts = acts, None
    assert [] == done


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model that knows a few sentences."""
    folder = tmp_path_factory.mktemp("whole") / "0.0.1"
    texts = [
        f"The {thing} {does} on {day}."
        for thing in ("quay", "bridge", "ferry", "harbour")
        for does, day in (("opens", "Monday"), ("is shut", "Friday"), ("was sold", "Sunday"), ("remains", "Tuesday"))
    ]
    reader = FirstReader(min_sentences=1)
    reader.fit(texts, [str(LABELS[place % len(LABELS)]) for place in range(len(texts))])
    write_version(
        folder,
        reader,
        {artefact.MODEL_FILE: reader},
        name="claimwire",
        version="0.0.1",
        created=datetime(2026, 3, 14, tzinfo=UTC),
        thresholds=dict.fromkeys(LABELS, 0.5),
        figures={},
        sentences=[],
    )
    return folder


@contextmanager
def changed(whole: Path, file: str, content: bytes) -> Iterator[Path]:
    """A copy of the model, with one file exchanged."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, whole.name)
        shutil.copytree(whole, copy)
        (copy / file).write_bytes(content)
        yield copy


@contextmanager
def consistent(whole: Path, content: bytes) -> Iterator[Path]:
    """A copy of the model with another pickle, and a manifest that fits it."""
    manifest, _ = read(whole)
    entry = FileEntry(hashlib.sha256(content).hexdigest(), len(content))
    with changed(whole, artefact.MODEL_FILE, content) as folder:
        write(folder, msgspec.structs.replace(manifest, files={artefact.MODEL_FILE: entry}))
        yield folder


def test_the_model_is_accepted_as_it_was_written(whole: Path) -> None:
    """What is damaged below is a good model."""
    assert "0.0.1" == artefact.load(whole).version


@fuzzed
@given(data=st.data())
def test_a_damaged_pickle_is_opened_or_refused(whole: Path, data: st.DataObject) -> None:
    """The opener itself withstands what the hashes would have kept away from it."""
    content = data.draw(damaged(st.just((whole / artefact.MODEL_FILE).read_bytes())))

    with doing_nothing():
        try:
            open_model(whole, content)
        except ModelError as error:
            assert str(whole) in str(error)  # noqa: PT017 - either outcome is right, and each has its own promise


@fuzzed
@given(file=st.sampled_from([artefact.MODEL_FILE, MANIFEST_FILE]), data=st.data())
def test_a_damaged_folder_is_loaded_or_refused(whole: Path, file: str, data: st.DataObject) -> None:
    """A model file that was cut off or overwritten is never opened, unless the damage is none."""
    good = (whole / file).read_bytes()
    content = data.draw(damaged(st.just(good)))

    with changed(whole, file, content) as folder, doing_nothing():
        try:
            artefact.load(folder)
        except ModelError as error:
            assert str(folder) in str(error)  # noqa: PT017 - either outcome is right, and each has its own promise
        else:
            assert file == MANIFEST_FILE or content == good


@fuzzed
@given(data=st.data())
def test_a_damaged_model_with_a_manifest_that_fits_is_loaded_or_refused(whole: Path, data: st.DataObject) -> None:
    """Somebody who rewrites the manifest as well gets no further than a model that scores its probes as it says."""
    content = data.draw(damaged(st.just((whole / artefact.MODEL_FILE).read_bytes())))

    with consistent(whole, content) as folder, doing_nothing():
        try:
            artefact.load(folder)
        except ModelError as error:
            assert str(folder) in str(error)  # noqa: PT017 - either outcome is right, and each has its own promise


class Calling:
    """Pickles as a call."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def as_joblib(thing: object) -> bytes:
    """What joblib writes."""
    buffer = io.BytesIO()
    joblib.dump(thing, buffer)
    return buffer.getvalue()


def named(module: str, name: str) -> bytes:
    """A pickle of protocol 4 that asks for a name, which may have dots, and calls it with "true"."""
    words = b"".join(b"\x8c" + struct.pack("B", len(word)) + word.encode() for word in (module, name))
    return b"\x80\x04" + words + b"\x93\x8c\x04true\x85R."


HOSTILE = {
    "a command": pickle.dumps(Calling(exec, "import os; os.system('true')")),
    "a command in the oldest protocol": b"cos\nsystem\n(S'true'\ntR.",
    "a command in an instance": b"(S'true'\nios\nsystem\n.",
    "a command in an object": b"(cos\nsystem\nS'true'\no.",
    "a command in an array": as_joblib(np.array([Calling(exec, "1")], dtype=object)),
    "a command beside a good model": as_joblib([Calling(print, "called")]),
    "a name inside an allowed class": named("sklearn.pipeline", "Pipeline.__init__.__globals__"),
    "a module that reads files": named("numpy", "load"),
    "a function that imports": named("importlib", "import_module"),
    "the machinery of pickles": named("copyreg", "_reconstructor"),
    "an attribute of a builtin": named("builtins", "getattr"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_pickle_that_names_anything_else_is_unsafe(tmp_path: Path, name: str) -> None:
    """Whichever way a pickle has to ask for a function, it gets none that is not on the list."""
    with doing_nothing(), pytest.raises(ModelUnsafeError):
        open_model(tmp_path, HOSTILE[name])


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04\x82\x01.",  # the registry of extensions
        b"\x80\x04\x8c\x01aQ.",  # a persistent id
        b"\x80\x05\x97.",  # a buffer from elsewhere
        b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f.",  # eight exabytes of text
        b"\x80\x04" + b"]" * 100_000,  # lists that never end
        b"\x80\x04" + b"(" * 100_000 + b"t" * 100_000 + b".",
        b"\x80\xff.",
        b"",
        b"BZh9 begins like another format",
    ],
    ids=range(9),
)
def test_a_pickle_that_makes_no_sense_is_no_model(whole: Path, content: bytes) -> None:
    """What cannot be read, or is nothing that reads sentences, is refused."""
    with consistent(whole, content) as folder, doing_nothing(), pytest.raises((ModelTamperedError, ProbeError)):
        artefact.load(folder)
