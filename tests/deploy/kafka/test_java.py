"""Apache Kafka on this machine's Java: what it keeps, what can be done to it, and what it leaves behind."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias

import psutil
import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError, MessageSizeTooLargeError

from deploy.kafka import Broker, StartError, Wanted, java, ports
from deploy.kafka.readiness import accepts, serves, until

pytestmark = pytest.mark.slow

Publish: TypeAlias = Callable[..., None]
Transact: TypeAlias = Callable[..., None]
ReadBack: TypeAlias = Callable[[Broker, str, int], list[bytes]]
MakeTopic: TypeAlias = Callable[..., str]
StartBroker: TypeAlias = Callable[..., java.JavaBroker]


@pytest.fixture(scope="module")
def one_node(java_is_here: None) -> Iterator[java.JavaBroker]:
    """A broker that these tests may kill and freeze."""
    with java.start(Wanted(), lambda line: None, os.environ) as broker:
        yield broker


@pytest.fixture(scope="module")
def set_up(java_is_here: None) -> Iterator[java.JavaBroker]:
    """A broker with a tiny limit and a listener that asks for a password."""
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_reader="open sesame";'
    overrides = {
        "message.max.bytes": "2000",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.checked.plain.sasl.jaas.config": login,
    }
    wanted = Wanted(overrides=overrides, listeners={"CHECKED": "SASL_PLAINTEXT"})
    with java.start(wanted, lambda line: None, os.environ) as broker:
        yield broker


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
    one_node: java.JavaBroker, make_topic: MakeTopic, publish: Publish, read_back: ReadBack
) -> None:
    """It comes back at the same address with all that it had acknowledged."""
    topic = make_topic(one_node)
    publish(one_node, topic, b"first", b"second")

    one_node.nodes[0].kill()
    assert not accepts(one_node.bootstrap_servers)
    one_node.restart(one_node.nodes[0])

    assert [b"first", b"second"] == read_back(one_node, topic, 2)


def test_the_segments_lie_in_the_node_s_data_folder(
    one_node: java.JavaBroker, make_topic: MakeTopic, publish: Publish
) -> None:
    """Tests that damage a segment know where to find it."""
    topic = make_topic(one_node)
    publish(one_node, topic, b"A landslide closed the pass.")

    segment = one_node.nodes[0].data / f"{topic}-0" / "00000000000000000000.log"

    assert b"A landslide closed the pass." in segment.read_bytes()


def test_a_frozen_node_takes_connections_and_answers_only_when_thawed(one_node: java.JavaBroker) -> None:
    """To a client it looks like a machine that hangs, not like one that is gone."""
    node = one_node.nodes[0]

    node.freeze()
    assert until(lambda: psutil.Process(node.pid).status() == psutil.STATUS_STOPPED, limit=10)
    assert (True, False) == (accepts(node.address), serves([node.address], nodes=1))
    node.thaw()
    one_node.wait_until_ready()

    assert serves([node.address], nodes=1)


def test_overrides_reach_the_broker(set_up: java.JavaBroker, make_topic: MakeTopic, publish: Publish) -> None:
    """A limit can be made so small that a test can reach it."""
    topic = make_topic(set_up)

    with pytest.raises(MessageSizeTooLargeError):
        publish(set_up, topic, b"x" * 3000)


@pytest.mark.parametrize(
    ("password", "outcome"), [("open sesame", nullcontext()), ("open barley", pytest.raises(KafkaError))]
)
def test_a_further_listener_can_ask_for_a_password(
    set_up: java.JavaBroker, password: str, outcome: AbstractContextManager[Any]
) -> None:
    """Tests of security need no broker of another kind."""
    with outcome:
        KafkaAdminClient(
            bootstrap_servers=set_up.servers_of("CHECKED"),
            bootstrap_timeout_ms=3000,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_plain_username="reader",
            sasl_plain_password=password,
        ).close()


def test_properties_that_kafka_refuses_are_shown_in_its_own_words(own_broker: StartBroker) -> None:
    """The end of the log is in the message, since the log itself goes with the folder."""
    with pytest.raises(StartError, match="not-a-number"):
        own_broker(overrides={"num.io.threads": "not-a-number"})


@pytest.mark.usefixtures("java_is_here")
def test_a_port_that_is_taken_meanwhile_is_replaced() -> None:
    """Between finding a free port and using it anybody may come first."""
    said: list[str] = []
    with socket.create_server((ports.HOST, 0)) as other_program:
        first, second = [*ports.free(1), other_program.getsockname()[1]], ports.free(2)
        offers = iter([first, second])
        with java.start(Wanted(), said.append, os.environ, free_ports=lambda count: next(offers)) as broker:
            assert f"127.0.0.1:{second[0]}" == broker.bootstrap_servers

    assert "Another program has taken a port; trying others…" in said


def test_nothing_is_left_after_the_stop(own_broker: StartBroker) -> None:
    """Neither a process nor a folder; a second stop does nothing."""
    broker = own_broker()
    pid, folder = broker.nodes[0].pid, broker.nodes[0].log.parents[1]
    assert folder.is_dir()

    broker.stop()
    broker.stop()

    assert (False, False) == (psutil.pid_exists(pid), folder.exists())


def test_a_cluster_goes_on_without_one_of_its_nodes(
    cluster: java.JavaBroker, make_topic: MakeTopic, publish: Publish, read_back: ReadBack
) -> None:
    """Two of three are a majority."""
    topic = make_topic(cluster)

    cluster.nodes[0].kill()
    publish(cluster, topic, b"The vote was postponed.", acks="all")

    assert [b"The vote was postponed."] == read_back(cluster, topic, 1)


def test_three_nodes_form_one_cluster(
    cluster: java.JavaBroker, make_topic: MakeTopic, transact: Transact, read_back: ReadBack, transactional_id: str
) -> None:
    """Each record is on all three."""
    topic = make_topic(cluster)

    transact(cluster, topic, b"A heat record fell in June.", transactional_id=transactional_id, commit=True)

    assert [b"A heat record fell in June."] == read_back(cluster, topic, 1)
    assert [True] * 3 == [(node.data / f"{topic}-0").is_dir() for node in cluster.nodes]
