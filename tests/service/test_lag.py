"""How far behind each partition is."""

from collections.abc import Sequence

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import IllegalStateError, LogTruncationError
from prometheus_client import CollectorRegistry

from deploy.kafka import Broker
from service.broker.clients import make_consumer, make_producer
from service.lag import Lag
from service.operations.metrics import Metrics
from service.settings import load
from tests.conftest import MakeTopic
from tests.service.broker.client_faults.acting import find_truncated, join, refusal
from tests.service.kafka_doubles import FakeClock, FakeConsumer, FakeRecord

PARTITION = ("news.sentences", 0)
NOTHING = (0, 0)
UNKNOWN = (None, None)


class Bench:
    """A partition at a time of our choosing, of which the consumer knows the end and its own position."""

    def __init__(self, end: int | None = None, position: int = 0) -> None:
        self.registry = CollectorRegistry()
        self.clock = FakeClock()
        self.metrics = Metrics(self.registry)
        self.metrics.assigned({PARTITION})
        self.lag = Lag(self.metrics, self.clock)
        self.consumer = FakeConsumer(ends={} if end is None else {0: end}, positions={0: position})

    def record(self, offset: int, age: float = 0.0) -> FakeRecord:
        """A record so many seconds old."""
        return FakeRecord(offset, timestamp=int((self.clock.now - age) * 1000))

    def poll(self, *records: FakeRecord, end: int | None = None, position: int | None = None) -> None:
        """A turn of the loop that read these."""
        if end is not None:
            self.consumer.ends[0] = end
        if position is not None or records:
            self.consumer.positions[0] = position if position is not None else records[-1].offset + 1
        self.lag.polled(records)
        self.lag.tell(self.consumer)

    def commit(self, *records: FakeRecord) -> None:
        """These are delivered."""
        self.lag.committed(records, {PARTITION: records[-1].offset + 1})

    def told(self, topic: str = "news.sentences") -> tuple[float | None, float | None]:
        """The lag in records and in seconds."""
        where = {"topic": topic, "partition": "0"}
        return (
            self.registry.get_sample_value("claimwire_consumer_lag_records", where),
            self.registry.get_sample_value("claimwire_consumer_lag_seconds", where),
        )


def test_there_is_no_lag_once_everything_is_done() -> None:
    """A healthy service shows 0."""
    bench = Bench()
    record = bench.record(59, age=10)
    bench.poll(record, end=60)

    bench.commit(record)
    bench.poll()

    assert NOTHING == bench.told()


def test_the_marker_of_a_transaction_is_no_lag() -> None:
    """A producer's commit takes an offset that nobody is ever handed."""
    bench = Bench()
    record = bench.record(0)
    bench.poll(record, end=2, position=2)
    bench.commit(record)
    bench.clock.now += 3600

    bench.poll()

    assert NOTHING == bench.told()


def test_a_process_that_has_committed_nothing_yet_tells_its_lag() -> None:
    """Restarted while the outputs are away, it shows what waits from the first turn on."""
    bench = Bench(end=100, position=60)
    bench.lag.sought({PARTITION: 60})
    bench.poll()
    unread = bench.told()

    bench.poll(bench.record(60, age=500))

    assert ((40, 0), (40, 500)) == (unread, bench.told())


def test_a_group_that_has_committed_nothing_yet_has_a_lag_too() -> None:
    """Reading from the beginning, all of the topic waits."""
    bench = Bench(end=100, position=0)
    bench.lag.sought({PARTITION: None})

    bench.poll()
    bench.poll(bench.record(0, age=9))

    assert (100, 9) == bench.told()


def test_the_lag_in_seconds_is_the_age_of_what_waits() -> None:
    """A record that comes after a quiet night is young, whatever went before it."""
    bench = Bench()
    evening = bench.record(59)
    bench.poll(evening, end=60)
    bench.commit(evening)
    bench.poll()
    bench.clock.now += 8 * 3600

    bench.poll(bench.record(60, age=2), end=61)

    assert (1, 2) == bench.told()


def test_what_cannot_be_delivered_grows_older() -> None:
    """Read again and again, the first of it decides."""
    bench = Bench()
    bench.poll(bench.record(60, age=2), bench.record(61, age=1), end=62)
    bench.clock.now += 30

    bench.lag.sought({PARTITION: 60})
    bench.poll(bench.record(60, age=32))

    assert (2, 32) == bench.told()


def test_it_grows_older_also_while_it_cannot_be_read_again() -> None:
    """With the position still behind what was read, and the coordinator away, nothing is forgotten."""
    bench = Bench()
    first, second = bench.record(60, age=2), bench.record(61, age=1)
    bench.poll(first, second, end=62)
    bench.commit(first)
    bench.clock.now += 30

    bench.poll()

    assert (1, 32) == bench.told()  # as old as the last that is done, for want of better knowledge


def test_while_catching_up_what_waits_is_as_old_as_the_last_that_is_done() -> None:
    """Polls that bring records of other partitions do not make a long queue look young."""
    bench = Bench()
    record = bench.record(59, age=700)
    bench.poll(record, end=5000)
    bench.commit(record)

    bench.poll()

    assert (4940, 700) == bench.told()


def test_what_others_did_meanwhile_is_not_waiting() -> None:
    """A partition that comes back is counted from where the group stands now."""
    bench = Bench()
    bench.poll(bench.record(60, age=100), end=90)

    bench.lag.sought({PARTITION: 90})
    bench.poll(position=90)

    assert NOTHING == bench.told()


def test_a_partition_that_is_taken_is_forgotten() -> None:
    """What another member does with it is not told to us."""
    bench = Bench()
    bench.poll(bench.record(60, age=100), end=90)
    ours, bench.consumer.partitions = bench.consumer.partitions, set()
    bench.poll()

    bench.consumer.partitions = ours
    bench.poll(position=90)

    assert NOTHING == bench.told()


def test_of_a_partition_whose_end_is_unknown_nothing_is_told() -> None:
    """Before its first fetch nobody knows, and 0 would be a promise."""
    bench = Bench()
    bench.lag.sought({PARTITION: 60})

    bench.poll()

    assert UNKNOWN == bench.told()


def test_a_record_without_a_timestamp_is_as_old_as_we_know_it() -> None:
    """Its age counts from when it was read."""
    bench = Bench()
    bench.poll(FakeRecord(60, timestamp=-1), end=61)
    bench.clock.now += 5

    bench.poll()

    assert (1, 5) == bench.told()


def test_a_partition_that_is_taken_meanwhile_stops_nobody() -> None:
    """The group takes a partition when it likes, also between two looks at it."""

    class Taken(FakeConsumer):
        def highwater(self, partition: TopicPartition) -> int | None:
            raise IllegalStateError

    bench = Bench()
    bench.consumer = Taken(ends={0: 100})
    bench.lag.sought({PARTITION: 60})

    bench.lag.tell(bench.consumer)

    assert UNKNOWN == bench.told()


def polled(consumer: KafkaConsumer) -> Sequence[FakeRecord]:
    """The first records that come."""
    while True:
        for records in consumer.poll(timeout_ms=500).values():
            return records  # type: ignore[no-any-return]  # kafka-python ships no types


@pytest.mark.parametrize("isolation", ["read_committed", "read_uncommitted"])
def test_a_record_that_was_sent_in_a_transaction_leaves_no_lag(
    real_broker: Broker, make_topic: MakeTopic, group: str, isolation: str
) -> None:
    """The client passes the marker by itself, and that is looked at."""
    topic = make_topic(real_broker)
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": real_broker.bootstrap_servers, "CLAIMWIRE_GROUP_ID": group})
    consumer, producer = make_consumer(settings, None, isolation_level=isolation), make_producer(settings, group)
    consumer.subscribe([topic])
    join(consumer)
    bench = Bench()
    bench.metrics.assigned({(topic, 0)})
    producer.begin_transaction()
    producer.send(topic, b"v")
    producer.commit_transaction()
    records = polled(consumer)
    bench.lag.polled(records)
    bench.lag.tell(consumer)
    waiting = bench.told(topic)[0]

    bench.lag.committed(records, {(topic, 0): 1})
    consumer.poll(timeout_ms=500)
    bench.lag.tell(consumer)

    end = consumer.highwater(TopicPartition(topic, 0))
    producer.close()
    consumer.close()
    assert (2, NOTHING) == (end, bench.told(topic))
    assert waiting


def test_an_error_that_comes_once_is_left_to_the_next_poll(
    real_broker: Broker, make_topic: MakeTopic, group: str
) -> None:
    """The loop has to hear that the topic was truncated; the lag only looks on."""
    partition = TopicPartition(make_topic(real_broker), 0)
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": real_broker.bootstrap_servers, "CLAIMWIRE_GROUP_ID": group})
    consumer, producer = make_consumer(settings, None, auto_offset_reset="none"), make_producer(settings, None)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    producer.send(partition.topic, b"v").get(10)
    polled(consumer)
    find_truncated(consumer, partition)

    Bench().lag.tell(consumer)

    refused = refusal(lambda: consumer.poll(timeout_ms=500))
    producer.close()
    consumer.close()
    assert isinstance(refused, LogTruncationError)
