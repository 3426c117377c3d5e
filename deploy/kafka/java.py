"""Runs Apache Kafka itself on this machine's Java: one node to try things with, three to break things with."""

import base64
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from deploy.kafka import jars, ports, properties
from deploy.kafka.errors import PortTakenError, StartError
from deploy.kafka.jvm import Jvm, find_java
from deploy.kafka.kinds import LISTENER, Broker, Kind, Report, Wanted
from deploy.kafka.node import Node
from deploy.kafka.readiness import serves, until
from deploy.kafka.reaper import Reaper

ATTEMPTS = 3  # a port that was free may be taken a moment later; three times in a row is something else
FORMAT_S = 60.0  # formatting takes half a second on an idle machine
READY_S = 60.0  # a start takes two seconds on an idle machine
LEAVE_S = 2.0  # the last nodes of a cluster wait in vain for a majority, and their data is thrown away in any case
CONTROLLER = "CONTROLLER"  # the listener on which the nodes agree about the cluster

Addresses: TypeAlias = Mapping[str, str]
"""The "host:port" of each listener of one node, by the listener's name."""


class JavaBroker(Broker):
    """A cluster of Kafka processes that belong to us; its data goes when it stops, and when this process dies.

    `nodes` can be killed, frozen and started again one by one; `nodes[0]` is the node with the number 1.
    """

    kind = Kind.JAVA

    def __init__(self, wanted: Wanted, jvm: Jvm, addresses: Sequence[Addresses]) -> None:
        """Lay out one folder per node, and start nothing yet."""
        folder = Path(tempfile.mkdtemp(prefix="claimwire-kafka-"))
        self._folder = folder
        self._reaper = Reaper(folder)
        self._addresses = addresses
        self.bootstrap_servers = self.servers_of(LISTENER)
        self.description = f"Apache Kafka {jars.kafka_version()} on Java {jvm.version}, nodes: {wanted.nodes}"
        self.nodes = tuple(
            Node(number, own[LISTENER], _settings(number, addresses, wanted, home / "data"), home, jvm)
            for number, own in enumerate(addresses, start=1)
            for home in [folder / f"node-{number}"]
        )

    def servers_of(self, listener: str) -> str:
        """The bootstrap servers of one of the listeners that were wanted, by its name."""
        return ",".join(own[listener] for own in self._addresses)

    def format(self) -> None:
        """Prepare the nodes' data folders; raises StartError when Kafka refuses the properties."""
        cluster = _cluster_id()
        for node in self.nodes:
            node.format(cluster)
        for node in self.nodes:
            if node.wait(FORMAT_S) != 0:
                raise StartError(self.description, f"node {node.number} could not be formatted", node.recent_log())

    def start(self) -> None:
        """Start or thaw every node that does not serve, and wait until the cluster is ready."""
        for node in self.nodes:
            node.thaw()
            node.start()
        self.wait_until_ready()

    def restart(self, node: Node) -> None:
        """Start a node again on its data and ports, stopping it first when it runs, and wait until it is ready."""
        node.stop()
        node.start()
        self.wait_until_ready()

    def wait_until_ready(self, limit: float = READY_S) -> None:
        """Wait until every node that was started, and is not frozen, serves clients and takes part in the cluster.

        Raises StartError when one of them ends by itself, or after `limit` seconds.
        """
        if not until(self._ready, limit):
            raise StartError(self.description, f"it did not serve within {limit:g} seconds", self.recent_log())

    def stop(self) -> None:
        """Stop every node and remove the data; a second call does nothing."""
        for node in self.nodes:
            node.ask_to_stop()  # all of them before the first is waited for, so that they leave side by side
        deadline = time.monotonic() + LEAVE_S
        for node in self.nodes:
            node.wait(max(0.0, deadline - time.monotonic()))
        shutil.rmtree(self._folder, ignore_errors=True)
        self._reaper.release()

    def recent_log(self, lines: int = 40) -> str:
        """The last lines of each node's log."""
        return "\n".join(f"--- node {node.number}\n{node.recent_log(lines)}" for node in self.nodes)

    def _ready(self) -> bool:
        for node in self.nodes:
            node.check()
        serving = [node.address for node in self.nodes if node.serving]
        return bool(serving) and serves(serving, len(serving))


def find_jvm(report: Report, environment: Mapping[str, str]) -> Jvm:
    """Find what runs Kafka, and fetch its jars when they are not there yet.

    Raises KindMissingError when Java or the jars cannot be had.
    """
    java, version = find_java(environment)
    return Jvm(java, version, jars.resolve(report, environment))


def start(
    wanted: Wanted,
    report: Report,
    environment: Mapping[str, str],
    free_ports: Callable[[int], Sequence[int]] = ports.free,
) -> JavaBroker:
    """Start the wanted nodes on this machine's Java, and wait until they are ready.

    Raises KindMissingError when Java or the jars of Kafka cannot be had, and StartError when Kafka does not start.
    """
    jvm = find_jvm(report, environment)
    for _ in range(ATTEMPTS - 1):
        try:
            return _launch(wanted, jvm, report, free_ports)
        except PortTakenError:
            report("Another program has taken a port; trying others…")
    return _launch(wanted, jvm, report, free_ports)


def _cluster_id() -> str:
    encoded = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return "A" + encoded[1:]  # Kafka takes none that begins with a dash


def _launch(wanted: Wanted, jvm: Jvm, report: Report, free_ports: Callable[[int], Sequence[int]]) -> JavaBroker:
    broker = JavaBroker(wanted, jvm, _addresses(wanted, free_ports))
    report(f"Starting {broker.description}…")
    try:
        broker.format()
        broker.start()
    except BaseException:
        broker.stop()
        raise
    return broker


def _addresses(wanted: Wanted, free_ports: Callable[[int], Sequence[int]]) -> list[Addresses]:
    names = (LISTENER, CONTROLLER, *wanted.listeners)
    chosen = iter(free_ports(wanted.nodes * len(names)))
    return [{name: f"{ports.HOST}:{next(chosen)}" for name in names} for _ in range(wanted.nodes)]


def _settings(number: int, addresses: Sequence[Addresses], wanted: Wanted, data: Path) -> dict[str, str]:
    """The properties of the node with this number, whose data lies in `data`."""
    own = addresses[number - 1]
    for_clients = {name: address for name, address in own.items() if name != CONTROLLER}
    voters = {str(voter): listeners[CONTROLLER] for voter, listeners in enumerate(addresses, start=1)}
    blanks = {
        "node": str(number),
        "data": str(data),
        "listeners": properties.joined(own, "://"),
        "advertised": properties.joined(for_clients, "://"),
        "protocols": properties.joined({LISTENER: "PLAINTEXT", CONTROLLER: "PLAINTEXT", **wanted.listeners}, ":"),
        "between": LISTENER,
        "voters": properties.joined(voters, "@"),
    }
    return properties.fill(blanks | properties.replication(wanted.nodes), wanted.overrides)
