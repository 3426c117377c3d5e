"""Gives every feature a slot, a number of 22 bits, by hashing the symbols that it is made of."""

from functools import cache
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SLOT_BITS = 22  # 4 million slots: up to 400,000 known features, fewer than 1 in 10 unseen ones is taken for one of them
VOID = np.uint32(0)  # the slot of what is no feature, such as a run of tokens that crosses into the next sentence
FRAME_SLOTS = 1 << 16  # the lowest slots are kept for the frames of sentences, which are few and weigh more
_FRAME_BITS = 16

# Odd multipliers, one for each place in a feature, so that "said not" and "not said" get different slots. Symbols are
# evenly spread already (`models.lexicon`), so a weighted sum of them is a good hash (multiply-shift, Dietzfelbinger).
_PLACES = tuple(np.uint32(odd) for odd in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1))

Slots = NDArray[np.uint32]


class Block(NamedTuple):
    """The features of one family in a batch.

    `slots` has shape (m, k): k features for each of m tokens or sentences. Feature (i, j) is made of the tokens
    `origin[i]` and `place[i, j]`, looked at under the two `views`, and lies in sentence `sentences[i]`.
    """

    family: str
    views: tuple[str, str]
    slots: Slots
    sentences: NDArray[np.uint32]
    origin: NDArray[np.intp]
    place: NDArray[np.intp]


def slots_of(family: str, *symbols: NDArray[np.uint32]) -> Slots:
    """The slots of features of a family, from the symbols in each of their places."""
    slots: Slots = np.maximum(_hashed(family, symbols) >> np.uint32(32 - SLOT_BITS), np.uint32(FRAME_SLOTS))
    return slots


def frame_slots_of(family: str, *symbols: NDArray[np.uint32]) -> Slots:
    """The same for features of a sentence as a whole, whose slots lie apart."""
    slots: Slots = np.maximum(_hashed(family, symbols) >> np.uint32(32 - _FRAME_BITS), VOID + np.uint32(1))
    return slots


def _hashed(family: str, symbols: tuple[NDArray[np.uint32], ...]) -> Slots:
    total: Any = _salt(family)
    for symbol, place in zip(symbols, _PLACES, strict=False):  # a feature may have fewer places than there are
        total = total + symbol * place  # arrays of different shapes meet here, so not in place
    hashed: Slots = (total ^ (total >> np.uint32(15))) * np.uint32(0x2C1B3C6D)  # mixes low bits into the top ones
    return hashed


@cache
def _salt(family: str) -> np.uint32:
    return np.uint32(crc32(family.encode()))
