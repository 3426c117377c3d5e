"""From the records of a batch to exactly one outgoing record for each."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.labels import LABELS
from service.dead_letters import DeadLetterWriter
from service.decode import Decoder
from service.encode import Encoder
from service.errors import BadRecordError, Reason, Stage
from service.label import Labeller
from service.operations.catalogue import BatchStage
from service.pipeline import Outcome, Pipeline, Place, place
from service.topics import Topics
from tests.service.kafka_doubles import FakeRecord

VALUES = st.sampled_from([b'{"text": "claim"}', b'{"text": "denial"}', b'{"text": "unsure"}', b"not json", None])


def score(texts: Sequence[str]) -> NDArray[np.float64]:
    """A model that is sure of a text which is a label's name."""
    return np.array([[0.7 if text == label else 0.1 for label in LABELS] for text in texts])


def run(
    records: Sequence[FakeRecord], condemned: Mapping[Place, BadRecordError] | None = None
) -> tuple[list[Outcome], list[BatchStage]]:
    """The outcomes of a batch, and the stages that were timed."""
    timed: list[BatchStage] = []
    pipeline = Pipeline(
        Decoder(),
        Labeller(score, dict.fromkeys(LABELS, 0.5)),
        Encoder(Topics(), "claimwire", "1.0.0", "0" * 64, lambda: 0.0),
        DeadLetterWriter("dead", "0.1.0", "1.0.0", lambda: 0.0),
        timing=lambda stage, seconds: timed.append(stage),
    )
    return pipeline(records, condemned or {}), timed


@given(st.lists(VALUES, max_size=30))
def test_every_record_comes_out_once_and_in_its_place(values: list[bytes | None]) -> None:
    """Whatever the mixture, the n-th outcome is the n-th record's."""
    topics = {b'{"text": "claim"}': "news.claims", b'{"text": "denial"}': "news.denials"}
    topics[b'{"text": "unsure"}'] = "news.review"

    outcomes, _ = run([FakeRecord(offset, value=value) for offset, value in enumerate(values)])

    assert [topics.get(value or b"", "dead") for value in values] == [o.outgoing.topic for o in outcomes]


def test_a_condemned_record_is_set_aside_unread() -> None:
    """A record that the broker has refused before becomes a dead letter, although it could be labelled."""
    record = FakeRecord(4, value=b'{"text": "claim"}')
    refused = BadRecordError(Reason.NOT_PUBLISHED, Stage.PUBLISH, "too large")

    outcomes, _ = run([FakeRecord(3, value=b'{"text": "claim"}'), record], {place(record): refused})

    assert [None, refused] == [outcome.error for outcome in outcomes]
    assert "dead" == outcomes[1].outgoing.topic


def test_the_three_steps_are_timed() -> None:
    """Each stage of the pipeline is reported once a batch."""
    assert ["decode", "label", "encode"] == run([FakeRecord(0)])[1]


def test_the_event_holds_what_the_sentence_was() -> None:
    """Text and verdict arrive together."""
    (outcome,), _ = run([FakeRecord(0, value=b'{"text": "denial", "sentence_id": "s1"}')])

    event = json.loads(outcome.outgoing.value or b"")
    assert ("s1", "denial", "denial", "accepted") == tuple(
        event[k] for k in ("sentence_id", "text", "label", "decision")
    )
