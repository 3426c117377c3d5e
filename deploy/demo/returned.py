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
    sentence_id: str
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
        return [_returned(record) for records in polled.values() for record in records]


def _returned(record: ConsumerRecord) -> Returned:
    event = json.loads(record.value)
    return Returned(
        topic=record.topic,
        sentence_id=event["sentence_id"],
        uri=event["item_uri"] if "label" in event else event["item"]["uri"],
        place=event["index"],
        text=event["text"],
        label=event.get("label"),
        confidence=event.get("confidence", 0.0),
        accepted=event.get("decision") == "accepted",
    )
