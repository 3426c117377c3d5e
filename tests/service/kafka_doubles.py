"""Stand-ins for kafka-python's clients that do what they are told and remember what was done to them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import CommitFailedError, KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from kafka.structs import ConsumerGroupMetadata, MemberState

from service.records import Headers, Outgoing


class FakeRecord(NamedTuple):
    """A record of the input topic."""

    offset: int
    partition: int = 0
    value: bytes | None = b'{"text": "The bridge reopened on Monday."}'
    key: bytes | None = b"item"
    headers: Headers = []  # noqa: RUF012 - never changed by anybody, which a test of the dead letters proves
    topic: str = "news.sentences"
    timestamp: int = 1_700_000_000_000


class FakeFuture:
    """A record's future that is done: with the error given, or well."""

    def __init__(self, error: KafkaError | None) -> None:
        self.exception = error

    def failed(self) -> bool:
        """Whether it ended with an error."""
        return self.exception is not None

    def succeeded(self) -> bool:
        """Whether the broker confirmed the record."""
        return self.exception is None

    def get(self, timeout: float) -> None:
        """Raise what it failed with."""
        if self.exception:
            raise self.exception


class FakeBatchFuture:
    """A batch's future, which ends well in kafka-python even where its result says what was refused of the batch."""

    is_done = True

    def __init__(self, errors: Mapping[int, KafkaError]) -> None:
        neighbour = KafkaError("it was part of a batch with a record that is refused")
        self.value = (0, 0, (lambda index: errors.get(index, neighbour)) if errors else None)

    def failed(self) -> bool:
        """Never."""
        return False

    def succeeded(self) -> bool:
        """Always."""
        return True


class FakeProducer:
    """Confirms every record but those for which `fails` gives an error; `calls` is what was asked, in order."""

    def __init__(self, fails: Callable[[bytes | None], KafkaError | None] = lambda value: None) -> None:
        self.fails = fails
        self.calls: list[str] = []
        self.sent: list[bytes | None] = []
        self.committed: list[bytes | None] = []
        self.offsets: dict[TopicPartition, Any] = {}
        self.member: ConsumerGroupMetadata | None = None

    def begin_transaction(self) -> None:
        """Forget what was sent before."""
        self.calls.append("begin")
        self.sent.clear()

    def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> FakeFuture:
        """Answer at once."""
        self.calls.append("send")
        self.sent.append(value)
        return FakeFuture(self.fails(value))

    def flush(self, timeout: float) -> None:
        """Take note."""
        self.calls.append("flush")

    def send_offsets_to_transaction(self, offsets: dict[TopicPartition, Any], member: ConsumerGroupMetadata) -> None:
        """Remember what would be committed, and as whom."""
        self.calls.append("offsets")
        self.offsets, self.member = offsets, member

    def commit_transaction(self) -> None:
        """What was sent in this transaction is there now."""
        self.calls.append("commit")
        self.committed += self.sent

    def close(self, timeout: float) -> None:
        """Take note."""
        self.calls.append("close")


class FakeAppender:
    """Sends all records as one batch, which is confirmed as a whole or refused for some of them."""

    def __init__(self, producer: FakeProducer) -> None:
        self.producer = producer

    def append(self, outgoing: Sequence[Outgoing]) -> list[FakeBatchFuture]:
        """Answer at once."""
        self.producer.calls.append("append")
        self.producer.sent += [out.value for out in outgoing]
        errors = {place: error for place, out in enumerate(outgoing) if (error := self.producer.fails(out.value))}
        return [FakeBatchFuture(errors)]


class FakeSubscription:
    """Knows a position for each number of a partition that has one, and otherwise none, as before one is found."""

    def __init__(self, positions: dict[int, int]) -> None:
        self.positions = positions

    def position(self, partition: TopicPartition) -> OffsetAndMetadata | None:
        """As kafka-python keeps it."""
        number = self.positions.get(partition.partition)
        return None if number is None else OffsetAndMetadata(number, "", -1)


class FakeConsumer:
    """Hands out the polls that it was given, one after the other; `calls` is what was asked, in order."""

    def __init__(
        self,
        polls: Sequence[Any] = (),
        committed: dict[TopicPartition, int] | None = None,
        ends: dict[int, int] | None = None,
        positions: dict[int, int] | None = None,
    ) -> None:
        self.ends = ends or {}
        self.positions = positions or {}
        self._subscription = FakeSubscription(self.positions)
        self.polls = list(polls)
        self.stored = dict(committed or {})
        self.metadata = stable()
        self.partitions = {TopicPartition("news.sentences", 0)}
        self.kept = (0, 1_000_000)
        self.calls: list[tuple[Any, ...]] = []

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[FakeRecord]]:
        """The next poll; an error among them is raised."""
        self.calls.append(("poll",))
        found = self.polls.pop(0) if self.polls else {}
        if isinstance(found, Exception):
            raise found
        records: dict[TopicPartition, list[FakeRecord]] = {}
        for record in found:
            records.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
        return records

    def group_metadata(self) -> ConsumerGroupMetadata:
        """Whatever a test has put there."""
        return self.metadata

    def assignment(self) -> set[TopicPartition]:
        """Whatever a test has put there."""
        return self.partitions

    def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
        """What was committed last, by anybody."""
        return self.stored.get(partition)

    def commit(self, offsets: dict[TopicPartition, Any], timeout_ms: int) -> None:
        """Store the offsets."""
        self.calls.append(("commit",))
        self.stored.update({partition: committed.offset for partition, committed in offsets.items()})

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Take note."""
        self.calls.append(("seek", partition.partition, offset))

    def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        """Take note."""
        self.calls.append(("seek to beginning", *(partition.partition for partition in partitions)))

    def subscribe(self, topics: list[str], *, listener: Any) -> None:
        """Take note."""
        self.calls.append(("subscribe", *topics))

    def unsubscribe(self) -> None:
        """Take note."""
        self.calls.append(("unsubscribe",))

    def beginning_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
        """Whatever a test has put there, and otherwise nothing is deleted."""
        return dict.fromkeys(partitions, self.kept[0])

    def end_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
        """Whatever a test has put there, and otherwise there is no end."""
        return dict.fromkeys(partitions, self.kept[1])

    def highwater(self, partition: TopicPartition) -> int | None:
        """Whatever a test has put there, and otherwise unknown, as before the first fetch."""
        return self.ends.get(partition.partition)


class FakeBroker:
    """A topic, its group's offsets, and what transactions made visible: enough to lose or double.

    The records of each partition have the offsets from 0. `weather` says what befalls each delivery, one after the
    other; when it has run out, all is well. Each poll brings up to `at_once` records of one partition, by turns, the
    first partition first after each seek.
    """

    def __init__(
        self,
        records: Sequence[FakeRecord],
        weather: Sequence[str] = (),
        refuses: Callable[[bytes | None], bool] = lambda value: False,
        at_once: int = 8,
    ) -> None:
        self.topic: dict[TopicPartition, list[FakeRecord]] = {}
        for record in records:
            self.topic.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
        self.weather = list(weather)
        self.refuses = refuses
        self.at_once = at_once
        self.outputs: list[bytes | None] = []
        self.committed = dict.fromkeys(self.topic, 0)
        self.consumer = _BrokerConsumer(self)

    def producer(self) -> FakeProducer:
        """A producer whose transactions take effect here."""
        return _BrokerProducer(self)

    def drained(self) -> bool:
        """Whether the group has committed the whole topic."""
        return all(self.committed[partition] >= len(records) for partition, records in self.topic.items())


class _BrokerConsumer(FakeConsumer):
    def __init__(self, broker: FakeBroker) -> None:
        super().__init__()
        self.broker = broker
        self.partitions = set(broker.topic)
        self.turns = sorted(broker.topic)
        self.read = dict.fromkeys(broker.topic, 0)

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[FakeRecord]]:
        found: list[FakeRecord] = []
        for partition in list(self.turns):
            self.turns.append(self.turns.pop(0))
            found = self.broker.topic[partition][self.read[partition] :][: self.broker.at_once]
            self.read[partition] += len(found)
            if found:
                break
        self.polls = [found]
        return super().poll(timeout_ms)

    def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
        return self.broker.committed.get(partition) or None

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.read[partition] = offset
        self.turns.sort()

    def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        self.read |= dict.fromkeys(partitions, 0)
        self.turns.sort()


class _BrokerProducer(FakeProducer):
    def __init__(self, broker: FakeBroker) -> None:
        self.broker = broker
        self.today = "work"
        self.spoilt = False
        super().__init__(self._answer)

    def begin_transaction(self) -> None:
        super().begin_transaction()
        self.spoilt = False
        self.today = self.broker.weather.pop(0) if self.broker.weather else "work"
        if self.today == "rebalance":
            self.broker.consumer.metadata = stable(self.broker.consumer.metadata.generation_id + 1)
            raise CommitFailedError

    def commit_transaction(self) -> None:
        if self.today == "fail to commit":
            raise KafkaTimeoutError
        super().commit_transaction()
        self.broker.committed |= {partition: committed.offset for partition, committed in self.offsets.items()}
        self.broker.outputs += self.sent
        if self.today == "lose the answer":
            raise KafkaTimeoutError

    def _answer(self, value: bytes | None) -> KafkaError | None:
        self.spoilt = self.spoilt or self.broker.refuses(value)
        if self.spoilt:  # what comes after a refused record is given up with its transaction, for the same reason
            return MessageSizeTooLargeError()
        return KafkaTimeoutError() if self.today == "fail to send" else None


def stable(generation: int = 1, member: str = "member-1") -> ConsumerGroupMetadata:
    """The metadata of a member in good standing."""
    return ConsumerGroupMetadata("claimwire", generation, member, "host-0", MemberState.STABLE)


def evicted() -> ConsumerGroupMetadata:
    """What kafka-python says after the group has thrown us out."""
    return ConsumerGroupMetadata("claimwire", -1, "", "host-0", MemberState.UNJOINED)


class FakeClock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now
