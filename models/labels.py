"""The four labels, in the order in which every array of scores holds them."""

from enum import StrEnum


class Label(StrEnum):
    """What a sentence does, by `docs/labels.md`."""

    CLAIM = "claim"
    DENIAL = "denial"
    CLARIFICATION = "clarification"
    OTHER = "other"


LABELS: tuple[Label, ...] = tuple(Label)
