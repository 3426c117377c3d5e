"""How a verdict becomes the event that is published."""

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Verdict
from models.labels import LABELS, Label
from service.decode import Decoder, Incoming
from service.encode import NAMESPACE, Encoder, uuid5
from service.events import example
from service.topics import Topics
from tests.service.kafka_doubles import FakeRecord

TOPICS = Topics()
DENIAL = Verdict(Label.DENIAL, 0.97, (0.01, 0.97, 0.01, 0.01), accepted=True, threshold=0.8)
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CLOUDEVENT = [("ce_id", b"1"), ("ce_source", b"/desk")]


def encoder(version: str = "1.0.0", seconds: float = 1_773_507_732.031) -> Encoder:
    """An encoder whose clock stands still."""
    return Encoder(TOPICS, "first-reader", version, "5f" * 32, clock=lambda: seconds)


def incoming(*headers: tuple[str, bytes], offset: int = 7, key: bytes | None = b"item", **members: Any) -> Incoming:
    """A sentence that came with these headers."""
    value = json.dumps({"text": "The bank denied it.", **members}).encode()
    return Decoder()(FakeRecord(offset, value=value, headers=list(headers), key=key))


def sent(*headers: tuple[str, bytes], offset: int = 7, made_by: Encoder | None = None) -> dict[str, str]:
    """The headers with which such a sentence goes out."""
    outgoing = (made_by or encoder())(incoming(*headers, offset=offset), DENIAL)
    return {name: value.decode() for name, value in outgoing.headers}


def published(verdict: Verdict = DENIAL, **members: Any) -> Any:
    """The event that goes out for a sentence with these members."""
    return json.loads(encoder()(incoming(**members), verdict).value or b"")


@pytest.mark.parametrize(
    ("label", "topic"),
    [
        (Label.CLAIM, TOPICS.claims),
        (Label.DENIAL, TOPICS.denials),
        (Label.CLARIFICATION, TOPICS.clarifications),
        (Label.OTHER, TOPICS.other),
    ],
)
def test_an_accepted_sentence_goes_to_the_topic_of_its_label(label: Label, topic: str) -> None:
    """The label decides the topic."""
    assert topic == encoder()(incoming(), DENIAL._replace(label=label)).topic


def test_an_abstained_sentence_goes_to_review() -> None:
    """A sentence on which the model abstained goes to people, whatever its best label is."""
    assert TOPICS.review == encoder()(incoming(), DENIAL._replace(accepted=False)).topic


@pytest.mark.parametrize("key", [b"item", b"", None])
def test_the_key_is_kept(key: bytes | None) -> None:
    """What belongs together by key stays together."""
    assert key == encoder()(incoming(key=key), DENIAL).key


def test_the_event_says_what_the_model_said() -> None:
    """The event holds the whole verdict, and who gave it when."""
    expected = {
        "sentence_id": "kafka:news.sentences/0/7",
        "text": "The bank denied it.",
        "label": "denial",
        "confidence": 0.97,
        "scores": {"claim": 0.01, "denial": 0.97, "clarification": 0.01, "other": 0.01},
        "decision": "accepted",
        "threshold": 0.8,
        "model": {"name": "first-reader", "version": "1.0.0", "sha256": "5f" * 32},
        "labelled_at": "2026-03-14T17:02:12.031Z",
    }

    assert expected == published()


def test_the_event_says_why_a_text_was_not_read() -> None:
    """The reason for which no reader was asked is part of the event."""
    assert "not_english" == published(DENIAL._replace(reason="not_english"))["reason"]


def test_what_identifies_the_sentence_is_kept() -> None:
    """Everything that tells where the sentence stands, and in which item, goes out as it came in."""
    members = json.loads(example.extracted().value or b"")
    item = members["item"]
    expected = {
        **{name: members[name] for name in ("sentence_id", "index", "paragraph_index", "span", "role", "language")},
        "item_uri": item["uri"],
        "item_version": item["version"],
        "item_version_created": item["version_created"],
        "item_pub_status": item["pub_status"],
        "item_embargoed_until": "2026-03-15T00:00:00Z",
        "item_canonical_url": item["canonical_url"],
        "item_alt_ids": item["alt_ids"],
    }
    item["embargoed_until"] = "2026-03-15T00:00:00Z"

    event = published(**members)

    assert expected == {name: event[name] for name in expected}


def test_every_event_is_a_cloudevent() -> None:
    """The headers hold the attributes of CloudEvents 1.0, and two to route by."""
    expected = {
        "ce_specversion": "1.0",
        "ce_type": "claimwire.sentence.labelled.v1",
        "ce_source": "/claimwire",
        "ce_dataschema": "urn:claimwire:schema:sentence-labelled:1.0.0",
        "content-type": "application/json",
        "ce_time": "2026-03-14T17:02:12.031Z",
        "ce_id": sent(*CLOUDEVENT)["ce_id"],
        "ce_subject": "kafka:news.sentences/0/7",
        "ce_causationid": "1",
        "claimwire-label": "denial",
        "claimwire-confidence": "0.970",
    }

    assert expected == sent(*CLOUDEVENT)


def test_what_a_record_belongs_to_is_passed_on() -> None:
    """Correlation, partition key and trace go from record to record."""
    headers = [
        ("ce_correlationid", "tid_1"),
        ("ce_partitionkey", "urn:x:1"),
        ("traceparent", PARENT),
        ("tracestate", "a=1"),
    ]

    passed_on = sent(*((name, value.encode()) for name, value in headers))

    assert dict(headers) == {name: passed_on[name] for name, _ in headers}


def test_an_invalid_trace_is_not_passed_on() -> None:
    """A trace is a stranger's word, and goes no further when it is malformed."""
    assert not {"traceparent", "tracestate"} & sent(("traceparent", b"00-evil"), ("tracestate", b"a=1")).keys()


def test_the_same_sentence_has_the_same_id() -> None:
    """A sentence that is labelled again, at another time and place, is recognised by its event's id."""
    again = sent(*CLOUDEVENT, offset=8, made_by=encoder(seconds=0))

    assert sent(*CLOUDEVENT)["ce_id"] == again["ce_id"]


def test_without_a_cloudevent_the_place_makes_the_id() -> None:
    """A sentence that nobody named is recognised by its place, and differs from its neighbour."""
    assert (True, False) == (sent()["ce_id"] == sent()["ce_id"], sent()["ce_id"] == sent(offset=8)["ce_id"])


def test_another_cause_or_model_makes_another_id() -> None:
    """Whatever the parts are, no two different pairs of cause and model share an id."""
    ids = [
        sent(("ce_id", b"1"), ("ce_source", b"/desk"))["ce_id"],
        sent(("ce_id", b"2"), ("ce_source", b"/desk"))["ce_id"],
        sent(("ce_id", b"1"), ("ce_source", b"/desk2"))["ce_id"],
        sent(("ce_id", b"21"), ("ce_source", b"/desk"))["ce_id"],
        sent(("ce_id", b"kafka:news.sentences/0/7"), ("ce_source", b"/desk"))["ce_id"],
        sent()["ce_id"],
        sent(*CLOUDEVENT, made_by=encoder("1.0.1"))["ce_id"],
        sent(*CLOUDEVENT, made_by=Encoder(TOPICS, "second-reader", "1.0.0", ""))["ce_id"],
    ]

    assert len(ids) == len(set(ids))


@given(name=st.text(st.characters(exclude_categories=["Cs"])))
def test_an_id_is_a_uuid_of_version_5(name: str) -> None:
    """The quick way to a UUID gives what the standard library gives."""
    assert str(uuid.uuid5(NAMESPACE, name)) == uuid5(NAMESPACE, name).decode()


@given(confidence=st.floats(0, 1))
def test_the_confidence_to_route_by_never_says_too_much(confidence: float) -> None:
    """The header is at most the confidence, and at most a thousandth below it, but for the rounding of floats."""
    outgoing = encoder()(incoming(), DENIAL._replace(confidence=confidence))
    routed = float(dict(outgoing.headers)["claimwire-confidence"])

    assert -1e-12 < confidence - routed < 0.001 + 1e-12


def test_a_batch_shares_one_time_and_keeps_its_order() -> None:
    """The clock is read once a batch, and the events come out in order."""
    ticks = iter([0.0])
    batch = Encoder(TOPICS, "first-reader", "1.0.0", "", clock=lambda: next(ticks)).batch
    verdicts = [DENIAL._replace(label=label) for label in LABELS]

    outgoing = batch([(incoming(), verdict) for verdict in verdicts])

    assert [TOPICS.of(label) for label in LABELS] == [record.topic for record in outgoing]


def test_no_two_records_share_a_list_of_headers() -> None:
    """What one record's headers are changed into is no other record's business."""
    first, second = encoder().batch([(incoming(), DENIAL)] * 2)
    first.headers.clear()

    assert second.headers
