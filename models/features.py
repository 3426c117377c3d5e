"""What the first reader sees in a sentence: words, their classes, and cue words in their context."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin

from models.cues import read_cues
from models.lexicon import Lexicon, Seen, Symbols, Trait
from models.tokens import split

SLOT_BITS = 22  # 4 million slots: an unseen feature meets a known one in 5 cases of 100
SENTENCE_SLOTS = 1 << 16  # the lowest slots are kept for features of the sentence as a whole
_REACH = 4  # tokens on either side of a cue that are looked at
_WINDOW = 8  # tokens within which a later cue makes a pair with a cue
_PARTNERS = 8  # later cues that are looked at

# Odd multipliers, one for each place in a feature, so that "not say" and "say not" differ.
_PLACES = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], np.uint32)


class Gram(NamedTuple):
    """n tokens in a row, under one view."""

    view: str
    n: int


class Near(NamedTuple):
    """A cue and a token before (-1) or after (+1) it; `placed` tells one distance from another."""

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


class Occurrences(NamedTuple):
    """Which feature (a slot) occurs in which sentence; the same pair may come more than once."""

    slots: NDArray[np.uint32]
    sentences: NDArray[np.intp]


class CueFeatures(TransformerMixin, BaseEstimator):
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

    def occurrences(self, texts: Sequence[str]) -> Occurrences:
        seen = self._lexicon.look_up(split(texts))
        blocks = [_gram_block(seen, self.grams), _cue_block(seen, self.nears, self.pairs), _sentence_block(seen)]
        return Occurrences(
            np.concatenate([slots.ravel() for slots, _ in blocks]),
            np.concatenate([np.repeat(sentences, slots.shape[1]) for slots, sentences in blocks]),
        )

    def transform(self, texts: Sequence[str]) -> csr_array:
        slots, sentences = self.occurrences(texts)
        keys = np.unique(sentences.astype(np.int64) << SLOT_BITS | slots)
        slots = keys & ((1 << SLOT_BITS) - 1)
        keys = keys[slots > 0]; slots = slots[slots > 0]
        bounds = np.searchsorted(keys >> SLOT_BITS, np.arange(len(texts) + 1))
        return csr_array((np.ones(len(keys), np.float32), slots.astype(np.int32), bounds.astype(np.int32)), shape=(len(texts), 1 << SLOT_BITS))


def _gram_block(seen: Seen, grams):
    size = len(seen.traits)
    lengths = np.diff(seen.starts)
    left = np.repeat(seen.starts[1:], lengths) - np.arange(size)
    slots = np.zeros((size, len(grams)), np.uint32)
    for column, (view, n) in enumerate(grams):
        if n == 1:
            total = seen.symbols[view] * _PLACES[0]
        else:
            total = total.copy()
            total[: size - n + 1] += seen.symbols[view][n - 1 :] * _PLACES[n - 1]
        slots[:, column] = np.where(left >= n, _slot(total, column), 0)
    return slots, np.repeat(np.arange(len(lengths)), lengths)


def _cue_block(seen: Seen, nears, pairs):
    cues = np.flatnonzero(seen.traits & Trait.CUE)
    of = np.repeat(np.arange(len(seen.starts) - 1), np.diff(seen.starts))
    sent = of[cues]
    blocks = []
    last = len(seen.traits) - 1
    for side in (+1, -1):
        place = cues[:, None] + side * np.arange(1, _REACH + 1)
        ok = (place >= seen.starts[sent][:, None]) & (place < seen.starts[sent + 1][:, None])
        place = np.clip(place, 0, last)
        for column, near in enumerate(nears):
            if near.side != side: continue
            h = seen.symbols[near.cue][cues, None] * _PLACES[0] + seen.symbols[near.other][place] * _PLACES[1]
            if near.placed: h = h + np.arange(_REACH, dtype=np.uint32) * _PLACES[2]
            blocks.append(np.where(ok, _slot(h, 100 + column), 0))
    k = np.arange(len(cues))[:, None] + np.arange(1, _PARTNERS + 1)
    ok = k < len(cues)
    k = np.minimum(k, len(cues) - 1)
    place = cues[k]
    ok &= (sent[k] == sent[:, None]) & (place - cues[:, None] <= _WINDOW)
    for column, pair in enumerate(pairs):
        h = seen.symbols[pair.cue][cues, None] * _PLACES[0] + seen.symbols[pair.other][place] * _PLACES[1]
        blocks.append(np.where(ok, _slot(h, 200 + column), 0))
    core = _core_last(seen)[sent]
    kind = seen.symbols["kind"][cues]
    blocks.append(_sentence_slot(kind * _PLACES[0], 300)[:, None])
    blocks.append(_sentence_slot(kind * _PLACES[0] + seen.symbols["group"][core] * _PLACES[1], 301)[:, None])
    return np.concatenate(blocks, axis=1), sent


def _core_last(seen):
    last = seen.starts[1:] - 2
    return np.where(seen.traits[last] & Trait.QUOTE, last - 1, last)


def _share(seen, trait):
    n = np.diff(seen.starts)
    return np.add.reduceat((seen.traits & trait > 0).astype(np.int64), seen.starts[:-1]) / n


def _sentence_block(seen: Seen):
    g = seen.symbols["group"]
    st, en = seen.starts[:-1], seen.starts[1:] - 1
    at = lambda p: g[np.clip(p, st, en)]
    first, second, third = (at(st + k) for k in (1, 2, 3))
    last, last2, last3 = (at(en - k) for k in (1, 2, 3))
    core = g[_core_last(seen)]
    length = np.minimum((en - st) // 4, 8)
    any_ = np.bitwise_or.reduceat(seen.traits, st)
    fin = any_ & (Trait.VERBAL | Trait.SAYS | Trait.PAST)
    qs = any_ & (Trait.QUOTE | Trait.SAYS | Trait.QUESTION)
    up = (_share(seen, Trait.CAPITALISED) * 4.99).astype(int)
    caps = (_share(seen, Trait.CAPITALS) * 3.99).astype(int)
    opens = seen.traits[np.minimum(st + 1, en)] & (Trait.QUOTE | Trait.CAPITALISED | Trait.CAPITALS | Trait.NUMBER)
    F = [(core,), (core, first), (core, length), (first, second), (first, second, third), (last2, last), (last3, last2, last), (qs, opens & Trait.QUOTE),
         (fin, length), (fin, core), (up, length, fin), (caps, length), (any_ & Trait.COLON, core, first), (first, any_ & Trait.QUESTION), (opens, core), (any_ & Trait.NUMBER, length, fin)]
    out = [_sentence_slot(sum(np.asarray(p).astype(np.uint32) * m for p, m in zip(parts, _PLACES)), 400 + i) for i, parts in enumerate(F)]
    return np.stack(out, axis=1), np.arange(len(st))


def _mixed(total, family):
    m = total + np.uint32((family * 0x9E3779B1) & 0xFFFFFFFF)
    return (m ^ (m >> np.uint32(15))) * np.uint32(0x2C1B3C6D)

def _slot(total: Symbols, family: int) -> Symbols:
    return np.maximum(_mixed(total, family) >> np.uint32(32 - SLOT_BITS), SENTENCE_SLOTS)

def _sentence_slot(total, family):
    return np.maximum(_mixed(total, family) >> np.uint32(32 - 16), 1)
