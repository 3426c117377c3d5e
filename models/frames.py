"""The sentence as a whole: how it begins and ends, how long it is, whether anyone speaks in it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.lexicon import Seen, Symbols, Trait
from models.slots import Block, frame_slots_of

_LENGTH_STEP = 4  # tokens
_LONGEST = 8  # steps
_FULL = 4  # steps into which a share between 0 and 1 is divided


def frame_blocks(seen: Seen, sentence_of: NDArray[np.uint32], cues: NDArray[np.intp]) -> Iterable[Block]:
    """Features of whole sentences, and of each cue with the mark at the end."""
    first, last = seen.starts[:-1], seen.starts[1:] - 1
    final = _final(seen)
    sentences = np.arange(len(first), dtype=np.uint32)
    for name, symbols in _frames(seen, final).items():
        slots = frame_slots_of(name, *symbols)[:, None]
        yield Block(f"frame {name}", ("group", "group"), slots, sentences, first, last[:, None])
    of, kinds = sentence_of[cues], seen.symbols["kind"][cues]
    ends = seen.symbols["group"][final[of]]
    for name, symbols in {"cue": (kinds,), "cue, end": (kinds, ends)}.items():
        slots = frame_slots_of(name, *symbols)[:, None]
        yield Block(f"frame {name}", ("kind", "group"), slots, of, cues, final[of][:, None])


def _frames(seen: Seen, final: NDArray[np.intp]) -> dict[str, tuple[Symbols, ...]]:
    first, last = seen.starts[:-1] + 1, seen.starts[1:] - 2
    begin = [_at(seen, np.minimum(first + i, last + 1)) for i in range(3)]
    finish = [_at(seen, np.maximum(last - i, first - 1)) for i in range(3)]
    end, length = _at(seen, final), _length(seen)
    present = np.bitwise_or.reduceat(seen.traits, seen.starts[:-1])
    opening = seen.traits[np.minimum(first, last + 1)]
    verb = _only(present, Trait.VERBAL | Trait.SAYS | Trait.PAST)
    return {
        "end": (end,),
        "end, begin": (end, begin[0]),
        "end, length": (end, length),
        "begin 2": (begin[0], begin[1]),
        "begin 3": (begin[0], begin[1], begin[2]),
        "finish 2": (finish[1], finish[0]),
        "finish 3": (finish[2], finish[1], finish[0]),
        "speech": (_only(present, Trait.QUOTE | Trait.SAYS | Trait.QUESTION), _only(opening, Trait.QUOTE)),
        "verb, length": (verb, length),
        "verb, end": (verb, end),
        "capitals, verb, length": (_share(seen, Trait.CAPITALISED), verb, length),
        "all capitals, length": (_share(seen, Trait.CAPITALS), length),
        "colon, end, begin": (_only(present, Trait.COLON), end, begin[0]),
        "begin, question": (begin[0], _only(present, Trait.QUESTION)),
        "opening, end": (_only(opening, Trait.QUOTE | Trait.CAPITALISED | Trait.CAPITALS | Trait.NUMBER), end),
        "number, verb, length": (_only(present, Trait.NUMBER), verb, length),
    }


def _at(seen: Seen, place: NDArray[np.intp]) -> Symbols:
    symbols: Symbols = seen.symbols["group"][place]
    return symbols


def _final(seen: Seen) -> NDArray[np.intp]:
    """The place of the last token, or of the one before a closing quotation mark."""
    last = seen.starts[1:] - 2
    return np.where(seen.traits[last] & Trait.QUOTE, last - 1, last)


def _length(seen: Seen) -> Symbols:
    steps: Symbols = np.minimum(np.diff(seen.starts) // _LENGTH_STEP, _LONGEST).astype(np.uint32)
    return steps


def _only(traits: NDArray[np.uint16], wanted: Trait) -> Symbols:
    present: Symbols = (traits & np.uint16(wanted)).astype(np.uint32)
    return present


def _share(seen: Seen, trait: Trait) -> Symbols:
    """The share of a sentence's tokens that have a trait, in steps."""
    having = np.add.reduceat((seen.traits & trait > 0).astype(np.uint32), seen.starts[:-1])
    steps: Symbols = (having * _FULL // np.diff(seen.starts)).astype(np.uint32)
    return steps
