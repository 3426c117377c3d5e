"""`claimwire replay`: it goes to the end of the dead letters, or says that it could not."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import CorruptRecordError, KafkaError, NotEnoughReplicasError

from deploy.kafka import Broker
from service.broker.clients import make_consumer, make_producer
from service.commands.replay import STANDSTILL_S, waiting
from service.errors import BrokerUnavailableError, UnreadableBatchError
from service.settings import Settings, load
from tests.conftest import MakeTopic
from tests.service.kafka_doubles import FakeClock, FakeRecord

TOPIC = "news.sentences.dead-letters"
LETTERS = TopicPartition(TOPIC, 0)


class Letters:
    """A consumer of a topic with one partition: each poll brings the next of `polls`, a batch and how far it goes."""

    def __init__(self, polls: Sequence[tuple[Sequence[int], int] | KafkaError], end: int) -> None:
        self.polls = list(polls)
        self.end = end
        self.start = 0
        self.at = 0
        self.stored: int | None = None

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {0}

    def assign(self, partitions: list[TopicPartition]) -> None:
        """There is nobody else."""

    def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {LETTERS: self.start}

    def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {LETTERS: self.end}

    def committed(self, partition: TopicPartition, timeout_ms: int) -> int | None:
        return self.stored

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.at = offset

    def position(self, partition: TopicPartition, timeout_ms: int) -> int:
        return self.at

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[FakeRecord]]:
        polled = self.polls.pop(0)
        if isinstance(polled, KafkaError):
            raise polled
        offsets, self.at = polled
        return {LETTERS: [FakeRecord(offset, topic=TOPIC) for offset in offsets]} if offsets else {}


def offsets(consumer: Any, clock: Callable[[], float] | None = None) -> list[int]:
    """The places of what is put back."""
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    batches = waiting(settings, consumer, clock or FakeClock())
    return [record.offset for records in batches for record in records]


def test_polls_that_bring_nothing_are_not_the_end() -> None:
    """A leader that is away for some seconds says no more than one that has nothing left."""
    silence: list[tuple[list[int], int]] = [([], 0)] * 20

    assert [0, 1, 2] == offsets(Letters([*silence, ([0, 1], 2), ([2], 3)], end=3))


def test_the_marker_of_a_transaction_is_passed() -> None:
    """The last of the topic is no record, and yet the end is reached."""
    assert [0] == offsets(Letters([([0], 1), ([], 2)], end=2))


def test_what_comes_while_it_runs_is_left_for_the_next_time() -> None:
    """Otherwise a letter that is still unreadable would be put back for ever."""
    assert [0] == offsets(Letters([([0, 1, 2], 3)], end=1))


def test_it_goes_on_where_the_last_one_ended() -> None:
    """What it committed is the start."""
    consumer = Letters([([2], 3)], end=3)
    consumer.stored = 2

    assert [2] == offsets(consumer)


@pytest.mark.parametrize("stored", [None, 1, 9])
def test_a_place_that_is_not_on_the_topic_any_more_is_replaced_by_the_start(stored: int | None) -> None:
    """Because retention has passed it, or the topic was made anew."""
    consumer = Letters([([4], 5)], end=5)
    consumer.start, consumer.stored = 4, stored

    assert [4] == offsets(consumer)


def test_a_standstill_before_the_end_is_an_error_that_counts_what_is_left() -> None:
    """Nobody takes a part for the whole."""
    clock = FakeClock()

    def later() -> float:
        clock.now += STANDSTILL_S * 0.6
        return clock.now

    with pytest.raises(BrokerUnavailableError, match="up to 3 dead letters"):
        offsets(Letters([([0, 1], 2), *[([], 2)] * 9], end=5), later)


def test_a_batch_that_cannot_be_parsed_is_said_to_be_one() -> None:
    """There is a broker, and starting another would not help."""
    with pytest.raises(UnreadableBatchError, match="CorruptRecordError"):
        offsets(Letters([CorruptRecordError()], end=1))


def test_a_failure_of_the_brokers_is_named() -> None:
    """They answer, and so nobody is sent to start one."""
    with pytest.raises(BrokerUnavailableError, match="NotEnoughReplicasError"):
        offsets(Letters([NotEnoughReplicasError()], end=1))


def test_a_real_broker_lets_the_position_pass_markers(real_broker: Broker, make_topic: MakeTopic, group: str) -> None:
    """What was withdrawn is no letter, and the marker behind it is where the topic ends."""
    topic = make_topic(real_broker)
    settings = load(
        {
            "CLAIMWIRE_BOOTSTRAP_SERVERS": real_broker.bootstrap_servers,
            "CLAIMWIRE_TOPIC_DEAD_LETTERS": topic,
            "CLAIMWIRE_GROUP_ID": group[:200],
        }
    )
    publish(settings, b"kept", commit=True)
    publish(settings, b"withdrawn", commit=False)

    with make_consumer(settings, None) as consumer:
        values = [record.value for records in waiting(settings, consumer) for record in records]

    assert [b"kept"] == values


def publish(settings: Settings, value: bytes, *, commit: bool) -> None:
    """Put a record on the dead letters' topic in a transaction of its own."""
    producer = make_producer(settings, settings.group_id)
    producer.begin_transaction()
    producer.send(settings.topic_dead_letters, value=value).get(timeout=10)
    if commit:
        producer.commit_transaction()
    else:
        producer.abort_transaction()
    producer.close()
