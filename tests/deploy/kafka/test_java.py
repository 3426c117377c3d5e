"""Apache Kafka on this machine's Java: what it keeps, what can be done to it, and what it leaves behind."""

import os
import socket
from collections.abc import Callable, Iterator
from typing import TypeAlias

import psutil
import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError, MessageSizeTooLargeError

from deploy.kafka import Broker, StartError, Wanted, java, ports
from deploy.kafka.readiness import accepts

pytestmark = pytest.mark.slow

Publish: TypeAlias = Callable[..., None]
Transact: TypeAlias = Callable[..., None]
ReadBack: TypeAlias = Callable[[Broker, str, int], list[bytes]]
MakeTopic: TypeAlias = Callable[..., str]
StartBroker: TypeAlias = Callable[..., java.JavaBroker]


def test_a_record_comes_back(real_broker: Broker, make_topic: MakeTopic, publish: Publish, read_back: ReadBack) -> None:
    """The least that a broker does."""
    topic = make_topic(real_broker)

    publish(real_broker, topic, b"The bridge reopens on Sunday.")

    assert [b"The bridge reopens on Sunday."] == read_back(real_broker, topic, 1)


def test_only_committed_transactions_can_be_read(
    real_broker: Broker, make_topic: MakeTopic, transact: Transact, read_back: ReadBack, transactional_id: str
) -> None:
    """One node is set up so that its transactions work, and aborted records stay hidden."""
    topic = make_topic(real_broker)

    transact(real_broker, topic, b"withdrawn", transactional_id=transactional_id, commit=False)
    transact(real_broker, topic, b"published", transactional_id=transactional_id, commit=True)

    assert [b"published"] == read_back(real_broker, topic, 1)


def test_a_killed_node_keeps_its_records(
    own_broker: StartBroker, make_topic: MakeTopic, publish: Publish, read_back: ReadBack
) -> None:
    """It comes back at the same address with all that it had acknowledged."""
    broker = own_broker()
    topic = make_topic(broker)
    publish(broker, topic, b"first", b"second")

    broker.nodes[0].kill()
    assert not accepts(broker.bootstrap_servers)
    broker.restart(broker.nodes[0])

    assert [b"first", b"second"] == read_back(broker, topic, 2)


def test_the_segments_lie_in_the_node_s_data_folder(
    own_broker: StartBroker, make_topic: MakeTopic, publish: Publish
) -> None:
    """Tests that damage a segment know where to find it."""
    broker = own_broker()
    topic = make_topic(broker)
    publish(broker, topic, b"A landslide closed the pass.")

    segment = broker.nodes[0].data / f"{topic}-0" / "00000000000000000000.log"

    assert b"A landslide closed the pass." in segment.read_bytes()


def test_a_frozen_node_takes_connections_and_answers_only_when_thawed(own_broker: StartBroker) -> None:
    """To a client it looks like a machine that hangs, not like one that is gone."""
    broker = own_broker()
    node = broker.nodes[0]

    node.freeze()
    assert accepts(node.address)
    assert psutil.STATUS_STOPPED == psutil.Process(node.pid).status()
    node.thaw()
    broker.wait_until_ready()

    assert node.serving


def test_overrides_reach_the_broker(own_broker: StartBroker, make_topic: MakeTopic, publish: Publish) -> None:
    """A limit can be made so small that a test can reach it."""
    broker = own_broker(overrides={"message.max.bytes": "2000"})

    with pytest.raises(MessageSizeTooLargeError):
        publish(broker, make_topic(broker), b"x" * 3000)


def test_a_further_listener_can_ask_for_a_password(own_broker: StartBroker) -> None:
    """Tests of security need no broker of another kind."""
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_reader="open sesame";'
    settings = {"sasl.enabled.mechanisms": "PLAIN", "listener.name.checked.plain.sasl.jaas.config": login}
    broker = own_broker(overrides=settings, listeners={"CHECKED": "SASL_PLAINTEXT"})

    def connect(password: str) -> None:
        KafkaAdminClient(
            bootstrap_servers=broker.servers_of("CHECKED"), bootstrap_timeout_ms=3000,
            security_protocol="SASL_PLAINTEXT", sasl_mechanism="PLAIN",
            sasl_plain_username="reader", sasl_plain_password=password,
        ).close()  # fmt: skip

    connect("open sesame")
    with pytest.raises(KafkaError):
        connect("open barley")


def test_properties_that_kafka_refuses_are_shown_in_its_own_words(own_broker: StartBroker) -> None:
    """The end of the log is in the message, since the log itself goes with the folder."""
    with pytest.raises(StartError, match="not-a-number"):
        own_broker(overrides={"num.io.threads": "not-a-number"})


def test_a_port_that_is_taken_meanwhile_is_replaced() -> None:
    """Between finding a free port and using it anybody may come first."""
    said: list[str] = []
    with socket.create_server((ports.HOST, 0)) as squatter:
        offers: Iterator[list[int]] = iter([[squatter.getsockname()[1], *ports.free(1)], ports.free(2)])
        with java.start(Wanted(), said.append, os.environ, free_ports=lambda count: next(offers)) as broker:
            assert squatter.getsockname()[1] != int(broker.bootstrap_servers.partition(":")[2])

    assert "Another program has taken a port; trying others…" in said


def test_nothing_is_left_after_the_stop(own_broker: StartBroker) -> None:
    """Neither a process nor a folder; a second stop does nothing."""
    broker = own_broker()
    pid, folder = broker.nodes[0].pid, broker.nodes[0].log.parents[1]
    assert folder.is_dir()

    broker.stop()
    broker.stop()

    assert (False, False) == (psutil.pid_exists(pid), folder.exists())


def test_three_nodes_form_one_cluster(
    cluster: java.JavaBroker, make_topic: MakeTopic, transact: Transact, read_back: ReadBack, transactional_id: str
) -> None:
    """Each record is on all three."""
    topic = make_topic(cluster)

    transact(cluster, topic, b"A heat record fell in June.", transactional_id=transactional_id, commit=True)

    assert [b"A heat record fell in June."] == read_back(cluster, topic, 1)
    assert [True] * 3 == [(node.data / f"{topic}-0").is_dir() for node in cluster.nodes]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_cluster_goes_on_without_any_one_of_its_nodes(
    cluster: java.JavaBroker, make_topic: MakeTopic, publish: Publish, read_back: ReadBack, number: int
) -> None:
    """Two of three are a majority, whichever two."""
    topic = make_topic(cluster)

    cluster.nodes[number - 1].kill()
    publish(cluster, topic, b"The vote was postponed.", acks="all", retries=50)

    assert [b"The vote was postponed."] == read_back(cluster, topic, 1)
