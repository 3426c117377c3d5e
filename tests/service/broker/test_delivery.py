"""What is committed, and when."""

from collections.abc import Callable

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError, NotLeaderForPartitionError

from service.broker.delivery import AtLeastOnce, DeliveryFailedError, ExactlyOnce
from service.broker.remedies import Remedy
from service.records import Outgoing
from tests.service.kafka_doubles import FakeConsumer, FakeProducer, FakeRecord, stable

RECORDS = [FakeRecord(7), FakeRecord(8), FakeRecord(9)]
OUTGOING = [Outgoing("news.claims", b"item", value, []) for value in (b"7", b"8", b"9")]
PARTITION = TopicPartition("news.sentences", 0)


def refusing(*values: bytes, error: KafkaError) -> Callable[[bytes | None], KafkaError | None]:
    """Fail the records of these values."""
    return lambda value: error if value in values else None


def test_a_transaction_confirms_every_output_before_it_commits() -> None:
    """Outputs are flushed and looked at first, then the offsets join the transaction, then it commits."""
    producer = FakeProducer()

    ExactlyOnce(lambda: producer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert ["begin", "send", "send", "send", "flush", "offsets", "commit"] == producer.calls


def test_a_transaction_commits_the_offset_after_the_batch_as_the_member_that_read_it() -> None:
    """The broker can fence a zombie only with the metadata from the poll (KIP-447)."""
    producer = FakeProducer()

    committed = ExactlyOnce(lambda: producer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert {("news.sentences", 0): 10} == committed
    assert 10 == producer.offsets[PARTITION].offset
    assert stable() == producer.member


def test_one_failed_output_keeps_a_transaction_from_committing() -> None:
    """The client would commit although a batch expired, so its success is not relied on."""
    producer = FakeProducer(refusing(b"8", error=KafkaTimeoutError()))

    with pytest.raises(DeliveryFailedError):
        ExactlyOnce(lambda: producer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert "commit" not in producer.calls
    assert "offsets" not in producer.calls


def test_a_failed_producer_is_never_used_again() -> None:
    """Offsets of an aborted transaction leak into the next one of the same producer."""
    producers = [FakeProducer(refusing(b"8", error=KafkaTimeoutError())), FakeProducer()]
    made = iter(producers)
    delivery = ExactlyOnce(lambda: next(made), timeout_s=1)

    with pytest.raises(DeliveryFailedError):
        delivery.deliver(RECORDS, OUTGOING, stable())
    delivery.deliver(RECORDS, OUTGOING, stable())

    assert "close" == producers[0].calls[-1]
    assert "commit" == producers[1].calls[-1]


def test_the_gravest_failure_of_a_batch_decides() -> None:
    """A record that is too large is reported although its neighbours failed for a passing reason."""
    errors = {b"7": NotLeaderForPartitionError(), b"9": MessageSizeTooLargeError()}
    producer = FakeProducer(lambda value: errors.get(value or b""))

    with pytest.raises(DeliveryFailedError) as caught:
        ExactlyOnce(lambda: producer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert Remedy.SET_ASIDE is caught.value.remedy


def test_a_producer_that_cannot_be_made_is_a_failed_delivery() -> None:
    """A coordinator that is away fails the batch; it does not end the process."""

    def unreachable() -> FakeProducer:
        raise KafkaTimeoutError

    with pytest.raises(DeliveryFailedError):
        ExactlyOnce(unreachable, timeout_s=1).deliver(RECORDS, OUTGOING, stable())


def test_at_least_once_commits_after_the_outputs() -> None:
    """Offsets go to the group once every output is confirmed."""
    producer, consumer = FakeProducer(), FakeConsumer()

    AtLeastOnce(lambda: producer, consumer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert ["send", "send", "send", "flush"] == producer.calls
    assert {PARTITION: 10} == consumer.stored


def test_at_least_once_keeps_the_confirmed_start_of_a_failed_batch() -> None:
    """What is confirmed in front of the first failure need not come again."""
    producer, consumer = FakeProducer(refusing(b"8", error=KafkaTimeoutError())), FakeConsumer()

    with pytest.raises(DeliveryFailedError):
        AtLeastOnce(lambda: producer, consumer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert {PARTITION: 8} == consumer.stored


def test_publishing_and_committing_are_timed() -> None:
    """The two stages of a delivery are reported with their seconds."""
    stages: list[tuple[str, float]] = []
    readings = iter([1.0, 1.0, 3.0, 3.5])
    delivery = ExactlyOnce(
        FakeProducer,
        timeout_s=1,
        timing=lambda stage, seconds: stages.append((stage, seconds)),
        clock=lambda: next(readings),
    )

    delivery.deliver(RECORDS, OUTGOING, stable())

    assert [("publish", 2.0), ("commit", 0.5)] == stages
