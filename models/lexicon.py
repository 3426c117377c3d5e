"""What the first reader knows of each word: its cue class, and which other words are used like it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntFlag, auto
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.cues import GRAMMAR
from models.tokens import BOUNDARY

# What is seen of a word that is no cue: its look.
SHAPES = (
    "boundary", "number", "name", "capitals", "mark", "-ing", "-ed", "-ly", "-s", "abstract", "quality", "doer", "word",
)  # fmt: skip  # one line a shape says no more
_ENDINGS = (
    ("ing", "-ing"),
    ("ed", "-ed"),
    ("ly", "-ly"),
    *((ending, "abstract") for ending in ("tion", "sion", "ment", "ness", "ity", "ism", "ance", "ence", "ship")),
    *((ending, "quality") for ending in ("ous", "able", "ible", "ive", "ful", "less", "ic", "al", "ish")),
    ("s", "-s"),
    *((ending, "doer") for ending in ("er", "or", "ist")),
)
_AUXILIARIES = frozenset("is are was were am be been being has have had having do does did 's 're 've 'm".split())
_SHORTEST_STEM = 3
_UNKNOWN = 0
_SHAPE_BITS = 4  # a token's code is the row of its word and, in the lowest bits, its shape
_MEMO_LIMIT = 200_000  # tokens, about 20 MB
# From the word itself to the coarsest class; a word that has no class of its own shows the next thing it has.
VIEWS = ("word", "group", "kind", "narrow", "broad")

Symbols = NDArray[np.uint32]


class Trait(IntFlag):
    """What may be asked of a token besides its symbols."""

    CUE = auto()
    SAYS = auto()
    VERBAL = auto()  # an auxiliary or a modal
    PAST = auto()  # ends in -ed
    QUOTE = auto()
    QUESTION = auto()
    COLON = auto()
    NUMBER = auto()
    CAPITALISED = auto()
    CAPITALS = auto()
    NAME = auto()  # begins with a capital and is no cue
    BOUNDARY = auto()


_MARK_TRAITS = {BOUNDARY: Trait.BOUNDARY, '"': Trait.QUOTE, "?": Trait.QUESTION, ":": Trait.COLON}
_SHAPE_TRAITS = {
    "number": Trait.NUMBER,
    "name": Trait.CAPITALISED | Trait.NAME,
    "capitals": Trait.CAPITALISED | Trait.CAPITALS,
    "-ed": Trait.PAST,
}


class Seen(NamedTuple):
    """A batch as the first reader sees it: one entry per token, names that follow one another drawn together.

    `symbols` gives each token a number per view, equal for tokens that the view does not tell apart; `traits` are
    bits of `Trait`; `source` is the token's place in the batch as it was cut; `starts` is where each sentence begins,
    with the end of the last one behind.
    """

    symbols: dict[str, Symbols]
    traits: NDArray[np.uint16]
    source: NDArray[np.intp]
    starts: NDArray[np.intp]


class Lexicon:
    """Looks a whole batch of tokens up: one dictionary access a token, NumPy for the rest.

    `words` are the words known by themselves; `cues` gives a word its kind and group, `classes` the numbers of its
    narrow and its broad class of words used alike.
    """

    def __init__(
        self, words: Iterable[str], cues: Mapping[str, tuple[str, str]], classes: Mapping[str, tuple[int, int]]
    ) -> None:
        known = sorted({BOUNDARY, *words, *cues, *classes})
        self._rows = {word: row for row, word in enumerate(known, start=1)}
        self._cues, self._classes = cues, classes
        self._memo = _Memo(self._code)
        self._symbols = _symbols(known, cues, classes)
        self._traits = _traits(known, cues)

    def look_up(self, tokens: Sequence[str]) -> Seen:
        """See a batch of tokens as `models.tokens.split` cuts them."""
        codes = self._memo.codes(tokens)
        is_name = self._traits[codes] & Trait.NAME > 0
        kept = np.flatnonzero(~is_name | ~np.r_[False, is_name[:-1]])
        codes = codes[kept]
        traits = self._traits[codes]
        boundaries = np.flatnonzero(traits & Trait.BOUNDARY)
        return Seen(
            {view: symbols[codes] for view, symbols in self._symbols.items()},
            traits,
            kept,
            np.r_[boundaries[::2], len(codes)],  # each sentence has a boundary at both ends
        )

    def name(self, token: str, view: str) -> str:
        """What a token is called under a view, for people to read."""
        word = token if token in self._rows else token.lower()
        kind, group = self._cues.get(word, (GRAMMAR, word if shape_of(token) == "mark" else shape_of(token)))
        match view:
            case "word":
                return word if word in self._rows else group
            case "kind" if kind != GRAMMAR:
                return kind
            case "narrow" | "broad" if word in self._classes:
                return f"like {word!r}"
            case _:
                return group

    def _code(self, token: str) -> int:
        row = self._rows.get(token) or self._rows.get(token.lower(), _UNKNOWN)  # as written first: "US" is no "us"
        return row << _SHAPE_BITS | SHAPES.index(shape_of(token))


class _Memo(dict[str, int]):
    """The codes of tokens seen before; bounded, because the names in a feed never end."""

    def __init__(self, code: Callable[[str], int]) -> None:
        super().__init__()
        self._code = code

    def __missing__(self, token: str) -> int:
        code = self[token] = self._code(token)
        return code

    def codes(self, tokens: Sequence[str]) -> NDArray[np.intp]:
        if len(self) > _MEMO_LIMIT:
            self.clear()
        return np.fromiter(map(self.__getitem__, tokens), np.intp, len(tokens))


def shape_of(token: str) -> str:
    """The look of a token: a number, a name, a mark, or what the ending tells of a word."""
    first = token[0]
    if first.isdigit():
        return "number"
    if not first.isalpha():
        return "boundary" if token == BOUNDARY else "mark"
    if first.isupper():
        return "capitals" if token.isupper() and len(token) > 1 else "name"
    for ending, shape in _ENDINGS:
        if token.endswith(ending) and len(token) >= len(ending) + _SHORTEST_STEM:
            return shape
    return "word"


def _symbols(
    known: Sequence[str], cues: Mapping[str, tuple[str, str]], classes: Mapping[str, tuple[int, int]]
) -> dict[str, Symbols]:
    """For each view the symbol of every code, in the order of the codes."""
    groups = _numbered(cues[word][1] if word in cues else word if shape_of(word) == "mark" else None for word in known)
    kinds = _numbered(cues[word][0] if word in cues and cues[word][0] != GRAMMAR else None for word in known)
    narrow, broad = (_classes(known, classes, place) for place in (0, 1))
    shape = np.broadcast_to(np.arange(1 << _SHAPE_BITS), (len(known) + 1, 1 << _SHAPE_BITS))
    group = _unless_known(groups, shape, space=2)
    numbers = {
        "word": _unless_known(np.arange(len(known)), shape, space=1),
        "group": group,
        "kind": _unless_known(kinds, group, space=3),
        "narrow": _unless_known(narrow, group, space=4),
        "broad": _unless_known(broad, group, space=5),
    }
    return {view: _scattered(numbers[view].ravel()) for view in VIEWS}


def _numbered(names: Iterable[str | None]) -> NDArray[np.int64]:
    """A number for each name, in the order of their first appearance, and -1 for None."""
    numbers: dict[str, int] = {}
    return np.array([-1 if name is None else numbers.setdefault(name, len(numbers)) for name in names])


def _classes(known: Sequence[str], classes: Mapping[str, tuple[int, int]], place: int) -> NDArray[np.int64]:
    return np.array([classes[word][place] if word in classes else -1 for word in known])


def _unless_known(own: NDArray[np.int64], otherwise: NDArray[np.int64], space: int) -> NDArray[np.int64]:
    """Each word's own number, in a number space apart, or else (-1) what another view says; row 0 is unknown."""
    own = np.r_[-1, own][:, np.newaxis]
    return np.where(own >= 0, own + (space << 32), otherwise)


def _scattered(numbers: NDArray[np.int64]) -> Symbols:
    """Numbers spread evenly over 32 bits, so that sums of symbols rarely meet (the finaliser of SplitMix64)."""
    mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))).astype(np.uint32)


def _traits(known: Sequence[str], cues: Mapping[str, tuple[str, str]]) -> NDArray[np.uint16]:
    """The traits of every code, in the order of the codes."""
    of_word = np.array([0, *(_word_traits(word, *cues.get(word, ("", ""))) for word in known)], np.uint16)
    of_shape = np.zeros(1 << _SHAPE_BITS, np.uint16)
    for shape, traits in _SHAPE_TRAITS.items():
        of_shape[SHAPES.index(shape)] = traits
    of_code: NDArray[np.uint16] = of_word[:, np.newaxis] | of_shape
    has_class = np.array([False, *(word in cues for word in known)])
    of_code[has_class] &= ~np.uint16(Trait.NAME)  # "Denied" at the head of a sentence is no name
    return of_code.ravel()


def _word_traits(word: str, kind: str, group: str) -> int:
    traits = _MARK_TRAITS.get(word, Trait(0))
    if kind not in ("", GRAMMAR):
        traits |= Trait.CUE
    if kind == "say":
        traits |= Trait.SAYS
    if kind == "modal" or group in _AUXILIARIES:
        traits |= Trait.VERBAL
    return int(traits)
