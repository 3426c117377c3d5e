"""How an article is split into its sentences."""

import hashlib
import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.articles import split_article
from service.events.reading import read_sentence
from service.events.sentence import SentenceEvent

ARTICLE = """Ferry line denies cuts

The island's ferry line denied on Monday that it would cut
its night service. "We are hiring," said Mrs. Okonkwo-Lind.

The mayor had said otherwise.
"""


def sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph."""
    return [event.text for event in split_article(f"Headline\n\n{paragraph}")[1:]]


def described(events: list[SentenceEvent]) -> list[tuple[int | None, int | None, str, str]]:
    """Index, paragraph, role and text of each sentence."""
    return [(event.index, event.paragraph_index, event.role, event.text) for event in events]


def test_an_article_becomes_its_sentences() -> None:
    """Headline and paragraphs are told apart, and every sentence is counted."""
    expected = [
        (0, 0, "headline", "Ferry line denies cuts"),
        (1, 1, "body", "The island's ferry line denied on Monday that it would cut its night service."),
        (2, 1, "body", '"We are hiring," said Mrs. Okonkwo-Lind.'),
        (3, 2, "body", "The mayor had said otherwise."),
    ]

    assert expected == described(split_article(ARTICLE))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_make_no_difference(ending: str) -> None:
    """An article from another system is split alike."""
    assert described(split_article(ARTICLE)) == described(split_article(ARTICLE.replace("\n", ending)))


@given(text=st.text(st.sampled_from('Ab1 .?!"“”\n\r\t\u00e9\u200b\U0001f6a2…'), max_size=60))
def test_a_span_leads_back_to_the_sentence(text: str) -> None:
    """Spans count characters of the article, follow one another, and hold what the sentence holds."""
    events = split_article(text)
    spans = [(event.span.start, event.span.end) for event in events if event.span]

    assert [" ".join(text[start:end].split()) for start, end in spans] == [event.text for event in events]
    assert sorted(spans) == spans
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(text=st.text(st.sampled_from('Ab1 .?!"“”\n\u00e9\U0001f6a2…'), max_size=60))
def test_nothing_visible_is_lost(text: str) -> None:
    """All that an article says is in its sentences."""
    assert "".join(text.split()) == "".join("".join(event.text.split()) for event in split_article(text))


def test_an_id_tells_item_version_and_place() -> None:
    """Ids are made of the item's uri, its version and the sentence's index."""
    events = split_article(ARTICLE, uri="urn:x:1", version="2")

    assert [f"urn:x:1#v2/s{index}" for index in range(4)] == [event.sentence_id for event in events]


def test_an_article_without_a_name_is_named_by_its_text() -> None:
    """The same text has the same name anywhere, and it is its hash."""
    uris = {event.item.uri for event in split_article(ARTICLE) if event.item}

    assert {f"nih:sha-256;{hashlib.sha256(ARTICLE.encode()).hexdigest()}"} == uris


def test_every_sentence_knows_its_headline() -> None:
    """The item's headline goes with each sentence."""
    assert {"Ferry line denies cuts"} == {event.item.headline for event in split_article(ARTICLE) if event.item}


def test_sentences_can_be_published_and_read() -> None:
    """What the splitter makes, the decoder reads."""
    events = split_article(ARTICLE)

    assert events == [read_sentence(msgspec.json.encode(event)) for event in events]


@pytest.mark.parametrize("text", ["", " \n\n\t", "\u200b\n\n\u200b"])
def test_an_empty_article_has_no_sentences(text: str) -> None:
    """Where nothing is visible there is nothing to split."""
    assert [] == split_article(text)


def test_a_single_line_is_no_headline() -> None:
    """A text of one line is a paragraph."""
    assert [(0, 0, "body", "It rained."), (1, 0, "body", "It stopped.")] == described(
        split_article("It rained. It stopped.")
    )


def test_a_long_first_line_with_a_full_stop_is_no_headline() -> None:
    """An article without a headline starts with its first paragraph."""
    first = "The harbour board, which met twice on Thursday behind closed doors, has put off its vote on the new tolls."

    assert ["body", "body"] == [event.role for event in split_article(f"{first}\n\nNo date was set.")]


def test_a_headline_may_stand_right_above_its_text() -> None:
    """The first line is the headline even without a blank line after it."""
    events = split_article("Board puts off vote\nThe board met. It did not vote.")

    assert ["headline", "body", "body"] == [event.role for event in events]


@pytest.mark.parametrize(
    "sentence",
    [
        "The Govt. must answer by Friday.",
        "Supt. van Hael said so.",
        "“We never said it. We never will,” Mr. Ade told the court.",
        "It rose 4.2 percent to $3.5 million by 5 p.m. on Friday.",
        "1. Keep the receipt.",
    ],
)
def test_a_sentence_is_not_torn(sentence: str) -> None:
    """Abbreviations, quotations, figures and list numbers do not end a sentence."""
    assert [sentence] == sentences(sentence)


def test_an_opening_quotation_mark_goes_with_what_it_opens() -> None:
    """A quotation mark that opens a quotation is not left behind."""
    paragraph = '"We sell paint," said the owner. "Paint is all we sell. We do not sell glue.'

    assert '"We sell paint," said the owner.' == sentences(paragraph)[0]
