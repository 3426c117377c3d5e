"""Runs Apache Kafka's own image in a container."""

from collections.abc import Mapping

from docker.errors import DockerException  # type: ignore[import-untyped]  # its types are a package of their own, which the lock leaves out
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient, get_docker_host

from deploy.kafka import jars, properties
from deploy.kafka.errors import KindMissingError, StartError
from deploy.kafka.kinds import LISTENER, Broker, Kind, Report
from deploy.kafka.readiness import serves, until

ANSWER_S = 1  # an engine on this machine answers within milliseconds; a far one that is slower costs more than Java
READY_S = 120.0  # a start takes a few seconds; an emulated processor takes ten times as long
PORT = 9092
BETWEEN = "BETWEEN://localhost:9093"  # Kafka speaks to itself, and the address for clients need not lead back inside
SCRIPT = "/tmp/claimwire-start.sh"  # noqa: S108 - a path inside the container, where we are alone
AWAIT_SCRIPT = f"while [ ! -s {SCRIPT} ]; do sleep 0.1; done; exec sh {SCRIPT}"
STARTING = {
    "CLUSTER_ID": "Q2xhaW13aXJlLWthZmthMQ",  # any will do: each container is a cluster of its own
    "KAFKA_HEAP_OPTS": "-Xms64m -Xmx256m",  # the image's own choice is one GiB
}
BLANKS = {
    "node": "1",
    "data": "/tmp/claimwire-kafka",  # noqa: S108 - a path inside the container
    "listeners": f"{LISTENER}://0.0.0.0:{PORT},{BETWEEN},CONTROLLER://localhost:9094",
    "advertised": BETWEEN,  # the script adds the other, once the engine has chosen its port
    "protocols": f"{LISTENER}:PLAINTEXT,BETWEEN:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "between": "BETWEEN",
    "voters": "1@localhost:9094",
}


class DockerBroker(Broker):
    """One Kafka node in a container, which testcontainers removes even when this process is killed."""

    kind = Kind.DOCKER

    def __init__(self, container: DockerContainer) -> None:
        """Take a started container that waits for its script."""
        self._container: DockerContainer | None = container
        self.description = f"Apache Kafka in Docker ({container.image})"
        self.bootstrap_servers = f"{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
        advertised = f"{LISTENER}://{self.bootstrap_servers},{BETWEEN}"
        script = f"export KAFKA_ADVERTISED_LISTENERS={advertised}\nexec /etc/kafka/docker/run\n"
        container.copy_into_container(script.encode(), SCRIPT)

    def wait_until_ready(self, limit: float = READY_S) -> None:
        """Wait until Kafka serves; raises StartError when the container ends, or after `limit` seconds."""
        if not until(self._ready, limit):
            raise StartError(self.description, f"it did not serve within {limit:g} seconds", self.recent_log())

    def stop(self) -> None:
        """Remove the container and all that was in it."""
        if self._container is not None:
            self._container.stop()
            self._container = None

    def recent_log(self, lines: int = 40) -> str:
        """The last lines of what the container printed."""
        if self._container is None:
            return ""
        printed = b"".join(self._container.get_logs()).decode(errors="replace")
        return "\n".join(printed.splitlines()[-lines:])

    def _ready(self) -> bool:
        if self._container is not None:
            self._container.reload()
            if self._container.status != "running":
                raise StartError(self.description, f"its container is {self._container.status}", self.recent_log())
        return serves([self.bootstrap_servers], nodes=1)


def require_engine() -> None:
    """Raise KindMissingError within about a second unless a Docker engine answers."""
    try:
        DockerClient(timeout=ANSWER_S).client.close()
    except (DockerException, OSError) as error:
        where = get_docker_host() or "its usual socket"
        raise KindMissingError(Kind.DOCKER, f"no engine answers on {where} ({_first_cause(error)})") from error


def start(overrides: Mapping[str, str], report: Report) -> DockerBroker:
    """Start a container and wait until Kafka serves in it.

    Raises KindMissingError when the engine cannot get or start the image, and StartError when Kafka does not start.
    """
    image = f"apache/kafka:{jars.kafka_version()}"
    report(f"Starting {image} in Docker (its first start downloads it)…")
    container = _waiting_container(image, overrides)
    try:
        broker = DockerBroker(container)
        broker.wait_until_ready()
    except BaseException:
        container.stop()
        raise
    return broker


def variable(name: str) -> str:
    """The image's own name for a broker property: https://github.com/apache/kafka/blob/trunk/docker/examples/README.md."""
    return "KAFKA_" + name.replace("_", "__").replace("-", "___").replace(".", "_").upper()


def _waiting_container(image: str, overrides: Mapping[str, str]) -> DockerContainer:
    """Start a container that waits for its script: only then is the port known that Kafka has to advertise."""
    container = DockerContainer(image).with_exposed_ports(PORT).with_envs(**_variables(overrides))
    try:
        return container.with_command(["sh", "-c", AWAIT_SCRIPT]).start()
    except (DockerException, OSError) as error:
        container.stop()
        raise KindMissingError(Kind.DOCKER, f"the image {image} cannot be started ({_first_cause(error)})") from error


def _variables(overrides: Mapping[str, str]) -> dict[str, str]:
    """The environment from which the image writes its server.properties."""
    filled = properties.fill(BLANKS | properties.replication(1), overrides)
    return {variable(name): value for name, value in filled.items()} | STARTING


def _first_cause(error: BaseException) -> str:
    while error.__context__ is not None:
        error = error.__context__
    return getattr(error, "strerror", None) or str(error)
