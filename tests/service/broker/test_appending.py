"""Whole batches by the private way."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import InvalidRecordError, KafkaTimeoutError, MessageSizeTooLargeError
from kafka.producer.future import FutureProduceResult

from deploy.kafka import Broker
from service.broker.appending import Appender, confirmed
from service.broker.clients import make_producer
from service.broker.delivery import DeliveryFailedError, ExactlyOnce
from service.broker.remedies import Remedy
from service.records import Outgoing
from service.settings import load
from tests.service.kafka_doubles import FakeRecord, stable

EMPTY_POLLS = 3  # the end cannot be asked for: a transaction's marker stands behind the last record


def producer_of(broker: Broker) -> KafkaProducer:
    """A transactional producer as the service makes it."""
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": broker.bootstrap_servers})
    return make_producer(settings, f"appending-{uuid.uuid4().hex[:8]}")


def read(broker: Broker, topic: str, partitions: int) -> dict[int, list[tuple[bytes | None, bytes | None]]]:
    """What committed readers see, by partition, in order."""
    consumer = KafkaConsumer(
        bootstrap_servers=broker.bootstrap_servers, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    places = [TopicPartition(topic, number) for number in range(partitions)]
    consumer.assign(places)
    seen: dict[int, list[tuple[bytes | None, bytes | None]]] = {}
    empty = 0
    while empty < EMPTY_POLLS:
        polled = consumer.poll(timeout_ms=500)
        empty = 0 if polled else empty + 1
        for place, records in polled.items():
            seen.setdefault(place.partition, []).extend((record.key, record.value) for record in records)
    consumer.close()
    return seen


def test_every_record_of_a_transaction_is_there_in_order(real_broker: Broker, make_topic: Callable[..., str]) -> None:
    """Keys, values and headers arrive as from `send()`, and a partition keeps the order of the batch."""
    topic = make_topic(real_broker, partitions=3)
    producer = producer_of(real_broker)
    outgoing = [Outgoing(topic, b"key-%d" % (n % 9), b"%d" % n + b"x" * 300, [("n", b"%d" % n)]) for n in range(3000)]

    producer.begin_transaction()
    futures = Appender(producer).append(outgoing)
    producer.flush(timeout=20)
    assert confirmed(futures)
    producer.commit_transaction()
    producer.close()

    seen = read(real_broker, topic, 3)
    assert Counter((out.key, out.value) for out in outgoing) == Counter(pair for part in seen.values() for pair in part)
    for records in seen.values():
        numbers = [int((value or b"").rstrip(b"x")) for _, value in records]
        assert sorted(numbers) == numbers


def test_a_key_goes_where_send_would_put_it(real_broker: Broker, make_topic: Callable[..., str]) -> None:
    """Readers that join topics by partition find a key's records together, whoever sent them."""
    topic = make_topic(real_broker, partitions=4)
    producer = producer_of(real_broker)
    keys = [b"urn:item:%d" % n for n in range(50)]

    producer.begin_transaction()
    Appender(producer).append([Outgoing(topic, key, b"v", []) for key in keys])
    producer.flush(timeout=20)
    sent = {key: producer.send(topic, key=key, value=b"v").get(timeout=20).partition for key in keys}
    producer.commit_transaction()
    producer.close()

    placed = read(real_broker, topic, 4)
    assert dict.fromkeys(keys, 2) == Counter(key for records in placed.values() for key, _ in records)
    assert sent == {key: number for number, records in placed.items() for key, _ in records}


def test_an_aborted_transaction_leaves_nothing(real_broker: Broker, make_topic: Callable[..., str]) -> None:
    """The batches belong to the producer's transaction like its own."""
    topic = make_topic(real_broker)
    producer = producer_of(real_broker)

    producer.begin_transaction()
    futures = Appender(producer).append([Outgoing(topic, b"k", b"v", [])])
    producer.flush(timeout=20)
    producer.abort_transaction()
    producer.close()

    assert confirmed(futures)
    assert {} == read(real_broker, topic, 1)


def test_a_batch_that_is_too_large_for_its_topic_is_refused_at_once(
    real_broker: Broker, make_topic: Callable[..., str]
) -> None:
    """Its records would fit one by one; nobody waits for parts of which nobody hears."""
    topic = make_topic(real_broker, properties={"max.message.bytes": "2000"})
    chance = random.Random(7)  # noqa: S311 - must not compress, need not be secret
    outgoing = [Outgoing(topic, b"k", chance.randbytes(500), []) for _ in range(20)]
    delivery = ExactlyOnce(lambda: producer_of(real_broker), timeout_s=20, bulk=True)

    with pytest.raises(DeliveryFailedError) as caught:
        delivery.deliver([FakeRecord(number) for number in range(20)], outgoing, stable())
    delivery.discard()

    assert not isinstance(caught.value.cause, KafkaTimeoutError)


@pytest.mark.parametrize("transaction", ["that has not begun", "that is under way"])
def test_a_delivery_whose_producer_was_taken_over_is_fenced(
    real_broker: Broker, make_topic: Callable[..., str], transaction: str
) -> None:
    """A process learns from its batches that another one has its name, and does not fence that one in its turn."""
    topic = make_topic(real_broker)
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": real_broker.bootstrap_servers})
    name = f"appending-{uuid.uuid4().hex[:8]}"

    class Overtaken(Appender):
        def append(self, outgoing: Sequence[Outgoing]) -> list[FutureProduceResult]:
            if transaction == "that is under way":
                super().append(outgoing)[0].wait(20)
            make_producer(settings, name).close()
            return super().append(outgoing)

    delivery = ExactlyOnce(lambda: make_producer(settings, name), timeout_s=20, bulk=True, make_appender=Overtaken)

    with pytest.raises(DeliveryFailedError) as caught:
        delivery.deliver([FakeRecord(0)], [Outgoing(topic, b"k", b"v", [])], stable())
    delivery.discard()

    assert Remedy.FENCED is caught.value.remedy


def test_a_batch_that_is_refused_for_one_record_says_so(real_broker: Broker, make_topic: Callable[..., str]) -> None:
    """A compacted topic refuses a record without a key, and with it the neighbours that stand before it."""
    topic = make_topic(real_broker, properties={"cleanup.policy": "compact"})
    outgoing = [Outgoing(topic, key, b"v", []) for key in (b"k", b"k", None)]
    delivery = ExactlyOnce(lambda: producer_of(real_broker), timeout_s=20, bulk=True)

    with pytest.raises(DeliveryFailedError) as caught:
        delivery.deliver([FakeRecord(number) for number in range(3)], outgoing, stable())
    delivery.discard()

    assert Remedy.SET_ASIDE is caught.value.remedy
    assert isinstance(caught.value.cause, InvalidRecordError)


def test_what_is_refused_fails_in_bulk_and_one_by_one(real_broker: Broker, make_topic: Callable[..., str]) -> None:
    """A record that is too large is refused either way; one by one it is among those that are not confirmed."""
    topic = make_topic(real_broker, properties={"max.message.bytes": "2000"})
    large = random.Random(7).randbytes(9000)  # noqa: S311 - must not compress, need not be secret
    outgoing = [Outgoing(topic, b"k", b"small", []), Outgoing(topic, b"k", large, [])]
    delivery = ExactlyOnce(lambda: producer_of(real_broker), timeout_s=20, bulk=True)

    with pytest.raises(DeliveryFailedError) as in_bulk:
        delivery.deliver([FakeRecord(0), FakeRecord(1)], outgoing, stable())
    with pytest.raises(DeliveryFailedError) as one_by_one:
        delivery.deliver([FakeRecord(0), FakeRecord(1)], outgoing, stable())
    delivery.discard()

    for caught in (in_bulk, one_by_one):
        assert Remedy.SET_ASIDE is caught.value.remedy
        assert isinstance(caught.value.cause, MessageSizeTooLargeError)
    assert FakeRecord(1) in one_by_one.value.unconfirmed
