"""A first reader that has read a few dozen sentences, the folder of a model made of it, and a tiny encoder."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from models.artefact import MODEL_FILE
from models.first_reader import FirstReader
from models.labels import LABELS
from training.write import write_version

PLACES = ("quay", "lock", "mill", "weir", "depot", "chapel")
PATTERNS = {
    "claim": ("The {} reopened on Tuesday after repairs.", "Officials said the {} will cost less than planned."),
    "denial": ("The mayor denied that the {} had been sold.", "There is no truth to reports about the {}, she said."),
    "clarification": (
        "The council clarified that the toll applies only to the {}.",
        "An earlier version of this article misnamed the {}.",
    ),
    "other": ("Who owns the {}?", "Read more about the {} below."),
}
LESSON = [(p.format(place), label) for label, patterns in PATTERNS.items() for p in patterns for place in PLACES]
CLASSES = {"denied": (0, 0), "denies": (0, 0), "tuesday": (1, 1), "friday": (1, 1)}

# An encoder that knows three words, each of which speaks for one label; any other word speaks weakly for a claim.
ENCODER = Path(__file__).with_name("four_words.onnx").read_bytes()
VOCABULARY = {"[PAD]": 0, "[UNK]": 1, "denied": 2, "clarified": 3, "why": 4}


def tokenizer() -> bytes:
    """The file that makes the encoder's word pieces of a text."""
    pieces = Tokenizer(WordLevel(VOCABULARY, unk_token="[UNK]"))
    pieces.pre_tokenizer = Whitespace()
    return str(pieces.to_str()).encode()


def taught() -> FirstReader:
    """A reader, new each time, that has learnt the lesson."""
    return FirstReader(CLASSES, min_sentences=2).fit([text for text, _ in LESSON], [label for _, label in LESSON])


@pytest.fixture(scope="session")
def reader() -> FirstReader:
    """A reader that has learnt the lesson; tests share it and must not fit it again."""
    return taught()


@pytest.fixture(scope="session")
def _written(reader: FirstReader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions") / "1.0.0"
    write_version(
        folder,
        reader,
        {MODEL_FILE: reader},
        name="claimwire",
        version="1.0.0",
        created=datetime(2026, 5, 9, tzinfo=UTC),
        thresholds=dict.fromkeys(LABELS, 0.5),
        figures={"macro_f1": 0.5},
        sentences=[],
    )
    return folder


@pytest.fixture
def folder(_written: Path, tmp_path: Path) -> Path:
    """A model's folder that the test may spoil."""
    return shutil.copytree(_written, tmp_path / "1.0.0")
