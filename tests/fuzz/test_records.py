"""Hostile records: each comes out exactly once, harms no neighbour, and its text is in no message."""

import json
from collections.abc import Sequence

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.labels import LABELS
from service.dead_letters import HEADERS as OURS
from service.dead_letters import DeadLetterWriter, restore
from service.decode import Decoder
from service.encode import Encoder
from service.label import Labeller
from service.pipeline import Outcome, Pipeline
from service.topics import Topics
from tests.fuzz.hostile import CANARY, FLOODS, VALUES, Headers, damaged, documents, fuzzed, headers
from tests.service.kafka_doubles import FakeRecord

events = documents.map(lambda document: json.dumps(document).encode())
values = st.none() | st.sampled_from(VALUES) | st.binary(max_size=100) | events | damaged(events)


def score(texts: Sequence[str]) -> NDArray[np.float64]:
    """A model without an opinion."""
    return np.full((len(texts), len(LABELS)), 1 / len(LABELS))


pipeline = Pipeline(
    Decoder(),
    Labeller(score, dict.fromkeys(LABELS, 0.5)),
    Encoder(Topics(), "claimwire", "1.0.0", "0" * 64, lambda: 0.0),
    DeadLetterWriter("dead", "0.1.0", "1.0.0", lambda: 0.0),
)


def outcome(value: bytes | None, headers: Headers, key: bytes | None = None) -> Outcome:
    """What becomes of a record, between two good ones."""
    good = FakeRecord(0)
    before, taken, after = pipeline([good, FakeRecord(1, value=value, headers=headers, key=key), good], {})  # type: ignore[arg-type]  # a header without a value is what producers send and our own type denies
    assert (None, None) == (before.error, after.error)
    return taken


@fuzzed
@given(value=values, headers=headers, key=st.none() | st.binary(max_size=20))
@example(value=b'{"text":"open"}', headers=FLOODS[0], key=None)
@example(value=b"not JSON", headers=FLOODS[0], key=None)
def test_a_hostile_record_comes_out_once(value: bytes | None, headers: Headers, key: bytes | None) -> None:
    """It is labelled or set aside as it came, and what comes out is what the producer's client takes."""
    taken = outcome(value, headers, key)
    outgoing = taken.outgoing

    assert isinstance(outgoing.key, bytes | None)
    assert all(isinstance(name, str) and isinstance(held, bytes) for name, held in outgoing.headers)
    assert (taken.verdict is None) is (taken.error is not None)
    if taken.error:
        came_with = [(name, held or b"") for name, held in headers]
        assert ("dead", key, value, came_with) == (*outgoing[:3], outgoing.headers[: -len(OURS)])
    else:
        assert 0.25 == json.loads(outgoing.value or b"")["confidence"]


@fuzzed
@given(value=values, headers=headers)
def test_a_dead_letter_of_anything_can_be_put_back(value: bytes | None, headers: Headers) -> None:
    """However its headers are called, a record that was set aside comes back as it was."""
    taken = outcome(value, headers)
    if taken.error is None:
        return

    back = restore(FakeRecord(0, value=value, headers=taken.outgoing.headers, topic="dead"))

    assert [(name, held or b"") for name, held in headers] == back.headers


@fuzzed
@given(where=st.sampled_from(["text", "role", "index", "item", "language", "extra"]), rest=documents)
def test_what_a_record_says_is_in_no_message(where: str, rest: object) -> None:
    """Why a record was set aside is told without a word of its own."""
    value = json.dumps({"text": CANARY, where: [CANARY], "sentence_id": rest}).encode()

    taken = outcome(value, [("ce_id", CANARY.encode())])

    facts = taken.outgoing.headers[-len(OURS) :] if taken.error else []
    assert CANARY not in f"{taken.error} {facts}"
