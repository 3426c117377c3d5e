"""Finds wording that a sentence of the corpus shares with somebody else's text."""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from training.likeness import Run, words

IN_A_ROW = 5
CONTENT_WORDS = 2
SHORTEST_CONTENT_WORD = 3  # letters; below it stand initials, "am", "pm" and the like

_FUNCTION = """
    a about after against all also although an and any are as at be because been before being between both but by can
    could did do does doing down during each every few for from had has have having he her here him his how i if in
    into is it its many may me might more most much must my no nor not of off on one or other our out over own said
    same say says shall she should so some such told than that the their them then there these they this those though
    through to too two under up us very was we were what when where which while who whom whose why will with would you
    your
"""
FUNCTION_WORDS = frozenset(_FUNCTION.split())

# Some acts are done in set words that belong to nobody: the notice of a correction, the plea, a handful of idioms.
_SET = """
    article column context correction corrected earlier guilty plea pleaded previous record report slip story straight
    tongue updated version
"""
SET_WORDS = frozenset(_SET.split())


class _Given(msgspec.Struct):
    text: str


def given_texts(path: Path) -> Iterator[str]:
    """The field `text` of every line of a file of JSON Lines, packed with gzip or not.

    Raises `msgspec.MsgspecError` for a line that is not a JSON object with a text, `OSError` for an unreadable file.
    """
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield msgspec.json.decode(line, type=_Given).text


def borrowed(texts: Sequence[str], given: Iterable[str]) -> dict[int, list[str]]:
    """By a text's position, the runs of five words that it shares with a given text, two of them content words."""
    having: dict[Run, list[int]] = {}
    for position, text in enumerate(texts):
        for run in set(_telling_runs(text)):
            having.setdefault(run, []).append(position)
    shared = {run for text in given for run in _telling_runs(text) if run in having}
    found: dict[int, list[str]] = {}
    for run in sorted(shared):
        for position in having[run]:
            found.setdefault(position, []).append(" ".join(run))
    return found


def _telling_runs(text: str) -> Iterator[Run]:
    tokens = words(text)
    content = [_is_content(word) for word in tokens]
    for start in range(len(tokens) - IN_A_ROW + 1):
        if sum(content[start : start + IN_A_ROW]) >= CONTENT_WORDS:
            yield tuple(tokens[start : start + IN_A_ROW])


def _is_content(word: str) -> bool:
    letters = len(word) >= SHORTEST_CONTENT_WORD and not word.isdigit()
    return letters and word not in FUNCTION_WORDS and word not in SET_WORDS
