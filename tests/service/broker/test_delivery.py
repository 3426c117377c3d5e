"""What is committed, and when."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import pytest
from kafka import TopicPartition
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    ProducerFencedError,
)

from models.errors import ClaimwireError
from service.broker.delivery import AtLeastOnce, Delivery, DeliveryFailedError, ExactlyOnce
from service.broker.remedies import Remedy
from service.records import Outgoing
from tests.service.kafka_doubles import FakeAppender, FakeConsumer, FakeProducer, FakeRecord, stable

RECORDS = [FakeRecord(7), FakeRecord(8), FakeRecord(9)]
OUTGOING = [Outgoing("news.claims", b"item", value, []) for value in (b"7", b"8", b"9")]
PARTITION = TopicPartition("news.sentences", 0)
ONE_BY_ONE = ["begin", "send", "send", "send", "flush", "offsets", "commit"]
IN_BULK = ["begin", "append", "flush", "offsets", "commit"]

Make: TypeAlias = Callable[..., Delivery]


@pytest.fixture(params=[True, False], ids=["in bulk", "one by one"])
def exactly_once(request: pytest.FixtureRequest) -> Make:
    """Makes an exactly-once delivery."""
    return partial(ExactlyOnce, timeout_s=1, bulk=request.param, make_appender=FakeAppender)


def refusing(*values: bytes, error: KafkaError) -> Callable[[bytes | None], KafkaError | None]:
    """Fail the records of these values."""
    return lambda value: error if value in values else None


@pytest.mark.parametrize(("bulk", "calls"), [(False, ONE_BY_ONE), (True, IN_BULK)])
def test_a_transaction_confirms_every_output_before_it_commits(bulk: bool, calls: list[str]) -> None:
    """Outputs are flushed and looked at first, then the offsets join the transaction, then it commits."""
    producer = FakeProducer()
    delivery = ExactlyOnce(lambda: producer, timeout_s=1, bulk=bulk, make_appender=FakeAppender)

    delivery.deliver(RECORDS, OUTGOING, stable())

    assert calls == producer.calls


def test_whole_batches_are_sent_again_once_one_by_one_has_worked() -> None:
    """The careful way is for what has failed, once; then the fast one is taken again."""
    producers = [FakeProducer(refusing(b"8", error=KafkaTimeoutError())), FakeProducer()]
    made = iter(producers)
    delivery = ExactlyOnce(lambda: next(made), timeout_s=1, bulk=True, make_appender=FakeAppender)

    with pytest.raises(DeliveryFailedError):
        delivery.deliver(RECORDS, OUTGOING, stable())
    delivery.deliver(RECORDS, OUTGOING, stable())
    delivery.deliver(RECORDS, OUTGOING, stable())

    assert ["begin", "append", "flush", "close"] == producers[0].calls
    assert ONE_BY_ONE + IN_BULK == producers[1].calls


def test_a_transaction_commits_the_offset_after_the_batch_as_the_member_that_read_it(exactly_once: Make) -> None:
    """The broker can fence a zombie only with the metadata from the poll (KIP-447)."""
    producer = FakeProducer()

    committed = exactly_once(lambda: producer).deliver(RECORDS, OUTGOING, stable())

    assert {("news.sentences", 0): 10} == committed
    assert 10 == producer.offsets[PARTITION].offset
    assert stable() == producer.member


def test_one_failed_output_keeps_a_transaction_from_committing(exactly_once: Make) -> None:
    """The client would commit although a batch expired, so its success is not relied on."""
    producer = FakeProducer(refusing(b"8", error=KafkaTimeoutError()))

    with pytest.raises(DeliveryFailedError):
        exactly_once(lambda: producer).deliver(RECORDS, OUTGOING, stable())

    assert "commit" not in producer.calls
    assert "offsets" not in producer.calls


def test_a_failed_producer_is_never_used_again(exactly_once: Make) -> None:
    """Offsets of an aborted transaction leak into the next one of the same producer."""
    producers = [FakeProducer(refusing(b"8", error=KafkaTimeoutError())), FakeProducer()]
    made = iter(producers)
    delivery = exactly_once(lambda: next(made))

    with pytest.raises(DeliveryFailedError):
        delivery.deliver(RECORDS, OUTGOING, stable())
    delivery.deliver(RECORDS, OUTGOING, stable())

    assert "close" == producers[0].calls[-1]
    assert "commit" == producers[1].calls[-1]


@pytest.mark.parametrize(
    ("error", "remedy"),
    [(MessageSizeTooLargeError(), Remedy.SET_ASIDE), (ProducerFencedError(), Remedy.FENCED)],
)
def test_the_gravest_failure_of_a_batch_decides(exactly_once: Make, error: KafkaError, remedy: Remedy) -> None:
    """A record that is refused is reported although its neighbours failed for a passing reason."""
    errors = {b"7": NotLeaderForPartitionError(), b"9": error}
    producer = FakeProducer(lambda value: errors.get(value or b""))

    with pytest.raises(DeliveryFailedError) as caught:
        exactly_once(lambda: producer).deliver(RECORDS, OUTGOING, stable())

    assert remedy is caught.value.remedy
    assert error is caught.value.cause


@pytest.mark.parametrize(("bulk", "unconfirmed"), [(False, RECORDS[1:2]), (True, [])])
def test_a_failure_says_which_records_are_not_confirmed(bulk: bool, unconfirmed: list[FakeRecord]) -> None:
    """One by one those that failed are known; in bulk nobody asked for each."""
    producer = FakeProducer(refusing(b"8", error=MessageSizeTooLargeError()))
    delivery = ExactlyOnce(lambda: producer, timeout_s=1, bulk=bulk, make_appender=FakeAppender)

    with pytest.raises(DeliveryFailedError) as caught:
        delivery.deliver(RECORDS, OUTGOING, stable())

    assert unconfirmed == list(caught.value.unconfirmed)


def test_what_is_careful_is_sent_one_by_one() -> None:
    """Whoever looks for a refused record asks for it, however often one by one has worked meanwhile."""
    producer = FakeProducer()
    delivery = ExactlyOnce(lambda: producer, timeout_s=1, bulk=True, make_appender=FakeAppender)

    for careful in (True, True, False):
        delivery.deliver(RECORDS, OUTGOING, stable(), careful=careful)

    assert ONE_BY_ONE + ONE_BY_ONE + IN_BULK == producer.calls


def test_a_producer_that_cannot_be_made_is_a_failed_delivery(exactly_once: Make) -> None:
    """A coordinator that is away fails the batch; it does not end the process."""

    def unreachable() -> FakeProducer:
        raise KafkaTimeoutError

    with pytest.raises(DeliveryFailedError):
        exactly_once(unreachable).deliver(RECORDS, OUTGOING, stable())


def test_at_least_once_commits_after_the_outputs() -> None:
    """Offsets go to the group once every output is confirmed."""
    producer, consumer = FakeProducer(), FakeConsumer()

    AtLeastOnce(lambda: producer, consumer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert ["send", "send", "send", "flush"] == producer.calls
    assert {PARTITION: 10} == consumer.stored


def test_at_least_once_keeps_the_confirmed_start_of_a_failed_batch() -> None:
    """What is confirmed in front of the first failure need not come again, if it was sent one by one."""
    producer, consumer = FakeProducer(refusing(b"8", error=KafkaTimeoutError())), FakeConsumer()

    with pytest.raises(DeliveryFailedError):
        AtLeastOnce(lambda: producer, consumer, timeout_s=1).deliver(RECORDS, OUTGOING, stable())

    assert {PARTITION: 8} == consumer.stored


def test_at_least_once_keeps_nothing_of_a_batch_that_failed_whole() -> None:
    """Nobody says which of its records were confirmed, so all of them come again."""
    producer, consumer = FakeProducer(refusing(b"8", error=KafkaTimeoutError())), FakeConsumer()
    delivery = AtLeastOnce(lambda: producer, consumer, timeout_s=1, bulk=True, make_appender=FakeAppender)

    with pytest.raises(DeliveryFailedError):
        delivery.deliver(RECORDS, OUTGOING, stable())

    assert {} == consumer.stored


def test_each_step_that_may_block_is_told_before_it_begins(exactly_once: Make) -> None:
    """The watchdog gives each of them its whole limit."""
    producer, told = FakeProducer(), []

    exactly_once(lambda: producer).deliver(
        RECORDS, OUTGOING, stable(), lambda step: told.append((step, *producer.calls[-1:]))
    )

    assert [("open",), ("publish",)] == told[:2]
    assert [("commit", "flush")] == told[3:]
    assert "flush" == told[2][0]
    assert told[2][1] in {"send", "append"}


def test_the_steps_after_a_failure_are_told_too(exactly_once: Make) -> None:
    """Saving what is confirmed and giving the producer up take their time."""
    told: list[str] = []

    with pytest.raises(DeliveryFailedError):
        exactly_once(lambda: FakeProducer(refusing(b"8", error=KafkaTimeoutError()))).deliver(
            RECORDS, OUTGOING, stable(), told.append
        )

    assert ["open", "publish", "flush", "salvage", "discard"] == told


def test_a_failed_delivery_says_what_to_do() -> None:
    """It is an error of ours like any other, with its facts and its remedy."""
    failure = DeliveryFailedError(KafkaTimeoutError("too late"))

    assert isinstance(failure, ClaimwireError)
    assert "too late" in str(failure)
    assert "Read it again from what is committed" in str(failure)


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
