"""Sentences become word pieces, as they stand and in other print."""

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from models.labels import LABELS, Label
from training.encoder.encoding import encoded, targets
from training.sentences import Sentence

TEXTS = ["the weir held", "it did not", "why", "the weir “burst”, they said — again and again and again"]
LONGEST = 8
VOCABULARY = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *" ".join(TEXTS).split()])}


@pytest.fixture(scope="module")
def pieces() -> Tokenizer:
    """A piece for each word."""
    pieces = Tokenizer(WordLevel(VOCABULARY, unk_token="[UNK]"))
    pieces.pre_tokenizer = Whitespace()
    pieces.enable_truncation(LONGEST)
    return pieces


def test_the_first_variant_is_the_sentence_as_it_stands(pieces: Tokenizer) -> None:
    """It is the one that is scored."""
    found = encoded(TEXTS, pieces)

    ids = [row[:length].tolist() for row, length in zip(found.ids[0], found.lengths[0], strict=True)]
    assert [pieces.encode(text).ids for text in TEXTS] == ids


def test_every_sentence_has_as_many_variants(pieces: Tokenizer) -> None:
    """Beside the one that stands; the longest sentence is cut where the pieces are."""
    found = encoded(TEXTS, pieces, variants=2)

    assert (3, len(TEXTS), LONGEST) == found.ids.shape
    assert (3, len(TEXTS)) == found.lengths.shape
    assert [3, 3, 1, LONGEST] == found.lengths[0].tolist()


def test_behind_a_sentence_there_is_nothing(pieces: Tokenizer) -> None:
    """The number 0 stands for no piece, and for that alone."""
    found = encoded(TEXTS, pieces)

    inside = np.arange(found.ids.shape[2]) < found.lengths[:, :, None]
    assert (inside == (found.ids > 0)).all()


def test_variants_are_drawn_by_their_seed(pieces: Tokenizer) -> None:
    """A training can be run again."""
    first, same, other = (encoded(TEXTS, pieces, variants=8, seed=seed).ids.tolist() for seed in (3, 3, 4))

    assert first == same
    assert first != other


def test_a_target_is_sure_of_the_label() -> None:
    """A row per sentence, a column per label."""
    sentences = [
        Sentence(id=str(place), text="The weir held.", label=label, how="free", read=1)
        for place, label in enumerate((Label.OTHER, Label.CLAIM))
    ]

    rows = targets(sentences)

    assert [LABELS.index(Label.OTHER), LABELS.index(Label.CLAIM)] == rows.argmax(axis=1).tolist()
    assert [1.0, 1.0] == rows.sum(axis=1).tolist()
