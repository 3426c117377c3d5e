"""Splits an article into the sentences that it is made of."""

import hashlib
import re
from collections.abc import Iterator

import sentencex

from service.events.sentence import Item, Role, SentenceEvent, Span
from service.events.visibility import visible

Place = tuple[int, int]
"""Where a piece of the article starts and ends, in characters."""

LONGEST_WITH_FULL_STOP = (
    100  # of 60 published articles, all headlines that end in one are shorter, all first paragraphs longer
)

_blank_lines = re.compile(r"\n\s*\n")
_abbreviation = re.compile(r"\w\.\s*\Z")
_list_number = re.compile(r"\W*(?:\d{1,3}[.)])?\W*")
_opening_quote = re.compile(r"[.!?…][\"”\u2019)]*\s+([\"“])\s*\Z")


def split_article(text: str, uri: str | None = None, version: str = "1", language: str = "en") -> list[SentenceEvent]:
    """The sentences of a plain text, its headline first, as events.

    The headline is the first line, unless that is all there is or it is long and ends in a full stop. Blank lines
    separate paragraphs; the headline counts as paragraph 0. Spans are in Unicode code points of `text`; the sentence
    itself has one blank for every line break or run of blanks. Ids are `<uri>#v<version>/s<index>`.

    Without a `uri` the article is named by the hash of its text in UTF-8, `nih:sha-256;<hex>` (RFC 6920, section 7), so
    that the same article has the same ids wherever it is split.
    """
    name = uri or f"nih:sha-256;{hashlib.sha256(text.encode()).hexdigest()}"
    headline, paragraphs = _layout(text)
    pieces: list[tuple[Role, int, Place]] = [("headline", 0, headline)] if headline else []
    for number, paragraph in enumerate(paragraphs, start=len(pieces)):
        pieces += [("body", number, sentence) for sentence in _sentences(text, paragraph, language)]
    item = Item(uri=name, version=version, headline=_words(text, headline) if headline else None)
    return [
        SentenceEvent(
            sentence_id=f"{name}#v{version}/s{index}",
            text=_words(text, place),
            index=index,
            paragraph_index=number,
            span=Span(start=place[0], end=place[1]),
            role=role,
            language=language,
            item=item,
        )
        for index, (role, number, place) in enumerate(pieces)
    ]


def _layout(text: str) -> tuple[Place | None, list[Place]]:
    """The headline, if there is one, and the paragraphs."""
    blocks = list(_blocks(text))
    if not blocks:
        return None, []
    (start, end), *others = blocks
    line_end = text.find("\n", start, end)
    line = _trimmed(text, (start, line_end if line_end >= 0 else end))
    rest = [_trimmed(text, (line_end, end)), *others] if line_end >= 0 else others
    return (line, rest) if rest and _like_a_headline(text[slice(*line)]) else (None, blocks)


def _like_a_headline(line: str) -> bool:
    return len(line) <= LONGEST_WITH_FULL_STOP or not line.endswith(".")


def _blocks(text: str) -> Iterator[Place]:
    start = 0
    for gap in _blank_lines.finditer(text):
        yield from _if_visible(text, (start, gap.start()))
        start = gap.end()
    yield from _if_visible(text, (start, len(text)))


def _sentences(text: str, paragraph: Place, language: str) -> Iterator[Place]:
    start, end = paragraph
    boundaries = sentencex.get_sentence_boundaries(language, text[start:end])
    places = [(start + boundary["start_index"], start + boundary["end_index"]) for boundary in boundaries]
    for place in _mended(text, places):
        yield from _if_visible(text, place)


def _mended(text: str, places: list[Place]) -> list[Place]:
    """Undo what sentencex 1.0 does wrong often enough to matter.

    It splits after abbreviations that it does not know, even before a small letter; it leaves the number of a list item
    alone; and it leaves an opening quotation mark at the end of the sentence before.
    """
    mended: list[Place] = []
    for start, end in places:
        before = text[slice(*mended[-1])] if mended else ""
        quote = _opening_quote.search(before)
        if quote:
            mended[-1] = (mended[-1][0], mended[-1][0] + quote.start(1))
            mended.append((mended[-1][1], end))
        elif mended and (_list_number.fullmatch(before) or _goes_on(before, text[start:end])):
            mended[-1] = (mended[-1][0], end)
        else:
            mended.append((start, end))
    return mended


def _goes_on(before: str, after: str) -> bool:
    return bool(_abbreviation.search(before) and after[:1].islower())


def _if_visible(text: str, place: Place) -> Iterator[Place]:
    if visible(text[slice(*place)]):
        yield _trimmed(text, place)


def _trimmed(text: str, place: Place) -> Place:
    piece = text[slice(*place)]
    return place[0] + len(piece) - len(piece.lstrip()), place[1] - len(piece) + len(piece.rstrip())


def _words(text: str, place: Place) -> str:
    return " ".join(text[slice(*place)].split())
