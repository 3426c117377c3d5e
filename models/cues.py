"""The list of words by which people deny, clarify and assert, as `cues.toml` groups them."""

import tomllib
from importlib.resources import files
from typing import NamedTuple

GRAMMAR = "grammar"


class Cue(NamedTuple):
    """What a word is taken for: its kind (the coarse class) and its group (the fine one, unique over all kinds)."""

    kind: str
    group: str


def read_cues() -> dict[str, Cue]:
    """Every word form of `cues.toml` with its class; the first group that names a form keeps it.

    A word of grammar is a group of its own: "the" and "of" have no synonyms worth sharing.
    """
    table = tomllib.loads(files("models").joinpath("cues.toml").read_text("utf-8"))
    cues: dict[str, Cue] = {}
    for kind, groups in table.items():
        for group, entries in groups.items():
            for form in (form for entry in entries.split() for form in forms(entry)):
                cues.setdefault(form, Cue(kind, form if kind == GRAMMAR else f"{kind}.{group}"))
    return cues


def forms(entry: str) -> list[str]:
    """The word forms that an entry stands for: `deny~` and `rebut~~` are verbs, `story+` is a noun."""
    if entry.endswith("~~"):
        stem = entry[:-2]
        return [stem, stem + "s", stem + stem[-1] + "ed", stem + stem[-1] + "ing"]
    if entry.endswith("~"):
        stem = entry[:-1]
        return [stem, _with_s(stem), _with_ed(stem), _with_ing(stem)]
    if entry.endswith("+"):
        return [entry[:-1], _with_s(entry[:-1])]
    return [entry]


def _with_s(stem: str) -> str:
    if _ends_in_consonant_y(stem):
        return stem[:-1] + "ies"
    return stem + ("es" if stem.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _with_ed(stem: str) -> str:
    if stem.endswith("e"):
        return stem + "d"
    return stem[:-1] + "ied" if _ends_in_consonant_y(stem) else stem + "ed"


def _with_ing(stem: str) -> str:
    return (stem[:-1] if stem.endswith("e") and not stem.endswith("ee") else stem) + "ing"


def _ends_in_consonant_y(stem: str) -> bool:
    return stem.endswith("y") and stem[-2] not in "aeiou"
