"""What becomes of a batch that is far larger than it looks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import TopicPartition
from kafka.errors import CorruptRecordError
from kafka.record import MemoryRecords, MemoryRecordsBuilder

from deploy.kafka import Broker
from service.broker.clients import make_consumer, make_producer
from service.broker.unpacking import LARGEST, bound_unpacking
from service.settings import load
from tests.conftest import MakeTopic

CODECS = {"gzip": 1, "lz4": 3, "zstd": 4}  # as a batch names them in its attributes


@pytest.fixture
def small_limit() -> Iterator[int]:
    """A limit of a kilobyte while the test runs."""
    bound_unpacking(1024)
    yield 1024
    bound_unpacking()


def packed(codec: str, value: bytes) -> MemoryRecords:
    """A batch of one record, as it lies on a broker."""
    builder = MemoryRecordsBuilder(2, CODECS[codec], 1)
    builder.append(0, None, value, [])
    builder.close()
    return MemoryRecords(builder.buffer())


def values(batches: MemoryRecords) -> list[bytes]:
    """The values of all records."""
    return [record.value for batch in batches for record in batch]


@pytest.mark.parametrize("codec", CODECS)
def test_a_batch_within_the_limit_is_unpacked(small_limit: int, codec: str) -> None:
    """What fits comes out as it went in."""
    value = b"x" * (small_limit - 20)  # a record is a little larger than its value

    assert [value] == values(packed(codec, value))


@pytest.mark.parametrize("codec", CODECS)
def test_a_batch_over_the_limit_is_corrupt(small_limit: int, codec: str) -> None:
    """Unpacking stops at the limit, and the poll fails in the way in which a broken batch makes it fail."""
    with pytest.raises(CorruptRecordError, match="unpack to more than 1,024"):
        values(packed(codec, b"x" * small_limit))


def test_a_batch_of_many_parts_is_unpacked_whole() -> None:
    """The default limit leaves room for the largest dead letter, which is put back through a consumer of ours too."""
    value = bytes(LARGEST // 2)

    assert [value] == values(packed("zstd", value))


def test_our_consumer_refuses_what_a_broker_took(real_broker: Broker, make_topic: MakeTopic, tmp_path: Path) -> None:
    """A broker looks at the packed size only: a few kilobytes that unpack to more than the limit stop at our poll."""
    topic = make_topic(real_broker)
    settings = load({}, tmp_path, bootstrap_servers=real_broker.bootstrap_servers)
    producer = make_producer(settings, None)
    producer.config["max_request_size"] = 2 * LARGEST
    producer.send(topic, value=bytes(LARGEST), key=b"item").get(30)
    producer.close()
    consumer = make_consumer(settings, None)
    consumer.assign([TopicPartition(topic, 0)])

    with pytest.raises(CorruptRecordError, match="unpack to more than"):
        consumer.poll(timeout_ms=20_000)

    consumer.close()
