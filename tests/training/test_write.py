"""A version folder holds what was trained, and a manifest by which it is found unchanged."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models import artefact
from models.artefact import MODEL_FILE
from models.errors import ModelTamperedError
from models.first_reader import FirstReader
from models.labels import LABELS, Label
from models.manifest import Manifest
from tests.models.conftest import taught
from training.probes import PROBES
from training.sentences import Sentence, digest
from training.write import write_version

LEARNT = [Sentence(id="a1", text="The weir burst.", label=Label.CLAIM, how="free", read=1)]


@pytest.fixture(scope="module")
def reader() -> FirstReader:
    """A reader that has learnt something."""
    return taught()


def write(folder: Path, reader: FirstReader, pages: Iterable[str] = ()) -> Manifest:
    """A version folder of a reader, with some pages about it."""

    def describe(into: Path) -> Iterable[str]:
        for page in pages:
            (into / page).write_text("A page.")
        return pages

    return write_version(
        folder,
        reader,
        {MODEL_FILE: reader},
        name="claimwire",
        version=folder.name,
        created=datetime(2026, 2, 3, tzinfo=UTC),
        thresholds=dict.fromkeys(LABELS, 0.6),
        figures={"macro_f1": 0.75},
        sentences=LEARNT,
        describe=describe,
    )


def test_what_is_written_can_be_loaded(tmp_path: Path, reader: FirstReader) -> None:
    """The manifest that comes back is the one in the folder."""
    written = write(tmp_path / "1.0.0", reader, pages=["card.md"])

    assert written == artefact.load(tmp_path / "1.0.0").manifest


def test_the_manifest_tells_what_was_learnt_from(tmp_path: Path, reader: FirstReader) -> None:
    """A model can be matched with a corpus."""
    corpus = write(tmp_path / "1.0.0", reader).corpus

    assert (1, digest(LEARNT)) == (corpus.sentences, corpus.sha256)


def test_every_probe_is_scored(tmp_path: Path, reader: FirstReader) -> None:
    """Loading compares with these."""
    assert list(PROBES) == [probe.text for probe in write(tmp_path / "1.0.0", reader).probes]


def test_pages_are_listed_too(tmp_path: Path, reader: FirstReader) -> None:
    """A page that is exchanged is noticed like any other file."""
    write(tmp_path / "1.0.0", reader, pages=["card.md"])
    (tmp_path / "1.0.0" / "card.md").write_text("A better page.")

    with pytest.raises(ModelTamperedError, match=r"card\.md"):
        artefact.load(tmp_path / "1.0.0")


def test_a_version_is_never_overwritten(tmp_path: Path, reader: FirstReader) -> None:
    """Somebody may be running it."""
    write(tmp_path / "1.0.0", reader)

    with pytest.raises(FileExistsError):
        write(tmp_path / "1.0.0", reader)


def test_the_same_reader_makes_the_same_file(tmp_path: Path) -> None:
    """Two trainings can be compared by the hash of what they wrote."""
    first, second = (write(tmp_path / version, taught()).files for version in ("1.0.0", "1.0.1"))

    assert first == second
