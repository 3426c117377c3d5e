"""Sets the stage for one scenario: topics, services under supervisors, a steady feed, and a judge at the end."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from confluent_kafka import KafkaException

from deploy.kafka.node import Node
from service.broker.instance import transactional_id
from service.settings import load
from tests.chaos import recovery
from tests.chaos.checker import Findings
from tests.chaos.cluster import Parts
from tests.chaos.feed import Feed
from tests.chaos.judge import Judge
from tests.chaos.site import Site
from tests.chaos.supervisor import Supervisor
from tests.end_to_end.newsroom import Newsroom, Service, free_port

DRAIN_S = 180.0  # after the stream has ended, for all of it to be committed
QUICK = {  # timeouts a fifth to two fifths as long as the defaults, so that a minute shows what would take several
    "BATCH_RECORDS": "50",
    "SESSION_TIMEOUT_S": "6",
    "REQUEST_TIMEOUT_S": "3",
    "DELIVERY_TIMEOUT_S": "6",
    "TRANSACTION_TIMEOUT_S": "12",
    "STALL_LIMIT_S": "30",
    "POLL_INTERVAL_S": "40",
    "UNSTABLE_LIMIT_S": "45",
}


class Result(NamedTuple):
    """What a scenario did to the sentences.

    `faults` is how many times something was broken; of these, `services_killed` and `nodes_killed` were a SIGKILL.
    `recoveries` are the longest gaps without a commit around each fault, in seconds. `ended` counts the exit codes of
    services that ended by themselves, `left` are those of the last ones, which were asked to. `waiting` sentences were
    never committed. `problems` are what the scenario itself saw go wrong.
    """

    faults: int
    services_killed: int
    nodes_killed: int
    sentences: int
    findings: Findings
    recoveries: list[float]
    ended: Counter[int]
    left: list[int]
    waiting: int
    notes: list[str]
    problems: list[str]


class Stage:
    """A newsroom that a scenario may do anything to; everything random comes from `chance`."""

    def __init__(
        self,
        site: Site,
        folder: Path,
        *,
        seed: int,
        services: int = 2,
        rate: float = 150.0,
        partitions: int = 4,
        settings: Mapping[str, str] = QUICK,
    ) -> None:
        self.site = site
        self.broker = site.broker
        self.parts = Parts(site.broker)
        self.chance = random.Random(seed)  # noqa: S311 - a seed that anyone can repeat is the point
        self.newsroom = Newsroom(site.broker, folder, partitions)
        self.newsroom.producer.close()  # the feed and the judge speak through another client
        self.newsroom.consumer.close()
        self.supervisors: list[Supervisor] = []
        self.notes: list[str] = []
        self.problems: list[str] = []
        self._folder = folder
        self._seed = seed
        self._faults: list[float] = []
        self._killed: Counter[type[Supervisor | Node]] = Counter()
        self._left: list[int] = []
        self._ended: Counter[int] = Counter()
        self._settings = {**settings, **site.settings}
        self._joined = 0
        self._services = services
        self._rate = rate
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._opened.close()
            raise
        return self

    def _open(self) -> None:
        room = self.newsroom
        self._opened.callback(room.close)
        self.judge = Judge(self.broker.bootstrap_servers, room.name, room.topics, self._seed)
        self._opened.callback(self.judge.close)
        for _ in range(self._services):
            self.join()
        for supervisor in self.supervisors:
            supervisor.service.ready()
        feed = Feed(self.broker.bootstrap_servers, room.topics["sentences"], seed=self._seed, rate=self._rate)
        self.feed = self._opened.enter_context(feed)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    def join(self, **settings: str) -> Supervisor:
        """One more service, under a name of its own that it keeps over restarts."""
        name = f"desk-{self._joined}"
        self._joined += 1
        supervisor = Supervisor(name, lambda: self.service(INSTANCE_ID=name, **settings))
        self.supervisors.append(self._opened.enter_context(supervisor))
        return supervisor

    def service(self, host: str | None = None, **settings: str) -> Service:
        """A service that nobody supervises; `host` is a temporary directory of its own, as another host would have."""
        own = {"METRICS_PORT": str(free_port()), **self._settings, **settings}
        elsewhere = {"TMPDIR": host} if host else {}
        log = self._folder / f"{uuid.uuid4().hex[:12]}.log"
        clock = self.site.clock.environment if self.site.clock else {}
        return Service(self.newsroom.environment(**own) | elsewhere | clock, log)

    def transactional_id(self, supervisor: Supervisor) -> str:
        """The name of a service's transactions."""
        return transactional_id(load(self.newsroom.settings), supervisor.name)

    def leave(self, supervisor: Supervisor) -> None:
        """A service goes, and nobody comes in its place."""
        self.supervisors.remove(supervisor)
        self._left.append(supervisor.leave())
        self._ended += supervisor.ended

    def anyone(self) -> Supervisor:
        """One of the services, by chance."""
        return self.chance.choice(self.supervisors)

    def pause(self, least: float, most: float) -> None:
        """Let the stream run for a while, by chance."""
        time.sleep(self.chance.uniform(least, most))

    def kill(self, victim: Supervisor | Node) -> None:
        """SIGKILL of a service, which its supervisor starts again, or of a node, which stays down."""
        self._killed[type(victim)] += 1
        victim.kill()

    def said(self, words: bytes) -> int:
        """How often the services' logs have these words so far."""
        return sum(log.read_bytes().count(words) for log in self._folder.glob("*.log"))

    def struck(self) -> None:
        """Something was just broken."""
        self._faults.append(time.time())

    def result(self) -> Result:
        """End the stream, wait until it is worked off, stop everything, and judge."""
        end = time.time()
        self.feed.stop()
        waiting = self._drained()
        for supervisor in list(self.supervisors):
            self.leave(supervisor)
        judged = self.judge.judge()
        if judged.came_twice:
            self.notes.append(f"the feed itself put {judged.came_twice} sentences on the topic twice")
        gaps = recovery.around(self.judge.commits(), self._faults, end)
        return Result(
            len(self._faults),
            self._killed[Supervisor],
            self._killed[Node],
            judged.sentences,
            judged.findings,
            gaps,
            self._ended,
            self._left,
            waiting,
            self.notes,
            self.problems,
        )

    def _drained(self) -> int:
        """How many sentences are still not committed when nothing waits any more, or when patience ends."""
        give_up = time.monotonic() + DRAIN_S
        waiting = -1
        while waiting != 0 and time.monotonic() < give_up:
            time.sleep(0.25)
            try:
                waiting = self.judge.waiting()
            except KafkaException:
                continue  # a coordinator is still moving; the limit above counts
        return waiting
