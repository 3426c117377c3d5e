"""How the tests of the brokers write records and read them back."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.kafka import Broker
from deploy.kafka.readiness import until

ANSWER_S = 20.0  # a restarted node elects leaders within seconds


@pytest.fixture(scope="session")
def publish() -> Callable[..., None]:
    """Writes values to partition 0 of a topic, and waits until the broker has them."""

    def publish(broker: Broker, topic: str, *values: bytes, **settings: Any) -> None:
        with _producer(broker, **settings) as producer:
            _send(producer, topic, values)

    return publish


@pytest.fixture(scope="session")
def transact() -> Callable[..., None]:
    """Writes values to partition 0 of a topic in one transaction, and commits or aborts it."""

    def transact(broker: Broker, topic: str, *values: bytes, transactional_id: str, commit: bool) -> None:
        with _producer(broker, transactional_id=transactional_id) as producer:
            producer.init_transactions()
            producer.begin_transaction()
            _send(producer, topic, values)
            (producer.commit_transaction if commit else producer.abort_transaction)()

    return transact


@pytest.fixture(scope="session")
def read_back() -> Callable[[Broker, str, int], list[bytes]]:
    """Reads so many committed values of partition 0 of a topic, from its beginning; fewer when no more come."""

    def read_back(broker: Broker, topic: str, count: int) -> list[bytes]:
        values: list[bytes] = []

        def complete() -> bool:
            for records in consumer.poll(timeout_ms=500).values():
                values.extend(record.value for record in records)
            return len(values) >= count

        with KafkaConsumer(**_connection(broker), isolation_level="read_committed") as consumer:
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek_to_beginning()
            until(complete, ANSWER_S)
        return values

    return read_back


def _producer(broker: Broker, **settings: Any) -> Any:
    return KafkaProducer(**_connection(broker), **settings)


def _send(producer: Any, topic: str, values: Sequence[bytes]) -> None:
    for sent in [producer.send(topic, value, partition=0) for value in values]:
        sent.get(timeout=ANSWER_S)


def _connection(broker: Broker) -> dict[str, Any]:
    return {"bootstrap_servers": broker.bootstrap_servers.split(","), "api_version": broker.api_version}
