"""What the first reader sees in a sentence: words, their classes, and cue words in their context."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin

from models.cues import read_cues
from models.lexicon import Lexicon, Seen, Symbols
from models.tokens import split

SLOT_BITS = 22  # 4 million slots: an unseen feature meets a known one in 5 cases of 100
_WINDOW = 8  # tokens within which two cues count as a pair
_PARTNERS = 8  # cues after a cue that are looked at
_REACH = 4  # tokens on either side of a cue that are looked at

# Odd multipliers, one for each place in a feature, so that "not say" and "say not" differ (from the digits of phi).
_PLACES = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], np.uint32)


class Gram(NamedTuple):
    """n tokens in a row, under one view."""

    view: str
    n: int


class Near(NamedTuple):
    """A cue and a token close to it; `placed` tells one distance from another."""

    cue: str
    other: str
    side: int
    placed: bool


class Pair(NamedTuple):
    """A cue and a later cue, however many words lie between, up to `_WINDOW`."""

    cue: str
    other: str


GRAMS = (
    Gram("word", 1), Gram("word", 2),
    Gram("group", 1), Gram("group", 2), Gram("group", 3),
    Gram("kind", 1), Gram("kind", 2), Gram("kind", 3), Gram("kind", 4),
    Gram("narrow", 1), Gram("narrow", 2), Gram("narrow", 3),
    Gram("broad", 1), Gram("broad", 2), Gram("broad", 3),
)  # fmt: skip
NEARS = (
    Near("group", "group", +1, True), Near("group", "group", -1, True),
    Near("kind", "kind", +1, True), Near("kind", "kind", -1, True),
    Near("kind", "kind", +1, False), Near("kind", "kind", -1, False),
    Near("word", "kind", +1, False), Near("word", "kind", -1, False),
    Near("word", "word", +1, False),
    Near("group", "narrow", +1, False), Near("group", "narrow", -1, False),
    Near("group", "broad", +1, False), Near("group", "broad", -1, False),
)  # fmt: skip
PAIRS = (
    Pair("group", "group"), Pair("kind", "kind"), Pair("word", "group"), Pair("word", "kind"),
    Pair("group", "narrow"), Pair("group", "broad"),
)  # fmt: skip


class Block(NamedTuple):
    """Features of a batch: `slots` of shape (m, k), and for each of n sentences where its rows begin (n + 1)."""

    slots: NDArray[np.uint32]
    bounds: NDArray[np.intp]


class CueFeatures(TransformerMixin, BaseEstimator):
    """Texts to hashed counts of features.

    `classes` gives a word the numbers of its narrow and its broad class; `min_count` is how many training sentences
    a word must occur in to be known by itself.
    """

    def __init__(self, classes: Mapping[str, tuple[int, int]] | None = None, min_count: int = 2, grams=GRAMS, nears=NEARS, pairs=PAIRS) -> None:
        self.classes = classes
        self.min_count = min_count
        self.grams=grams; self.nears=nears; self.pairs=pairs

    def fit(self, texts: Sequence[str], labels: object = None) -> Self:
        counts = Counter(word for text in texts for word in {token.lower() for token in split([text])})
        self.words_ = sorted(word for word, count in counts.items() if count >= self.min_count)
        self.cues_ = {word: tuple(cue) for word, cue in read_cues().items()}
        self._lexicon = Lexicon(self.words_, self.cues_, self.classes or {})
        return self

    def blocks(self, texts: Sequence[str]) -> tuple[Block, Block]:
        seen = self._lexicon.look_up(split(texts))
        sentences = len(texts)
        return self._gram_block(seen, sentences), self._cue_block(seen, sentences)

    def transform(self, texts: Sequence[str]) -> csr_array:
        a, b = self.blocks(texts)
        return sum(csr_array((np.ones(x.slots.size, np.float32), x.slots.ravel().astype(np.int32), x.bounds*x.slots.shape[1]), shape=(len(texts), 1<<SLOT_BITS)) for x in (a, b))

    def _gram_block(self, seen: Seen, sentences: int) -> Block:
        size = len(seen.sentence)
        starts = np.searchsorted(seen.sentence, np.arange(sentences + 1))
        left = np.repeat(starts[1:], np.diff(starts)) - np.arange(size)
        slots = np.zeros((size, len(self.grams)), np.uint32)
        view, total = None, None
        for column, (v, n) in enumerate(self.grams):
            if n == 1:
                total = seen.symbols[v] * _PLACES[0]
            else:
                total = total.copy()
                total[: size - n + 1] += seen.symbols[v][n - 1 :] * _PLACES[n - 1]
            slots[:, column] = np.where(left >= n, _slot(total, column), 0)
        return Block(slots, starts)

    def _cue_block(self, seen: Seen, sentences: int) -> Block:
        cues = np.flatnonzero(seen.is_cue)
        sent = seen.sentence[cues]
        starts = np.searchsorted(sent, np.arange(sentences + 1))
        blocks = []
        for side in (+1, -1):
            place = cues[:, None] + side * np.arange(1, _REACH + 1)
            ok = seen.sentence.take(place, mode="clip") == sent[:, None]
            ok &= (place >= 0) & (place < len(seen.sentence))
            place = np.clip(place, 0, len(seen.sentence) - 1)
            for column, near in enumerate(self.nears):
                if near.side != side: continue
                h = seen.symbols[near.cue][cues, None] * _PLACES[0] + seen.symbols[near.other][place] * _PLACES[1]
                if near.placed: h = h + np.arange(_REACH, dtype=np.uint32) * _PLACES[2]
                blocks.append(np.where(ok, _slot(h, 100 + column), 0))
        k = np.arange(len(cues))[:, None] + np.arange(1, _PARTNERS + 1)
        ok = k < len(cues)
        k = np.minimum(k, len(cues) - 1)
        place = cues[k]
        ok &= (sent[k] == sent[:, None]) & (place - cues[:, None] <= _WINDOW)
        for column, pair in enumerate(self.pairs):
            h = seen.symbols[pair.cue][cues, None] * _PLACES[0] + seen.symbols[pair.other][place] * _PLACES[1]
            blocks.append(np.where(ok, _slot(h, 200 + column), 0))
        return Block(np.concatenate(blocks, axis=1), starts)


def _slot(total: Symbols, family: int) -> Symbols:
    mixed = total + np.uint32((family * 0x9E3779B1) & 0xFFFFFFFF)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    return np.maximum(mixed >> np.uint32(32 - SLOT_BITS), 1)
