"""The stand-in that keeps nothing."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from deploy.kafka import Broker, Kind, KindMissingError, Wanted, memory
from deploy.kafka.readiness import accepts

PUBLISH_FROM_ELSEWHERE = """
import sys
from kafka import KafkaProducer
with KafkaProducer(bootstrap_servers=sys.argv[1], api_version=(2, 0)) as producer:
    producer.send(sys.argv[2], b"Ticket sales opened at noon.", partition=0).get(timeout=20)
"""


def begin(wanted: Wanted) -> Broker:
    return memory.start(wanted, lambda line: None, {})


@pytest.fixture
def stand_in() -> Iterator[Broker]:
    with begin(Wanted()) as broker:
        yield broker


def test_a_record_comes_back(
    stand_in: Broker, publish: Callable[..., None], read_back: Callable[..., list[bytes]]
) -> None:
    """kafka-python speaks to it with the version that the broker itself names."""
    publish(stand_in, "tides", b"The ferry left an hour late.")

    assert [b"The ferry left an hour late."] == read_back(stand_in, "tides", 1)


def test_a_transaction_comes_back(
    stand_in: Broker, transact: Callable[..., None], read_back: Callable[..., list[bytes]]
) -> None:
    """Transactions are taken, so that the service can run against it unchanged."""
    transact(stand_in, "tides", b"one", b"two", transactional_id="harbour", commit=True)

    assert [b"one", b"two"] == read_back(stand_in, "tides", 2)


def test_another_process_can_reach_it(stand_in: Broker, read_back: Callable[..., list[bytes]]) -> None:
    """It listens on loopback, so the demonstration and its producers may be processes of their own."""
    address = stand_in.bootstrap_servers
    subprocess.run([sys.executable, "-c", PUBLISH_FROM_ELSEWHERE, address, "tickets"], check=True, timeout=60)

    assert [b"Ticket sales opened at noon."] == read_back(stand_in, "tickets", 1)


def test_it_says_plainly_what_it_is(stand_in: Broker) -> None:
    """Neither a person nor a program can take it for a real broker."""
    expected = "librdkafka's in-memory broker: no real broker, and everything is lost when it stops"
    assert (expected, False, Kind.MEMORY) == (stand_in.description, stand_in.real, stand_in.kind)


def test_it_has_as_many_brokers_as_nodes_are_wanted() -> None:
    """Each has a port of its own."""
    with begin(Wanted(nodes=3)) as broker:
        assert 3 == len(set(broker.bootstrap_servers.split(",")))


def test_it_is_gone_after_its_stop() -> None:
    """The port is closed, and a second stop does nothing."""
    broker = begin(Wanted())
    assert accepts(broker.bootstrap_servers)

    broker.stop()
    broker.stop()

    assert not accepts(broker.bootstrap_servers)


@pytest.mark.parametrize("wanted", [Wanted(overrides={"num.partitions": "7"}), Wanted(listeners={"SECURE": "SSL"})])
def test_it_cannot_be_set_up(wanted: Wanted) -> None:
    """What it would have to ignore, it refuses."""
    with pytest.raises(KindMissingError, match="takes no properties and opens no further listeners"):
        begin(wanted)
