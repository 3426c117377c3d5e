"""Shows a sentence as another newsroom might have printed it: other quotation marks, other names, other figures."""

import re
from collections.abc import Sequence

import numpy as np

CHANGED = 0.5
SHORT = 60  # characters: a dateline before so few of them is rare
QUOTES = (("“", "”", "’"), ('"', '"', "'"), ("‘", "’", "’"), ("'", "'", "'"), ("``", "''", "'"), ("", "", "'"))
DASHES = (" – ", " — ", " - ", " -- ", "—")
DATELINES = (
    "{place} (Wire) — ",
    "{place} - ",
    "{place}, {day} March - ",
    "{place.upper} — ",
    "- ",
    "{day}:{minute:02}pm: ",
    "{place}: ",
)
PLACES = (
    "Lisbon",
    "Nairobi",
    "Ottawa",
    "Jakarta",
    "Leeds",
    "Santiago",
    "Tbilisi",
    "Denver",
    "Perth",
    "Accra",
    "Oslo",
    "Hanoi",
)
CONTRACTIONS = (
    ("did not", "didn’t"),
    ("does not", "doesn’t"),
    ("was not", "wasn’t"),
    ("were not", "weren’t"),
    ("is not", "isn’t"),
    ("are not", "aren’t"),
    ("has not", "hasn’t"),
    ("had not", "hadn’t"),
    ("have not", "haven’t"),
    ("could not", "couldn’t"),
    ("would not", "wouldn’t"),
)

_QUOTED = re.compile(r"[“\"]([^“”\"]{2,}?)[”\"]")
_APOSTROPHE = re.compile(r"(?<=\w)[’'](?=\w)")
_DASH = re.compile(r"\s*—\s*|\s+[–-]{1,2}\s+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,}){0,2}")
_FIGURE = re.compile(r"(?<![\d.,:/-])\d{2,3}(?![\d:/]|[.,-]\d)")
_NO_NAMES = re.compile(
    r"^(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December)"
)


def names_in(texts: Sequence[str]) -> dict[int, list[str]]:
    """The names that stand inside the sentences, by how many words they have."""
    found: dict[int, set[str]] = {}
    for text in texts:
        for name in _names(text):
            found.setdefault(len(name.split()), set()).add(name)
    return {words: sorted(names) for words, names in found.items()}


def varied(text: str, names: dict[int, list[str]], generator: np.random.Generator) -> str:
    """The same act in other print; each kind of change is made to half of the sentences."""
    for change in (_other_names, _other_figures, _other_contractions, _other_quotes, _other_dashes, _other_edges):
        if generator.random() < CHANGED:
            text = change(text, names, generator)
    return text


def _names(text: str) -> list[str]:
    return [name for name in _NAME.findall(text) if not _NO_NAMES.match(name)]


def _other_names(text: str, names: dict[int, list[str]], generator: np.random.Generator) -> str:
    for name in dict.fromkeys(_names(text)):
        others = names[len(name.split())]
        text = re.sub(rf"\b{re.escape(name)}\b", others[generator.integers(len(others))], text)
    return text


def _other_figures(text: str, names: dict[int, list[str]], generator: np.random.Generator) -> str:
    def other(found: re.Match[str]) -> str:
        return str(generator.integers(10 ** (len(found[0]) - 1), 10 ** len(found[0])))

    return _FIGURE.sub(other, text)


def _other_contractions(text: str, names: dict[int, list[str]], generator: np.random.Generator) -> str:
    plain = re.sub("n't", "n’t", text)
    for pair in CONTRACTIONS:
        for one, other in (pair[::-1], pair):
            changed, count = re.subn(rf"\b{one}\b", other, plain)  # "is not" is also in "this notice"
            if count:
                return changed
    return text


def _other_quotes(text: str, names: dict[int, list[str]], generator: np.random.Generator) -> str:
    # The last style has no marks at all; it is chosen seldom, since with them a reader loses who speaks.
    chosen = generator.choice(len(QUOTES), p=[0.2, 0.35, 0.15, 0.15, 0.1, 0.05])
    opening, closing, apostrophe = QUOTES[chosen]
    return _APOSTROPHE.sub(apostrophe, _QUOTED.sub(lambda found: opening + found[1] + closing, text))


def _other_dashes(text: str, names: dict[int, list[str]], generator: np.random.Generator) -> str:
    return _DASH.sub(DASHES[generator.integers(len(DASHES))], text)


def _other_edges(text: str, names: dict[int, list[str]], generator: np.random.Generator) -> str:
    """A dateline before, a full stop or an opening quotation mark lost, as happens where articles are cut."""
    match generator.integers(4):
        case 0 if text[:1].isalpha() and len(text) > SHORT:
            place = PLACES[generator.integers(len(PLACES))]
            line = DATELINES[generator.integers(len(DATELINES))].replace("{place.upper}", place.upper())
            return line.format(place=place, day=generator.integers(1, 13), minute=generator.integers(60)) + text
        case 1:
            return text.removesuffix(".")
        case 2:
            return text.lstrip('“"')
        case _:
            return text.rstrip('”"')
