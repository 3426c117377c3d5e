"""What encoders made of unseen sentences is kept with the sentences and the encoder that it goes with."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from models.artefact import newest_shipped
from models.labels import LABELS, Label
from models.second_reader import ENCODER_FILE
from tests.training.evaluations import sure_of
from training.encoder import out_of_fold
from training.encoder.out_of_fold import OtherEncoderError
from training.sentences import Sentence

SENTENCES = [
    Sentence(id="a1", text="The weir burst.", label=Label.CLAIM, how="free", read=1),
    Sentence(id="a2", text="It never burst, “not once”, she said.", label=Label.DENIAL, how="free", read=1),
]
SCORES = sure_of([0, 1])


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The scores of both sentences, in a file."""
    out_of_fold.write(SENTENCES, SCORES, tmp_path / "scores.csv")
    return tmp_path / "scores.csv"


@given(arrays(np.float64, (2, 4), elements=st.floats(0, 1)))
def test_scores_come_back_to_five_digits(tmp_path_factory: pytest.TempPathFactory, scores: NDArray[np.float64]) -> None:
    """In the order of the labels, for the sentence that they were given to."""
    path = tmp_path_factory.mktemp("scores") / "scores.csv"
    out_of_fold.write(SENTENCES, scores, path)

    found = out_of_fold.read(SENTENCES, path)

    assert ["a1", "a2"] == list(found)
    assert scores == pytest.approx(np.array([found["a1"], found["a2"]]), abs=5.1e-6)


def test_a_reworded_sentence_has_no_scores_any_more(kept: Path) -> None:
    """They are of another text."""
    reworded = msgspec.structs.replace(SENTENCES[0], text="The weir held.")

    assert ["a2"] == list(out_of_fold.read([reworded, SENTENCES[1]], kept))


def test_a_relabelled_sentence_keeps_its_scores(kept: Path) -> None:
    """What an encoder that had not seen it makes of it is the same."""
    relabelled = msgspec.structs.replace(SENTENCES[0], label=Label.OTHER)

    assert ["a1", "a2"] == list(out_of_fold.read([relabelled, SENTENCES[1]], kept))


def test_a_dropped_sentence_has_no_scores(kept: Path) -> None:
    """Nor has one that was written since."""
    new = msgspec.structs.replace(SENTENCES[0], id="a3")

    assert ["a2"] == list(out_of_fold.read([SENTENCES[1], new], kept))


def test_every_sentence_needs_its_row(tmp_path: Path) -> None:
    """Scores of another corpus are noticed."""
    with pytest.raises(ValueError, match="shorter"):
        out_of_fold.write(SENTENCES, SCORES[:1], tmp_path / "scores.csv")


def test_the_encoder_that_was_named_may_be_weighed(tmp_path: Path) -> None:
    """Its bytes tell it from any other."""
    out_of_fold.name_encoder(b"encoder", tmp_path / "encoder.json")

    out_of_fold.check(b"encoder", Path("build/encoder"), tmp_path / "encoder.json")


def test_another_encoder_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """It would be weighed by what others said; the error names its folder, and both ways out."""
    out_of_fold.name_encoder(b"encoder", tmp_path / "encoder.json")

    with pytest.raises(OtherEncoderError, match=r"build/encoder .* --encoder, .* `make train-encoder`") as caught:
        out_of_fold.check(b"another", Path("build/encoder"), tmp_path / "encoder.json")
    assert Path("build/encoder") == caught.value.folder


def test_the_encoder_that_ships_is_the_one_that_was_named() -> None:
    """`make train` without anything new to weigh weighs the shipped one again."""
    shipped = newest_shipped()

    out_of_fold.check((shipped / ENCODER_FILE).read_bytes(), shipped)


def test_the_figure_is_of_the_best_labels() -> None:
    """One of two right is an F1 of 2/3 for the one label that is named twice, and of 0 for the three others."""
    scores = {"a1": SCORES[0], "a2": SCORES[0]}

    assert pytest.approx((2 / 3) / len(LABELS)) == out_of_fold.macro_f1(SENTENCES, scores)
    assert pytest.approx(2 / len(LABELS)) == out_of_fold.macro_f1(SENTENCES, {"a1": SCORES[0], "a2": SCORES[1]})
