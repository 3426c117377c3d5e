"""`claimwire replay`: it goes to the end of the dead letters, or says that it could not."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import CorruptRecordError, KafkaError, NotEnoughReplicasError

from deploy.kafka import Broker
from service.broker.clients import make_consumer, make_producer
from service.commands.replay import STANDSTILL_S, waiting
from service.dead_letters import HEADERS
from service.errors import BrokerRefusedError, BrokerUnavailableError, UnreadableBatchError
from service.settings import Settings, load
from tests.conftest import MakeTopic
from tests.end_to_end.newsroom import until
from tests.service.commands.conftest import Command
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


class Desk:
    """An input topic and its dead letters at a real broker, for one test."""

    def __init__(self, broker: Broker, make_topic: MakeTopic, group: str, **properties: str) -> None:
        named = {name.replace("_", "."): value for name, value in properties.items()}
        self.servers = broker.bootstrap_servers
        self.sentences = make_topic(broker, properties=named)
        self.dead_letters = make_topic(broker)
        self.settings = {
            "BOOTSTRAP_SERVERS": self.servers,
            "GROUP_ID": group[:200],
            "TOPIC_SENTENCES": self.sentences,
            "TOPIC_DEAD_LETTERS": self.dead_letters,
        }

    def letters(self, *letters: tuple[str, bytes]) -> None:
        """Put dead letters there: the topic that each says it came from, and its value."""
        with KafkaProducer(bootstrap_servers=self.servers) as producer:
            for topic, value in letters:
                headers = [(name, topic.encode() if name == HEADERS[0] else b"0") for name in HEADERS]
                producer.send(self.dead_letters, value=value, headers=headers).get(timeout=10)

    def put_back(self, count: int) -> list[bytes]:
        """What is on the input topic, once so much is there."""
        return values(self.servers, self.sentences, count)


def values(servers: str, topic: str, count: int) -> list[bytes]:
    """What is on a topic, once so much is there; more than `count` if there is more."""
    found: list[bytes] = []
    with KafkaConsumer(
        topic, bootstrap_servers=servers, auto_offset_reset="earliest", isolation_level="read_committed"
    ) as consumer:

        def enough() -> bool:
            polled = consumer.poll(timeout_ms=200).values()
            found.extend(record.value for records in polled for record in records)
            return len(found) >= count

        until(enough)
    return found


@pytest.fixture
def desk(real_broker: Broker, make_topic: MakeTopic, group: str) -> Desk:
    """Topics that take whatever comes."""
    return Desk(real_broker, make_topic, group)


def test_a_letter_from_another_topic_is_left_alone_and_named(desk: Desk, command: Command) -> None:
    """Whoever may write dead letters decides the topic that they name, and sends us nowhere and holds nobody up."""
    desk.letters((desk.sentences, b"1"), ("no.such.topic", b"old"), (desk.sentences, b"2"))

    dry, first, again = (command("replay", *options, **desk.settings) for options in (["--dry-run"], [], []))

    left = f"left alone 1 dead letters there that came from other topics than {desk.sentences}: no.such.topic\n"
    assert f"would put back 2 dead letters of {desk.dead_letters}\n{left}" == dry.stdout
    assert f"put back 2 dead letters of {desk.dead_letters}\n{left}" == first.stdout
    assert f"put back 0 dead letters of {desk.dead_letters}\n" == again.stdout
    assert [b"1", b"2"] == desk.put_back(2)


def test_a_letter_that_names_a_topic_of_ours_is_left_alone(desk: Desk, command: Command) -> None:
    """Otherwise a forged dead letter would become an event of ours, written under our rights."""
    claims = desk.dead_letters  # any topic that is there and is not the input
    desk.letters((claims, b"forged"))

    result = command("replay", **desk.settings)

    assert f"came from other topics than {desk.sentences}: {claims}\n" in result.stdout
    assert [b"forged"] == values(desk.servers, claims, 1)


def test_of_many_topics_some_are_named(desk: Desk, command: Command) -> None:
    """A hostile writer fills no screen."""
    desk.letters(*[(f"topic.{number}", b"old") for number in range(7)])

    result = command("replay", **desk.settings)

    assert f"than {desk.sentences}: topic.0, topic.1, topic.2, topic.3, topic.4 and 2 more\n" in result.stdout


def test_a_letter_that_its_topic_refuses_is_named_and_the_others_are_put_back(
    real_broker: Broker, make_topic: MakeTopic, group: str, command: Command
) -> None:
    """One that nobody can put back holds up none of those that can, and is an error that says what to do."""
    desk = Desk(real_broker, make_topic, group, max_message_bytes="2000")
    noise = os.urandom(4000)  # does not compress to 2,000 bytes
    desk.letters(*[(desk.sentences, value) for value in (b"1", b"2", noise, b"3", b"4")])

    first, again = (command("replay", **desk.settings) for _ in range(2))

    assert f"put back 4 dead letters of {desk.dead_letters}\n" == first.stdout
    assert f"left alone {desk.dead_letters}/0/2, which {desk.sentences} refuses: MessageSize" in first.stderr
    assert isinstance(first.exception, BrokerRefusedError)
    assert "raise max.message.bytes" in str(first.exception)
    assert (0, f"put back 0 dead letters of {desk.dead_letters}\n") == (again.exit_code, again.stdout)
    assert [b"1", b"2", b"3", b"4"] == desk.put_back(4)


@pytest.mark.parametrize("field", ["TOPIC_SENTENCES", "TOPIC_DEAD_LETTERS"])
def test_a_topic_of_ours_that_is_missing_is_named(desk: Desk, command: Command, field: str) -> None:
    """At once, and not as a broker that does not answer."""
    desk.letters((desk.sentences, b"1"))

    result = command("replay", **desk.settings | {field: "never.made"})

    assert isinstance(result.exception, BrokerRefusedError)
    assert f"never.made is missing. Create it with `claimwire topics create`, or correct CLAIMWIRE_{field}." in str(
        result.exception
    )
