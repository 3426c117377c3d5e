"""Reads the sentences back from the topics that they were sorted into."""

import json
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from deploy.kafka import Broker

POLL_MS = 200  # how long the screen may stand still while nothing comes


class Returned(NamedTuple):
    """A sentence that came back, and its place in its article, counted from 0; a dead letter has no label."""

    topic: str
    uri: str
    place: int
    text: str
    label: str | None
    confidence: float
    accepted: bool


class Reader:
    """Reads the output topics from their beginning, committed records only, and in no group: it disturbs nobody."""

    def __init__(self, broker: Broker, names: Mapping[str, str]) -> None:
        """Open every partition of the topics, which must be there."""
        self._consumer = KafkaConsumer(
            bootstrap_servers=broker.bootstrap_servers.split(","),
            api_version=broker.api_version,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            check_crcs=broker.real,  # the stand-in's transaction markers carry no checksum
        )
        self._dead_letters = names["dead_letters"]
        outputs = [name for use, name in names.items() if use != "sentences"]
        numbers = {name: self._consumer.partitions_for_topic(name) or () for name in outputs}
        self._consumer.assign([TopicPartition(name, number) for name in outputs for number in numbers[name]])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def read(self) -> list[Returned]:
        """What has come since the last call; waits a moment for the first record."""
        polled = self._consumer.poll(timeout_ms=POLL_MS)
        return [self._returned(record) for records in polled.values() for record in records]

    def _returned(self, record: ConsumerRecord) -> Returned:
        return _set_aside(record) if record.topic == self._dead_letters else _labelled(record)


def _labelled(record: ConsumerRecord) -> Returned:
    event = json.loads(record.value)
    return Returned(
        topic=record.topic,
        uri=event.get("item_uri", event["sentence_id"]),
        place=event.get("index", 0),
        text=event["text"],
        label=event["label"],
        confidence=event["confidence"],
        accepted=event["decision"] == "accepted",
    )


def _set_aside(record: ConsumerRecord) -> Returned:
    """A dead letter holds whatever came, be it a sentence of an article or not even JSON."""
    try:
        event = json.loads(record.value)
        uri, place, text = event["item"]["uri"], event["index"], event["text"]
    except (ValueError, TypeError, KeyError):
        uri, place, text = f"{record.partition}/{record.offset}", 0, repr(record.value)
    return Returned(record.topic, uri, place, text, label=None, confidence=0.0, accepted=False)
