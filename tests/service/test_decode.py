"""How a record becomes a sentence, or why it does not."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.decode import Decoder, Incoming
from service.errors import BadRecordError, Reason, Stage
from service.events import aliases
from tests.service.kafka_doubles import FakeRecord

NAMES = [*aliases.EVENT, *aliases.ITEM, "item", "id", "sentence", "articleId", "data", "data_base64", "specversion"]
HEADERS = ["ce_id", "ce_source", "ce_subject", "ce_correlationid", "content-type", "traceparent", "tracestate", "x"]
STRUCTURED = ("content-type", b"application/cloudevents+json")

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["killed", "en", "body"])
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner)
)
values = st.none() | st.binary() | documents.map(lambda document: json.dumps(document).encode())
headers = st.lists(
    st.tuples(st.sampled_from(HEADERS) | st.text(), st.none() | st.binary() | st.text("abc-= ").map(str.encode))
    | st.just(STRUCTURED),
    max_size=4,
)


def record(value: bytes | None = None, headers: Any = (), **members: Any) -> FakeRecord:
    """A record with this value, or with an event that has these members."""
    return FakeRecord(1_042, 3, json.dumps(members).encode() if members else value, headers=list(headers))


def refusal(bad: FakeRecord, decode: Decoder | None = None) -> BadRecordError:
    """The error with which a record is refused."""
    with pytest.raises(BadRecordError) as caught:
        (decode or Decoder())(bad)
    return caught.value


@given(value=values, headers=headers, key=st.none() | st.binary())
@example(value=b'{"a":' * 50_000, headers=[STRUCTURED], key=None)
@example(value=b'{"text": "\xed\xa0\x80"}', headers=[], key=None)
def test_whatever_comes_is_read_or_refused(value: bytes | None, headers: Any, key: bytes | None) -> None:
    """No record makes the decoder raise anything but its own error."""
    try:
        incoming = Decoder()(FakeRecord(0, value=value, headers=headers, key=key))
    except BadRecordError as error:
        assert Stage.DECODE == error.stage  # noqa: PT017 - either outcome is right, and each has its own promise
    else:
        assert all((incoming.text.strip(), incoming.sentence_id, incoming.cause_id, incoming.sentence_id.encode()))


def many_fields(size: int) -> bytes:
    """An object with as many different names as fit."""
    return b"{" + b",".join(b'"%d":0' % number for number in range(size // 12)) + b"}"


LARGEST = 1_048_576


@pytest.mark.timeout(20)  # seconds; each takes under half of one, and more than linear time would take minutes
@pytest.mark.parametrize("headers", [[], [STRUCTURED]])
@pytest.mark.parametrize(
    "value",
    [
        b"[" * LARGEST,
        b'"' * LARGEST,
        b"\xff" * LARGEST,
        b'{"text":"' + b'\\"' * (LARGEST // 2 - 10),
        b'{"x":"' + b'[\\"' * (LARGEST // 3 - 10) + b'"}',
        b'{"x":[' + b"[]," * (LARGEST // 3 - 10) + b"[]]}",
        b'{"alt_ids":[' + b"{}," * (LARGEST // 3 - 10) + b"{}]}",
        b'{"text":"a","index":' + b"9" * (LARGEST - 30) + b"}",
        b'{"text":"a","sentence_id":' + b"9" * (LARGEST - 40) + b"}",
        b'{"text":"' + "\u200b".encode() * (LARGEST // 3 - 10) + b'"}',
        many_fields(LARGEST),
    ],
    ids=range(11),
)
def test_the_largest_record_takes_no_time(value: bytes, headers: Any) -> None:
    """A record of the largest size that is hostile to readers is refused at once."""
    assert Stage.DECODE == refusal(record(value, headers)).stage


def test_a_null_value_is_refused() -> None:
    """A tombstone has nothing to label."""
    assert Reason.NULL_VALUE == refusal(record(None)).reason


def test_a_value_over_the_limit_is_not_opened() -> None:
    """A value that is too large is refused before it is read; one byte less is read."""
    text = b'{"text": "The quay is open."}'
    decode = Decoder(value_bytes=len(text))

    assert (Reason.VALUE_TOO_LARGE, "The quay is open.") == (
        refusal(record(text + b" "), decode).reason,
        decode(record(text)).text,
    )


def test_a_text_over_the_limit_is_refused() -> None:
    """The limit counts characters, not bytes, and the limit itself is allowed."""
    decode = Decoder(text_characters=3)

    assert (Reason.TEXT_TOO_LONG, "\u00e9\u00e9\u00e9") == (
        refusal(record(text="eeee"), decode).reason,
        decode(record(text="\u00e9\u00e9\u00e9")).text,
    )


@pytest.mark.parametrize(
    "blank",
    [
        "",
        " \t\r\n",
        "\u00a0\u3000\u2028",
        "\u200b\u200d\ufeff\u2060",
        "\u00ad\u034f\ufe0f",
        "\u3164\u115f\u2800",
        "\u202e\U000e0020\U000e0100",
        "\0\x1f\x7f",
    ],
)
def test_a_text_that_shows_nothing_is_refused(blank: str) -> None:
    """Blanks, control characters, joiners, fillers and marks without a letter are no text."""
    assert Reason.BLANK_TEXT == refusal(record(text=blank)).reason


@pytest.mark.parametrize("text", ["?", "\u043d\u0435\u0442", "\u5426\u8a8d", "\u200b\u2026", "\U0001f6a2", "\u06cc"])
def test_a_text_that_shows_something_is_read(text: str) -> None:
    """A single visible character of any script will do."""
    assert text == Decoder()(record(text=text)).text


def test_an_error_never_holds_the_text() -> None:
    """What is wrong with a text is said without quoting it."""
    errors = [
        refusal(record(text="The quay is open." * 1000)),
        refusal(record(b'{"text": "The quay is open."')),
        refusal(record(text="Open.", item={"pub_status": "The quay is open."})),
    ]

    assert not [error for error in errors if "quay" in str(error)]


def test_a_sentence_keeps_its_id() -> None:
    """The event's own id comes before the subject of the CloudEvent."""
    incoming = Decoder()(record(headers=[("ce_subject", b"theirs")], text="Open.", sentence_id="ours"))

    assert "ours" == incoming.sentence_id


def test_the_subject_stands_in_for_an_id() -> None:
    """Without an id of its own a sentence has that of its CloudEvent's subject."""
    assert "theirs" == Decoder()(record(headers=[("ce_subject", b"theirs")], text="Open.")).sentence_id


def test_without_any_id_the_place_is_the_id() -> None:
    """A sentence that nobody named is named by where it stands, which is the same at every reading."""
    assert "kafka:news.sentences/3/1042" == Decoder()(record(text="Open.")).sentence_id


def cause(*headers: tuple[str, bytes]) -> tuple[str | None, str]:
    """What a record with these headers is caused by."""
    incoming = Decoder()(record(headers=headers, text="Open."))
    return incoming.cause_source, incoming.cause_id


def test_a_cloudevent_is_the_cause() -> None:
    """The incoming event's id, with its source, is what caused ours."""
    assert ("/desk", "1") == cause(("ce_id", b"1"), ("ce_source", b"/desk"))


@pytest.mark.parametrize("header", [("ce_id", b"1"), ("ce_source", b"/desk")])
def test_half_a_name_is_no_cause(header: tuple[str, bytes]) -> None:
    """An id without its source is not unique, so that the place is the cause instead."""
    assert (None, "kafka:news.sentences/3/1042") == cause(header)


def test_a_structured_event_is_unwrapped() -> None:
    """A record in structured content mode is read like one in binary mode."""
    event = {"specversion": "1.0", "id": "1", "source": "/desk", "type": "t", "data": {"text": "Open."}}
    incoming = Decoder()(record(json.dumps(event).encode(), [STRUCTURED]))

    assert ("Open.", "1", "/desk") == (incoming.text, incoming.cause_id, incoming.cause_source)


def test_the_record_goes_along() -> None:
    """A sentence knows its record, whose key the output will have."""
    taken = record(text="Open.")

    assert taken is Decoder()(taken).record


def test_reading_twice_gives_the_same() -> None:
    """Nothing of a sentence depends on when it is read, or on what was read before."""
    decode = Decoder()
    first: Incoming = decode(record(text="Open."))
    decode(record(text="Shut."))

    assert first == decode(record(text="Open."))
