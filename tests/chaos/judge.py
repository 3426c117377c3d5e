"""Reads every topic back with another client than the service's own, so that no fault of that client is believed."""

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from models.artefact import load, resolve
from models.decision import Verdict, decide
from service.dead_letters import PREFIX
from tests.chaos.checker import Came, Findings, Went, check
from tests.chaos.recovery import OFFSETS, Commit, committed
from tests.chaos.sentences import NUMBER, numbered

ANSWER_S = 10.0  # for one answer of a broker that may just have been restarted
PATIENCE_S = 120.0  # for a topic's end, which an open transaction can hold back until the broker aborts it
CHUNK = 5_000  # records taken from the client, and sentences labelled, at once


class Judgement(NamedTuple):
    """How many sentences came, how many of them the feed itself had put there twice, and what is wrong."""

    sentences: int
    came_twice: int
    findings: Findings


class Judge:
    """Looks at a newsroom's topics from outside; `topics` are their names by their use."""

    def __init__(self, bootstrap_servers: str, group: str, topics: Mapping[str, str], seed: int) -> None:
        self._client = {"bootstrap.servers": bootstrap_servers, "enable.auto.commit": False, "log_level": 0}
        self._topics = topics
        self._seed = seed
        self._name = group
        self._group = Consumer({**self._client, "group.id": group})

    def close(self) -> None:
        """Leave the brokers alone."""
        self._group.close()

    def waiting(self) -> int:
        """Records of the input topic that the group has not committed; raises KafkaException while nobody answers."""
        partitions = self._partitions(self._topics["sentences"])
        committed = self._group.committed(partitions, timeout=ANSWER_S)
        ends = [self._group.get_watermark_offsets(partition, timeout=ANSWER_S) for partition in partitions]
        return sum(end - max(start, one.offset) for one, (start, end) in zip(committed, ends, strict=True))

    def judge(self) -> Judgement:
        """Read all that came and all that went, to the very end, and compare."""
        came = [self._came(message) for message in self._read([self._topics["sentences"]])]
        uses = {name: use for use, name in self._topics.items() if use != "sentences"}
        went = [_went(message, uses[message.topic()]) for message in self._read(list(uses))]
        twice = len(came) - len({record.number for record in came})
        return Judgement(len(came), twice, check(came, went, _verdicts(came)))

    def commits(self) -> list[Commit]:
        """When the group's coordinator took each commit; those of a transaction that was aborted are none."""
        return [
            Commit(message.timestamp()[1] / 1000, partition)
            for message in self._read([OFFSETS])
            if message.value() is not None  # an offset that was forgotten
            and (partition := committed(message.key(), self._name, self._topics["sentences"])) is not None
        ]

    def _came(self, message: Any) -> Came:
        sent = numbered(_number(message), self._seed)
        return Came(sent.number, message.key(), message.partition(), message.offset(), sent.text, sent.reason)

    def _partitions(self, topic: str) -> list[TopicPartition]:
        found = self._group.list_topics(topic, timeout=ANSWER_S).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)
        return [TopicPartition(topic, number, OFFSET_BEGINNING) for number in found.partitions]

    def _read(self, topics: Sequence[str]) -> Iterator[Any]:
        """Every committed record of these topics; raises TimeoutError when a topic's end cannot be reached."""
        settings = {"group.id": f"judge-{uuid.uuid4()}", "isolation.level": "read_committed"}
        consumer = Consumer({**self._client, **settings, "enable.partition.eof": True})
        partitions = [partition for topic in topics for partition in self._partitions(topic)]
        # The plain client's end is the log's own; a reader of committed records stops before an open transaction.
        open_until = {
            (partition.topic, partition.partition): self._group.get_watermark_offsets(partition, timeout=ANSWER_S)[1]
            for partition in partitions
        }
        consumer.assign(partitions)
        give_up = time.monotonic() + PATIENCE_S
        try:
            while open_until:
                if time.monotonic() > give_up:
                    raise TimeoutError(
                        f"These topics cannot be read to their ends {open_until}: a transaction is open."
                    )
                yield from _records(consumer.consume(CHUNK, timeout=1.0), open_until)
        finally:
            consumer.close()


def _records(messages: Sequence[Any], open_until: dict[tuple[str, int], int]) -> Iterator[Any]:
    for message in messages:
        error = message.error()
        if error is None:
            yield message
        elif error.code() == KafkaError._PARTITION_EOF:
            place = (message.topic(), message.partition())
            if message.offset() >= open_until.get(place, 0):
                open_until.pop(place, None)


def _went(message: Any, use: str) -> Went:
    headers = {name: value.decode(errors="replace") for name, value in message.headers() or []}
    place = (use, message.partition(), message.offset())
    if use == "dead_letters":
        identity = "/".join(headers[PREFIX + name] for name in ("topic", "partition", "offset"))
        reason = headers[PREFIX + "reason"]
        return Went(*place, int(headers[NUMBER]), message.key(), identity, reason=reason)
    event = json.loads(message.value())
    number, label, confidence = int(event["sentence_id"]), event["label"], event["confidence"]
    return Went(*place, number, message.key(), headers["ce_id"], label, confidence)


def _number(message: Any) -> int:
    return int(dict(message.headers())[NUMBER])


def _verdicts(came: Sequence[Came]) -> dict[int, Verdict]:
    model = load(resolve(None))
    readable = [(record.number, record.text) for record in came if record.text is not None]
    verdicts: dict[int, Verdict] = {}
    for start in range(0, len(readable), CHUNK):
        numbers, texts = zip(*readable[start : start + CHUNK], strict=True)
        verdicts |= dict(zip(numbers, decide(model.predict_proba(texts), model.thresholds), strict=True))
    return verdicts
