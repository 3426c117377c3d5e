"""A broker from a Docker engine; the engine here is one that only plays the part."""

import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, TypeAlias

import pytest

from deploy.kafka import Broker, KindMissingError, Wanted, container, docker
from deploy.kafka.jars import kafka_version

ABSENT = 404, {"message": "No such image: it was never pulled"}


class Asked(NamedTuple):
    """One request that the engine got: its method and path without the version, and its body."""

    line: str
    body: bytes


class Engine(ThreadingHTTPServer):
    """Answers what is asked to start, show and remove one container, whose port is that of another broker."""

    def __init__(self, port: int, after_script: str = "running", image: tuple[int, Any] = (200, {"Id": "i1"})) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[Asked] = []
        self.port = port
        self.after_script = after_script
        self.image = image

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_port}"

    @property
    def script(self) -> list[str]:
        with tarfile.open(fileobj=io.BytesIO(self.body_of("PUT /containers/c1/archive"))) as archive:
            file = archive.extractfile(archive.getmembers()[0])
            assert file
            return file.read().decode().splitlines()

    def body_of(self, line: str) -> bytes:
        return next(asked.body for asked in self.asked if asked.line.startswith(line))

    def answer(self, line: str) -> tuple[int, Any]:
        printed = b"no space left on device\n" if "stdout=1" in line else b""
        answers = {
            "GET /version": (200, {"ApiVersion": "1.44"}),
            "GET /images/": self.image,
            "POST /images/create": ABSENT,
            "POST /containers/create": (201, {"Id": "c1"}),
            "GET /containers/c1/json": (200, self.container()),
            "GET /containers/c1/logs": (200, printed),
        }
        return next((answer for begin, answer in answers.items() if line.startswith(begin)), (200, b""))

    def container(self) -> dict[str, Any]:
        mapped = {"HostIp": "127.0.0.1", "HostPort": str(self.port)}
        started = any(asked.line.startswith("PUT ") for asked in self.asked)
        return {
            "Id": "c1",
            "Config": {"Tty": True},  # then an engine sends what was printed as it is
            "State": {"Status": self.after_script if started else "running"},
            "NetworkSettings": {"Ports": {"9092/tcp": [mapped]}},
        }


class Answering(BaseHTTPRequestHandler):
    """Writes down each request, and answers as the engine says."""

    server: Engine

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        line = f"{self.command} {self.path.removeprefix('/v1.44')}"
        self.server.asked.append(Asked(line, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
        status, content = self.server.answer(line)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """The engine is silent."""


Serve: TypeAlias = Callable[[Engine], Engine]
Run: TypeAlias = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Lets an engine answer until the test ends."""
    with ExitStack() as engines:

        def begin(engine: Engine) -> Engine:
            Thread(target=engine.serve_forever, daemon=True).start()
            engines.enter_context(engine)
            engines.callback(engine.shutdown)
            return engine

        yield begin


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Runs the command in a world whose only Docker engine is at a given address."""
    variables = {
        "HOME": str(tmp_path),  # where docker and testcontainers look for a person's settings
        "TESTCONTAINERS_RYUK_DISABLED": "true",
        "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
    }
    commands: list[subprocess.Popen[str]] = []

    def begin(url: str) -> "subprocess.Popen[str]":
        command = subprocess.Popen(
            [sys.executable, "-m", "deploy.kafka", "--kind", "docker"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | variables | {"DOCKER_HOST": url},
        )
        commands.append(command)
        return command

    yield begin
    for command in commands:
        command.kill()
        command.communicate()


@pytest.fixture
def port(real_broker: Broker) -> int:
    """The port of a broker that answers, as if the container's Kafka did."""
    return int(real_broker.bootstrap_servers.rpartition(":")[2])


def test_the_broker_is_ready_when_kafka_answers_on_the_container_s_port(serve: Serve, run: Run, port: int) -> None:
    """That port is known only once the container runs, so Kafka waits in it for a script with its address."""
    engine = serve(Engine(port))
    command = run(engine.url)
    assert command.stdout

    assert f"127.0.0.1:{port}\n" == command.stdout.readline()
    assert [
        f"export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:{port},BETWEEN://localhost:9093",
        "exec /etc/kafka/docker/run",
    ] == engine.script


def test_the_container_is_removed_at_the_end(serve: Serve, run: Run, port: int) -> None:
    """Also its volume: nothing of the broker stays on the machine but the image."""
    engine = serve(Engine(port))
    command = run(engine.url)
    assert command.stdout
    assert command.stdout.readline()

    command.terminate()
    command.communicate(timeout=30)

    assert 0 == command.returncode
    assert "DELETE /containers/c1?v=True&link=False&force=True" == engine.asked[-1].line


def test_the_image_gets_the_properties_under_its_own_names(serve: Serve, run: Run, port: int) -> None:
    """It has the version that Java would run, one node, and transactions that work."""
    engine = serve(Engine(port))
    command = run(engine.url)
    assert command.stdout
    assert command.stdout.readline()

    created = json.loads(engine.body_of("POST /containers/create"))

    assert f"apache/kafka:{kafka_version()}" == created["Image"]
    assert {
        "KAFKA_NODE_ID=1",
        "KAFKA_CONTROLLER_QUORUM_VOTERS=1@localhost:9094",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR=1",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE=false",
    } <= set(created["Env"])


def test_dots_dashes_and_underscores_of_a_property_stay_apart() -> None:
    """The image turns one underscore into a dot, two into an underscore and three into a dash."""
    assert "KAFKA_LISTENER_NAME_X__Y_SCRAM___SHA___256" == container.variable("listener.name.x_y.scram-sha-256")


def test_a_machine_without_an_engine_is_told_so_in_one_line(run: Run) -> None:
    """No traceback, no warning, no waiting."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{unused.getsockname()[1]}"

        assert (1, f"docker: no engine answers on {url} (Connection refused)") == outcome(run(url))


def test_an_engine_that_hangs_is_given_up_soon(run: Run) -> None:
    """Everybody whose Docker is ill would otherwise wait at each start."""
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"tcp://127.0.0.1:{mute.getsockname()[1]}"

        assert (1, f"docker: no engine answers on {url} (timed out)") == outcome(run(url))
    assert 15 > time.monotonic() - began  # it takes one second; docker's own patience would be a minute


def test_an_image_that_cannot_be_had_is_the_reason(serve: Serve, run: Run) -> None:
    """Without a network the engine has no image; another kind may then have what it takes."""
    code, reason = outcome(run(serve(Engine(port=1, image=ABSENT)).url))

    assert 1 == code
    assert reason.startswith(f"docker: the image apache/kafka:{kafka_version()} cannot be started (")


def test_a_container_that_ends_is_shown_with_what_it_printed(serve: Serve, run: Run) -> None:
    """Its last words are the only ones that tell why, and it is removed all the same."""
    engine = serve(Engine(port=1, after_script="exited"))
    command = run(engine.url)
    _, said = command.communicate(timeout=30)

    assert 1 == command.returncode
    assert "did not become ready: its container is exited. The end of its log:\nno space left on device" in said
    assert "DELETE" == engine.asked[-1].line.partition(" ")[0]


@pytest.mark.parametrize("wanted", [Wanted(nodes=3), Wanted(listeners={"SECURE": "SSL"})])
def test_more_than_one_node_and_one_listener_is_refused(wanted: Wanted) -> None:
    """Java can do that; no engine is asked."""
    with pytest.raises(KindMissingError, match="here it runs one node with one listener"):
        docker.start(wanted, lambda line: None, {})


def outcome(command: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit code, and the last line of what was said."""
    _, said = command.communicate(timeout=30)
    return command.returncode, said.splitlines()[-1].strip()
