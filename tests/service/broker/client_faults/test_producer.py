"""Faults of the producer: it forgets requests, speaks of failure too early, and does not go when it is told."""

import hashlib
from threading import Thread
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from kafka.producer.record_accumulator import RecordAccumulator

from deploy.kafka import Broker, java
from service.broker import clients
from service.broker.appending import refusals
from service.broker.clients import ABSENT, abandon, retry_unreachable_coordinator
from service.broker.delivery import AtLeastOnce
from service.records import Outgoing
from service.settings import load
from tests.conftest import MakeTopic
from tests.service.broker.client_faults.acting import refusal, wait_until
from tests.service.broker.client_faults.conftest import MakeConsumer, MakeProducer
from tests.service.broker.client_faults.mended import mended
from tests.service.kafka_doubles import FakeConsumer, FakeRecord, stable

DEFAULT_BUFFER_BYTES = 33_554_432  # what Kafka's own producer takes before send() blocks (`buffer.memory`)
BLOCKED_S = 2.0  # a producer with our cure has committed before this begins


def incompressible(number: int) -> bytes:
    """A value of which compression gains nothing, another one for each number."""
    return hashlib.shake_256(b"%d" % number).digest(400)


def test_a_commit_is_forgotten_when_the_coordinator_is_away(
    breakable: java.JavaBroker, make_topic: MakeTopic, make_producer: MakeProducer, transactional_id: str
) -> None:
    """A refused connection drops the request, and its caller waits for ever; with our cure it is asked again."""
    topic = make_topic(breakable)
    bare, cured = (
        make_producer(breakable, transactional_id=f"{transactional_id}-{name}", retry_backoff_ms=20)
        for name in ("bare", "cured")
    )
    retry_unreachable_coordinator(cured)
    for producer in (bare, cured):
        producer.begin_transaction()
        producer.send(topic, b"in a transaction")
        producer.flush(10)
    breakable.nodes[0].kill()
    commits = [Thread(target=refusal, args=[producer.commit_transaction], daemon=True) for producer in (bare, cured)]
    for commit in commits:
        commit.start()
    asked = bare._transaction_manager
    wait_until(lambda: asked.is_completing() and not asked._pending_requests)

    breakable.start()

    commits[1].join(60)
    commits[0].join(BLOCKED_S)
    assert [True, False] == [commit.is_alive() for commit in commits], mended(
        "forgets a transaction's request when its coordinator refuses the connection",
        "retry_unreachable_coordinator from service/broker/clients.py",
    )


def test_a_producer_with_unsent_records_does_not_close(
    breakable: java.JavaBroker, make_topic: MakeTopic, make_producer: MakeProducer
) -> None:
    """Closing it raises and leaves its thread; abandoning it ends both."""
    topic = make_topic(breakable)
    producer = make_producer(breakable)
    producer.send(topic, b"sent").get(10)
    breakable.nodes[0].freeze()
    producer.send(topic, b"unsent")

    refused = refusal(lambda: producer.close(timeout=0.3))

    assert (KafkaTimeoutError, True) == (type(refused), producer._sender.is_alive()), mended(
        "leaves its thread behind when it is closed with unsent records", "abandon from service/broker/clients.py"
    )
    abandon(producer, 0.1)
    producer._sender.join(10)
    assert not producer._sender.is_alive()


def test_a_producer_takes_records_without_end() -> None:
    """There is no setting that bounds what waits to be sent, and nothing blocks when it is much."""
    waiting = RecordAccumulator()

    for _ in range(2 * DEFAULT_BUFFER_BYTES // 1_048_576):
        waiting.append(TopicPartition("news.claims", 0), None, None, bytes(1_048_576), [])

    with pytest.raises(ValueError, match="buffer_memory"):
        KafkaProducer(buffer_memory=DEFAULT_BUFFER_BYTES)


def test_a_flush_fails_while_a_batch_is_split(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer
) -> None:
    """A batch that the broker finds too large is sent again in parts; the flush fails, and the records arrive."""
    producer = make_producer(real_broker, linger_ms=50)
    topic = make_topic(real_broker, properties={"max.message.bytes": "2000"})
    futures = [producer.send(topic, b"x" * 400) for _ in range(20)]

    refused = refusal(lambda: producer.flush(10))

    assert None is not refused, mended(
        "fails a flush whose batch was split", "the suppress from answers in service/broker/sending.py"
    )
    assert 20 == len({future.get(10).offset for future in futures})


def test_a_batch_that_is_refused_ends_well(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer
) -> None:
    """Only its result says that no record of it is there."""
    producer = make_producer(real_broker)
    topic = make_topic(real_broker, properties={"max.message.bytes": "2000"})
    future = producer.send(topic, b"".join(map(incompressible, range(10))))

    refused = refusal(lambda: future.get(10))

    batch = future._produce_future
    assert (True, [refused]) == (batch.succeeded(), list(refusals(batch, 1))), mended(
        "has a batch succeed that was refused", "refusals from service/broker/appending.py"
    )
    assert isinstance(refused, MessageSizeTooLargeError)


def test_our_delivery_waits_for_the_parts_of_a_split_batch(real_broker: Broker, make_topic: MakeTopic) -> None:
    """A batch of ours that is split on its way is delivered as a whole."""
    topic = make_topic(real_broker, properties={"max.message.bytes": "2000"})
    settings = load({}, bootstrap_servers=real_broker.bootstrap_servers)
    records = [FakeRecord(number) for number in range(20)]
    outgoing = [Outgoing(topic, None, incompressible(number), []) for number in range(20)]
    delivery = AtLeastOnce(lambda: clients.make_producer(settings, None), FakeConsumer(), timeout_s=20)

    committed = delivery.deliver(records, outgoing, stable())

    assert {("news.sentences", 0): 20} == committed
    delivery.discard()


def test_a_record_with_neither_key_nor_value_is_not_sent(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer
) -> None:
    """Kafka takes such a record and hands it out; the client refuses to send it."""
    producer = make_producer(real_broker)

    try:
        producer.send(make_topic(real_broker), value=None, key=None)
        refused = ""
    except ValueError as error:
        refused = str(error)

    assert "Need at least one: key or value" == refused, mended(
        "refuses a record with neither key nor value", "ABSENT from service/broker/clients.py"
    )


def test_our_producer_sends_a_record_with_neither_key_nor_value(
    real_broker: Broker, make_topic: MakeTopic, make_consumer: MakeConsumer
) -> None:
    """What stands for an absent value arrives as one."""
    topic = make_topic(real_broker)
    producer = clients.make_producer(load({}, bootstrap_servers=real_broker.bootstrap_servers), None)

    producer.send(topic, value=ABSENT, key=None).get(10)

    arrived: dict[Any, Any] = make_consumer(real_broker, topic).poll(timeout_ms=20_000)
    assert [(None, None)] == [(record.key, record.value) for records in arrived.values() for record in records]
    producer.close()
