"""Tells why the second reader scores a sentence as it does: what changes when each word is left out."""

import re
from typing import NamedTuple

import numpy as np

from models.labels import LABELS
from models.readers import Reader

_word = re.compile(r"\S+")


class Omission(NamedTuple):
    """A word, where it stands in the text, and how much each label's probability falls without it, as in `LABELS`."""

    word: str
    span: tuple[int, int]
    loss: tuple[float, ...]


def omissions(reader: Reader, text: str) -> list[Omission]:
    """Leave out one word at a time (Li, Monroe and Jurafsky 2016, "Understanding neural networks through erasure").

    A loss may be negative: without the word the label would be likelier.
    """
    words = list(_word.finditer(text))
    shortened = [text[: word.start()] + text[word.end() :].lstrip() for word in words]
    columns = [reader.classes_.tolist().index(label) for label in LABELS]
    scores = reader.predict_proba([text, *shortened])[:, columns]
    losses = (scores[0] - scores[1:]).tolist()
    return [
        Omission(word.group(), word.span(), tuple(map(float, loss))) for word, loss in zip(words, losses, strict=True)
    ]


def greatest(found: list[Omission], column: int, most: int) -> list[Omission]:
    """Those whose words matter most to one label, in descending order."""
    order = np.argsort([-abs(omission.loss[column]) for omission in found], kind="stable")
    return [found[place] for place in order[:most].tolist()]
