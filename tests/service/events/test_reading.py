"""How a sentence event is read, whichever house wrote it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given

from service.errors import BadRecordError, Reason
from service.events.example import SENTENCE
from service.events.reading import DEEPEST, read_sentence
from service.events.sentence import Item, SentenceEvent
from tests.service.events.any_event import events


def reading(**members: Any) -> SentenceEvent:
    """Read an event that has these members."""
    return read_sentence(json.dumps(members).encode())


def refusal(value: bytes) -> BadRecordError:
    """The error with which a value is refused."""
    with pytest.raises(BadRecordError) as caught:
        read_sentence(value)
    return caught.value


def plain(event: SentenceEvent | None) -> Any:
    """An event without regard to which of the equivalent types it is made of."""
    return msgspec.to_builtins(event)


@given(event=events)
def test_every_event_of_ours_is_read_back(event: SentenceEvent) -> None:
    """What is written in our own names is read as it was written."""
    assert plain(event) == plain(read_sentence(msgspec.json.encode(event)))


@pytest.mark.parametrize("where", [(), ("item",), ("span",), ("item", "alt_ids", 0)])
def test_an_unknown_field_changes_nothing(where: tuple[str | int, ...]) -> None:
    """A field that nobody knows is ignored, wherever it stands."""
    members = plain(SENTENCE)
    place = members
    for step in where:
        place = place[step]
    place["colour"] = {"red": [1]}

    assert plain(SENTENCE) == plain(reading(**members))


def test_a_bare_text_is_an_event() -> None:
    """An event needs no more than its text."""
    assert SentenceEvent(text="The quay is open.") == reading(text="The quay is open.")


def test_a_byte_order_mark_is_no_harm() -> None:
    """A byte order mark before the JSON is passed over."""
    value = b'\xef\xbb\xbf{"text": "The quay is open."}'

    assert "The quay is open." == read_sentence(value).text


@pytest.mark.parametrize("name", ["sentence", "content", "body", "value", "Text", "TEXT"])
def test_a_text_under_another_name_is_found(name: str) -> None:
    """The text may have any name of the alias table, in any case."""
    assert "The quay is open." == reading(**{name: "The quay is open."}).text


def test_our_own_name_comes_first() -> None:
    """Of two names for the text ours wins."""
    assert "Ours." == reading(body="Theirs.", text="Ours.").text


@pytest.mark.parametrize("name", ["version_created", "versionCreated", "versioncreated"])
def test_three_styles_are_one_name(name: str) -> None:
    """Snake case, camel case and lower case are read alike."""
    event = reading(text="The quay is open.", item={name: "2026-02-01T10:00:00Z"})

    assert event.item is not None
    assert "2026-02-01T10:00:00Z" == event.item.version_created


@pytest.mark.parametrize(
    "name", ["article_id", "articleId", "uri", "guid", "uuid", "contentUri", "canonical_url", "item_uri"]
)
def test_an_item_may_be_named_beside_the_text(name: str) -> None:
    """A flat event names its item where it has its text."""
    assert Item(uri="urn:x:1") == reading(**{"text": "The quay is open.", name: "urn:x:1"}).item


def test_an_item_of_its_own_comes_before_a_flat_one() -> None:
    """What `item` says is believed before what stands beside the text, and completed by it."""
    event = reading(text="The quay is open.", uri="urn:x:flat", version="2", item={"uri": "urn:x:item"})

    assert Item(uri="urn:x:item", version="2") == event.item


def test_a_guid_names_the_item() -> None:
    """A guid is the item's name, because many sentences share it."""
    event = reading(text="The quay is open.", guid="urn:x:1")

    assert (None, Item(uri="urn:x:1")) == (event.sentence_id, event.item)


def test_a_guid_names_the_sentence_when_the_item_has_a_name() -> None:
    """A guid beside another name of the item is the sentence's."""
    event = reading(text="The quay is open.", guid="urn:x:1/7", article_id="urn:x:1")

    assert ("urn:x:1/7", Item(uri="urn:x:1")) == (event.sentence_id, event.item)


@pytest.mark.parametrize("name", ["sentence_id", "sentenceId", "id"])
def test_a_number_is_a_name(name: str) -> None:
    """A whole number will do as an identifier."""
    assert "4471" == reading(**{"text": "The quay is open.", name: 4471}).sentence_id


@pytest.mark.parametrize(
    ("name", "word", "status"),
    [
        ("pubstatus", "canceled", "canceled"),
        ("pub_status", "cancelled", "canceled"),
        ("pubStatus", "Usable", "usable"),
        ("state", "killed", "canceled"),
        ("state", "recalled", "canceled"),
        ("state", "corrected", "usable"),
        ("state", "Ohio", None),
    ],
)
def test_a_killed_item_is_recognised(name: str, word: str, status: str | None) -> None:
    """The words of other systems for the status of an item are understood; `state` may mean something else."""
    event = reading(text="The quay is open.", item={"uri": "urn:x:1", name: word})

    assert event.item is not None
    assert status == event.item.pub_status


@pytest.mark.parametrize("name", ["version", "provider", "uri", "guid", "lang", "id", "urgency", "alt_ids", "content"])
@pytest.mark.parametrize("value", [1.5, {"x": 1}, [1], True])
def test_a_stranger_under_a_borrowed_name_is_ignored(name: str, value: object) -> None:
    """A name that is not ours for its place is believed only when it holds a string."""
    assert SentenceEvent(text="The quay is open.") == reading(**{"text": "The quay is open.", name: value})


def test_an_unknown_role_is_no_harm() -> None:
    """A role that only one house knows is read as unknown."""
    assert "unknown" == reading(text="The quay is open.", role="pull_quote").role


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_field_counts_as_absent(empty: str | None) -> None:
    """A field that is null or an empty string is read as if it were not there."""
    event = reading(text="The quay is open.", sentence_id=empty, language=None, item=None, index=None)

    assert SentenceEvent(text="The quay is open.") == event


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.INVALID_JSON),
        (b"The quay is open.", Reason.INVALID_JSON),
        (b'{"text": "The quay is open."', Reason.INVALID_JSON),
        (b'{"text": "The quay is open."} {}', Reason.INVALID_JSON),
        (b'{"text": "The quay \\ud800 is open."}', Reason.INVALID_JSON),
        (b'{"text": "The quay is open.", "x": "\\udc00"}', Reason.INVALID_JSON),
        (b'{"text": "The quay is open.", "x": NaN}', Reason.INVALID_JSON),
        (b'{"text": "The quay \xff is open."}', Reason.INVALID_UTF8),
        (b'{"text": "The quay is open.", "x": "\xff"}', Reason.INVALID_UTF8),
        (b'{"text": "The quay \xed\xa0\x80 is open."}', Reason.INVALID_UTF8),
        (b"null", Reason.WRONG_TYPE),
        (b'"The quay is open."', Reason.WRONG_TYPE),
        (b'["The quay is open."]', Reason.WRONG_TYPE),
        (b'{"text": 5}', Reason.WRONG_TYPE),
        (b'{"text": ["The quay is open."]}', Reason.WRONG_TYPE),
        (b'{"text": "The quay is open.", "index": "7"}', Reason.WRONG_TYPE),
        (b'{"text": "The quay is open.", "index": -1}', Reason.WRONG_TYPE),
        (b'{"text": "The quay is open.", "index": 1e400}', Reason.WRONG_TYPE),
        (b'{"text": "The quay is open.", "index": %b}' % (b"9" * 5000), Reason.WRONG_TYPE),
        (b'{"text": "The quay is open.", "item": "urn:x:1"}', Reason.WRONG_TYPE),
        (b'{"text": "The quay is open.", "item": {"pub_status": "spiked"}}', Reason.WRONG_TYPE),
        (b'{"text": "The quay is open.", "sentence_id": "%b"}' % (b"s" * 513), Reason.WRONG_TYPE),
        (b"{}", Reason.MISSING_TEXT),
        (b'{"text": null}', Reason.MISSING_TEXT),
        (b'{"headline": "Quay open"}', Reason.MISSING_TEXT),
        (b'{"content": {"html": "The quay is open."}}', Reason.MISSING_TEXT),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(value: bytes, reason: Reason) -> None:
    """Each kind of bad event has a reason of its own."""
    assert reason == refusal(value).reason


@pytest.mark.parametrize("unknown", [b"1e999999", b"9" * 5000, b"-0.0"])
def test_a_huge_number_that_nobody_asked_for_is_no_harm(unknown: bytes) -> None:
    """A number beyond every type is ignored where its field is."""
    assert "The quay is open." == read_sentence(b'{"text": "The quay is open.", "x": %b}' % unknown).text


@pytest.mark.parametrize("opening", [b'{"x":', b"[", b'{"text": "The quay is open.", "x":', b'{"item": {"x":'])
def test_deep_nesting_is_refused_before_anything_descends(opening: bytes) -> None:
    """However deep a value is nested, it is refused for that, and not by the recursion limit."""
    error = refusal(opening * 100_000)

    assert (Reason.INVALID_JSON, True) == (error.reason, f"more than {DEEPEST} deep" in str(error))


def test_nesting_within_reason_is_read() -> None:
    """An unknown field may be nested almost as deep as the limit."""
    depth = DEEPEST - 1  # the event itself is one

    value = b'{"text": "The quay is open.", "x": %b%b}' % (b"[" * depth, b"]" * depth)

    assert "The quay is open." == read_sentence(value).text


SECRET = "The quay is not open."


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"text": "Open.", "item": {"pub_status": SECRET}}),
        json.dumps({"text": "Open.", "item": {"pub_status": f"{SECRET}' - at `$.x"}}),
        json.dumps({"text": "Open.", "span": {"start": 0, "end": 1, "unit": SECRET}}),
        json.dumps({"text": {SECRET: SECRET}}),
        json.dumps({"text": "Open.", "index": SECRET}),
        json.dumps([SECRET]),
        f'{{"text": "{SECRET}"',
        f'{{"text": "{SECRET}\\ud800"}}',
    ],
)
def test_an_error_never_quotes_the_event(value: str) -> None:
    """Neither the message nor an error that it was raised from holds anything of what was read."""
    error = refusal(value.encode())

    assert (False, None, None) == (SECRET in str(error), error.__cause__, error.__context__)
