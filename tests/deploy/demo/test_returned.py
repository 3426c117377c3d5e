"""What is read back from the topics of a broker."""

import json
from collections.abc import Callable

import pytest
from kafka import KafkaProducer

from deploy.demo.returned import Reader, Returned
from deploy.demo.topics import NAMES, touch
from deploy.kafka import Broker
from deploy.kafka.readiness import until

PATIENCE_S = 20.0  # the stand-in answers at once
TEXT = "The bridge is open, the council insists."
LABELLED = {
    "sentence_id": "urn:bridge#v1/s3",
    "text": TEXT,
    "label": "denial",
    "confidence": 0.62,
    "decision": "accepted",
    "item_uri": "urn:bridge",
    "index": 3,
}


@pytest.fixture
def read_one(stand_in: Broker, unique: Callable[[str], str]) -> Callable[[str, bytes], Returned]:
    """Puts a value on a topic, which is named by its use, and reads it back."""
    names = {use: unique(use) for use in NAMES}

    def read_one(use: str, value: bytes) -> Returned:
        touch(stand_in, names)
        with KafkaProducer(bootstrap_servers=stand_in.bootstrap_servers, api_version=stand_in.api_version) as producer:
            producer.send(names[use], value)
        came: list[Returned] = []
        with Reader(stand_in, names) as reader:

            def something_came() -> bool:
                came.extend(reader.read())
                return bool(came)

            assert until(something_came, PATIENCE_S)
        (returned,) = came
        assert names[use] == returned.topic
        return returned._replace(topic=use)

    return read_one


def test_a_labelled_sentence_is_read(read_one: Callable[[str, bytes], Returned]) -> None:
    """With its article, its place in it, and what the service says of it."""
    expected = Returned("denials", "urn:bridge", 3, TEXT, "denial", 0.62, accepted=True)

    assert expected == read_one("denials", json.dumps(LABELLED).encode())


def test_a_sentence_without_an_article_stands_for_itself(read_one: Callable[[str, bytes], Returned]) -> None:
    """A person may publish a bare text while the demonstration runs."""
    bare = {name: value for name, value in LABELLED.items() if name not in {"item_uri", "index"}}
    returned = read_one("review", json.dumps(bare | {"decision": "abstained"}).encode())

    assert ("urn:bridge#v1/s3", 0, False) == (returned.uri, returned.place, returned.accepted)


def test_a_dead_letter_of_an_article_has_its_place_in_it(read_one: Callable[[str, bytes], Returned]) -> None:
    """So that the article is complete all the same."""
    sentence = {"text": "The bridge is open.", "index": 2, "item": {"uri": "urn:bridge"}}

    expected = Returned("dead_letters", "urn:bridge", 2, "The bridge is open.", None, 0.0, accepted=False)
    assert expected == read_one("dead_letters", json.dumps(sentence).encode())


@pytest.mark.parametrize("value", [b"not json", b"[]", b'{"text": 7}', b"\xff"])
def test_a_dead_letter_may_be_anything(read_one: Callable[[str, bytes], Returned], value: bytes) -> None:
    """It is shown as the bytes that it is."""
    returned = read_one("dead_letters", value)

    assert (repr(value), None) == (returned.text, returned.label)
