"""A newsroom around the service: topics of its own, a producer before it, readers behind, processes to start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from deploy.kafka import Broker
from service.broker.clients import make_admin
from service.broker.topics import create, left_to_broker, missing
from service.records import Headers
from service.settings import load

CLAIMWIRE = str(Path(sys.executable).with_name("claimwire"))
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0  # for anything that takes seconds on a busy machine
MEMORY_PARTITIONS = 4  # the in-memory broker gives every topic so many
OUTPUTS = ("claims", "denials", "clarifications", "other", "review", "dead_letters")


class Read(NamedTuple):
    """A record of an output topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def event(self) -> dict[str, Any]:
        """The value, decoded."""
        assert self.value is not None
        decoded: dict[str, Any] = json.loads(self.value)
        return decoded

    def header(self, name: str) -> str | None:
        """The last header of this name."""
        return next((value.decode() for key, value in reversed(self.headers) if key == name), None)


class Service:
    """A running `claimwire run`; leaving the context kills it if it is still there."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen([CLAIMWIRE, "run"], env=environment, stderr=output, stdout=output)
        self.port = int(environment["CLAIMWIRE_METRICS_PORT"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.wait()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a path; status 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> Self:
        """Wait until the service says so; shows its log when it ends instead."""
        until(lambda: self.get("/readyz")[0] == 200 or self.process.poll() is not None)
        assert self.process.poll() is None, self.text()
        return self

    def metric(self, name: str) -> float:
        """The value of a series, 0 while it is not there."""
        lines = self.get("/metrics")[1].splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.rpartition(" ")[0] == name), 0.0)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal it and return its exit code."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait until it has ended by itself."""
        return self.process.wait(timeout=PATIENCE_S)

    def text(self) -> str:
        """All that it has logged."""
        return self.log.read_text(encoding="utf-8")


class Newsroom:
    """Topics, a group and readers that no other test uses."""

    def __init__(self, broker: Broker, folder: Path, partitions: int = 3) -> None:
        self.broker = broker
        self.folder = folder
        self.name = uuid.uuid4().hex[:8]
        self.topics = {use: f"{self.name}.{use}" for use in ("sentences", *OUTPUTS)}
        self.settings = {
            "CLAIMWIRE_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "CLAIMWIRE_GROUP_ID": self.name,
            "CLAIMWIRE_TOPIC_PARTITIONS": str(partitions),
            "CLAIMWIRE_LOG_FORMAT": "json",
            **{f"CLAIMWIRE_TOPIC_{use.upper()}": name for use, name in self.topics.items()},
        }
        if broker.api_version:
            self.settings["CLAIMWIRE_API_VERSION"] = ".".join(map(str, broker.api_version))
        self.client = {"bootstrap_servers": broker.bootstrap_servers, "api_version": broker.api_version}
        self.producer = KafkaProducer(**self.client, linger_ms=5, max_request_size=4_194_304)
        self.consumer = KafkaConsumer(
            **self.client, isolation_level="read_committed", auto_offset_reset="earliest", check_crcs=broker.real
        )
        self.seen: list[Read] = []
        self._create_topics()
        outputs = [self.topics[use] for use in OUTPUTS]
        self.consumer.assign(
            [
                TopicPartition(name, number)
                for name in outputs
                for number in range(partitions if broker.real else MEMORY_PARTITIONS)
            ]
        )

    def _create_topics(self) -> None:
        settings = load(self.settings)
        if left_to_broker(settings):
            return
        admin = make_admin(settings)
        create(admin, settings, missing(admin, settings.topics))
        admin.close()

    def close(self) -> None:
        """Leave the broker as it was."""
        self.producer.close()
        self.consumer.close()
        admin = KafkaAdminClient(**self.client)
        if self.broker.real:
            admin.delete_topics(list(self.topics.values()))
        admin.close()

    def environment(self, **settings: str) -> dict[str, str]:
        """Nobody else's settings, ours, and these."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
        return plain | self.settings | {f"CLAIMWIRE_{name}": value for name, value in settings.items()}

    def service(self, **settings: str) -> Service:
        """Start a service with these settings besides ours."""
        environment = {
            "METRICS_PORT": str(free_port()),
            "INSTANCE_ID": f"{self.name}-{uuid.uuid4().hex[:4]}",
        } | settings
        return Service(self.environment(**environment), self.folder / f"{uuid.uuid4().hex[:4]}.log")

    def run(self, *arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """Run another command of claimwire to its end."""
        command = [CLAIMWIRE, *arguments]
        return subprocess.run(
            command,
            env=self.environment(**settings),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def send(
        self, value: bytes | None, key: bytes | None = b"item", headers: Headers | None = None, **where: Any
    ) -> None:
        """Put a record on the input topic."""
        self.producer.send(self.topics["sentences"], value=value, key=key, headers=headers, **where)

    def send_numbered(self, numbers: Iterable[int], keys: int = 7) -> None:
        """Put sentences on the input topic whose ids are numbers."""
        for number in numbers:
            event = {"sentence_id": str(number), "text": f"The council bought {number} benches for the park."}
            self.send(json.dumps(event).encode(), key=b"item-%d" % (number % keys))
        self.producer.flush()

    def read(self, count: int) -> list[Read]:
        """Wait for so many records on the output topics, then a little longer for those that should not be there."""
        until(lambda: self._poll() >= count)
        self._poll()
        return self.seen

    def _poll(self) -> int:
        for records in self.consumer.poll(timeout_ms=500).values():
            self.seen += [Read(r.topic.removeprefix(self.name + "."), r.key, r.value, r.headers) for r in records]
        return len(self.seen)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; a test that waits in vain fails here."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
