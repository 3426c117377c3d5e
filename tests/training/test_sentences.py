"""The corpus is read in one order, and stands for what a model learnt from."""

from pathlib import Path

import msgspec
import pytest

from models.labels import Label
from training import sentences
from training.sentences import Sentence

FIRST = Sentence(id="a1", text="The weir burst.", label=Label.CLAIM, how="free", read=1)
SECOND = Sentence(id="b1", text="Who saw it?", label=Label.OTHER, how="counterpart", read=2, register="local")


def written(path: Path, *lines: Sentence) -> Path:
    """A corpus file."""
    path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in lines) + b"\n\n")
    return path


def test_sentences_are_sorted_by_id(tmp_path: Path) -> None:
    """Neither the order of files nor that of lines changes what is trained."""
    last = written(tmp_path / "z.jsonl", FIRST)
    first = written(tmp_path / "a.jsonl", SECOND)

    assert [FIRST, SECOND] == sentences.read([last, first])


def test_only_sentence_files_are_corpus_files(tmp_path: Path) -> None:
    """A README beside them is none."""
    path = written(tmp_path / "z.jsonl", FIRST)
    (tmp_path / "README.md").write_text("Sentences.")

    assert [path] == sentences.files(tmp_path)


@pytest.mark.parametrize(
    ("field", "changes"), [({"text": "The weir held."}, True), ({"label": Label.OTHER}, True), ({"read": 3}, False)]
)
def test_the_digest_tells_what_a_model_learns_from(field: dict[str, object], changes: bool) -> None:
    """How often a label was read changes nothing that is learnt."""
    other = msgspec.structs.replace(FIRST, **field)

    assert changes is (sentences.digest([FIRST]) != sentences.digest([other]))


def test_the_corpus_is_there() -> None:
    """What ships was trained on it."""
    assert len(sentences.read(sentences.files())) > 10_000
