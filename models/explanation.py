"""Tells why the first reader scores a sentence as it does: what each thing that it sees adds."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from models.features import blocks_of
from models.first_reader import FirstReader
from models.labels import LABELS
from models.lexicon import Lexicon, Seen
from models.slots import Block
from models.tokens import spans, split

Span = tuple[int, int]


class Contribution(NamedTuple):
    """What one feature adds to each label's logit, in the order of `LABELS`.

    `spans` are where its words stand in the text, starts and ends; none for a feature of the sentence as a whole.
    `seen` says what the reader takes them for.
    """

    spans: tuple[Span, ...]
    seen: str
    logits: tuple[float, ...]


class Explanation(NamedTuple):
    """The logits of a text: `base`, which every text has, and the contributions, the greatest first.

    Their sum is exactly what the reader's probabilities are the softmax of, up to the rounding of 32-bit floats.
    """

    base: tuple[float, ...]
    contributions: tuple[Contribution, ...]


def explain(reader: FirstReader, text: str) -> Explanation:
    """Take the scores of one text apart."""
    columns = [reader.classes_.tolist().index(label) for label in LABELS]
    tokens = split([text])
    seen = reader.features_.lexicon.look_up(tokens)
    found = _found(reader, seen)
    rows = np.array(list(found), np.intp)
    values = reader.values(rows)[:, None] * reader.weights_[rows][:, columns]
    names = _Names(reader.features_.lexicon, tokens, seen, spans(text))
    parts = [
        Contribution(*names.of(block, i, j), tuple(row))
        for (block, i, j), row in zip(found.values(), values.astype(float).tolist(), strict=True)
    ]
    parts.sort(key=lambda part: -max(map(abs, part.logits)))
    return Explanation(tuple(reader.intercept_[columns].tolist()), tuple(parts))


def _found(reader: FirstReader, seen: Seen) -> dict[int, tuple[Block, int, int]]:
    """The known features of a text by their rows, each with its first place in a block."""
    found: dict[int, tuple[Block, int, int]] = {}
    for block in blocks_of(seen):
        rows = reader.row_of(block.slots)
        for i, j in np.argwhere(rows):
            found.setdefault(int(rows[i, j]) - 1, (block, int(i), int(j)))
    return found


class _Names:
    """Says in words what features are, and where their words stand."""

    def __init__(self, lexicon: Lexicon, tokens: list[str], seen: Seen, places: list[Span]) -> None:
        self._lexicon, self._tokens, self._source = lexicon, tokens, seen.source
        self._ends = np.r_[seen.source[1:], len(tokens)]
        self._places = [(0, 0), *places, (0, 0)]  # those of the boundaries come first and last

    def of(self, block: Block, i: int, j: int) -> tuple[tuple[Span, ...], str]:
        """The spans of a feature, and what it is."""
        first, last = int(block.origin[i]), int(block.place[i, j])
        if block.family.startswith("gram"):
            run = range(first, last + 1)
            return self._spans([first, last], joined=True), " ".join(self._name(k, block.views[0]) for k in run)
        if block.family.startswith("frame"):
            return self._spans(self._inside(first, last)), self._frame(block, first, last)
        ends = zip((first, last), block.views, strict=True)
        return self._spans(sorted((first, last))), " … ".join(self._name(k, view) for k, view in sorted(ends))

    def _frame(self, block: Block, first: int, last: int) -> str:
        named = [self._name(k, view) for k, view in zip((first, last), block.views, strict=True)]
        return f"{block.family}: {', '.join(named)}" if self._inside(first, last) else block.family

    def _inside(self, *seen: int) -> list[int]:
        return [k for k in seen if 0 < self._source[k] < len(self._tokens) - 1]

    def _name(self, k: int, view: str) -> str:
        return self._lexicon.name(self._tokens[self._source[k]], view)

    def _spans(self, seen: Iterable[int], *, joined: bool = False) -> tuple[Span, ...]:
        found = tuple(self._span(k) for k in self._inside(*seen))
        return ((found[0][0], found[-1][1]),) if joined and found else found

    def _span(self, k: int) -> Span:
        """From the first to the last of the tokens that were drawn together into one."""
        return self._places[self._source[k]][0], self._places[self._ends[k] - 1][1]
