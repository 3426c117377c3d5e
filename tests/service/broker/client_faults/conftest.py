"""Clients without any of our cures, closed with the test, and a broker that a test may kill."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeAlias

import pytest
from kafka import KafkaConsumer, KafkaProducer

from deploy.kafka import Broker, Wanted, java
from service.broker.clients import abandon

MakeProducer: TypeAlias = Callable[..., KafkaProducer]
MakeConsumer: TypeAlias = Callable[..., KafkaConsumer]

CLOSE_S = 0.5  # a producer that a test has broken has nothing left to say


@pytest.fixture
def make_producer() -> Iterator[MakeProducer]:
    """Makes a producer of kafka-python for a broker; a transactional one is ready for its first transaction."""
    with ExitStack() as open_clients:

        def make(broker: Broker, **settings: Any) -> KafkaProducer:
            producer = KafkaProducer(bootstrap_servers=broker.bootstrap_servers, **settings)
            open_clients.callback(abandon, producer, CLOSE_S)
            if "transactional_id" in settings:
                producer.init_transactions()
            return producer

        yield make


@pytest.fixture
def make_consumer() -> Iterator[MakeConsumer]:
    """Makes a consumer of kafka-python for a broker, of a group that forgets a silent member after a second."""
    with ExitStack() as open_clients:

        def make(broker: Broker, *topics: str, **settings: Any) -> KafkaConsumer:
            common = {
                "enable_auto_commit": False,
                "auto_offset_reset": "earliest",
                "session_timeout_ms": 1_000,
                "heartbeat_interval_ms": 100,
            }
            consumer = KafkaConsumer(*topics, bootstrap_servers=broker.bootstrap_servers, **common | settings)
            open_clients.callback(consumer.close, timeout_ms=1_000)
            return consumer

        yield make


@pytest.fixture(scope="session")
def _one_node(java_is_here: None) -> Iterator[java.JavaBroker]:
    sooner = {"broker.session.timeout.ms": "1000"}  # a node that was killed may register again only after this
    with java.start(Wanted(overrides=sooner), lambda line: None, os.environ) as broker:
        yield broker


@pytest.fixture
def breakable(_one_node: java.JavaBroker) -> java.JavaBroker:
    """A broker that a test may kill or freeze, up again whatever the test before did to it."""
    _one_node.start()
    return _one_node
