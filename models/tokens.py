"""Cuts a batch of sentences into words and punctuation marks, all at once."""

from collections.abc import Sequence

BOUNDARY = "\x02"  # a control character that no newswire uses and that Python does not take for white space

# The spellings of one mark, the first of which stands for all.
_SPELLINGS = (
    ("'", "’", "‘", "`", "´"),
    ('"', "“", "”", "„", "«", "»", "''", "&quot;"),
    ("-", "–", "—", "--"),
    ("…", "..."),
    ("&", "&amp;"),
    (" ", "\u00a0", "\u202f", "\n", "\r", "\t"),
    ("", "\u200b", "\ufeff"),
)
_UNIFY = tuple((spelling, marks[0]) for marks in _SPELLINGS for spelling in marks[1:])
_ALWAYS_ALONE = tuple((mark, f" {mark} ") for mark in '"…()[]{}?!;$£€%*|')
_DASH = tuple((dash, " - ") for dash in ("–", "—", "--"))
_BEFORE_SPACE = ((". ", " . "), (", ", " , "), (": ", " : "))  # elsewhere these belong to a number or a name
_SINGLE_QUOTE = ((" '", " ' "), ("' ", " ' "))
_HANGING = ("'s", "'S", "n't", "N'T", "'re", "'ve", "'ll", "'d", "'m")
_CLITICS = tuple((f"{word} ", f" {word.lower()} ") for word in _HANGING)
# Each replacement is one fast scan over the whole batch. The order matters: dashes before all marks are unified, the
# marks before a space twice, because a closing quotation mark may stand on either side of them.
_REPLACEMENTS = (
    *_DASH,
    *_UNIFY,
    *_ALWAYS_ALONE,
    *_BEFORE_SPACE,
    *_SINGLE_QUOTE,
    *_BEFORE_SPACE,
    *_CLITICS,
    ("cannot ", "can not "),
)


def split(texts: Sequence[str]) -> list[str]:
    """The tokens of all texts in one list; each text begins and ends with a BOUNDARY of its own."""
    seam = f" {BOUNDARY} {BOUNDARY} "
    batch = seam.join(texts)
    if batch.count(BOUNDARY) != 2 * (len(texts) - 1):
        batch = seam.join(text.replace(BOUNDARY, " ") for text in texts)
    batch = f" {BOUNDARY} {batch} {BOUNDARY} "
    for old, new in _REPLACEMENTS:
        batch = batch.replace(old, new)
    return batch.split()


def spans(text: str) -> list[tuple[int, int]]:
    """Where each token of one text lies in it, as pairs of start and end; boundaries are left out."""
    found: list[tuple[int, int]] = []
    position = 0
    for word in split([text])[1:-1]:
        found.append(_find(text, word, position))
        position = found[-1][1]
    return found


def _find(text: str, word: str, position: int) -> tuple[int, int]:
    """The first place, from a position on, where a token stands in one of its spellings; the longest of them."""
    places = [(text.find(spelling, position), -len(spelling)) for spelling in _spellings(word)]
    start, length = min((place for place in places if place[0] >= 0), default=(position, 0))
    return start, start - length


def _spellings(word: str) -> list[str]:
    variants = [word, word.upper()] if word in _HANGING else [word]
    for mark, *others in _SPELLINGS:
        if mark and mark in word:
            variants += [variant.replace(mark, other) for variant in variants for other in others]
    return variants
