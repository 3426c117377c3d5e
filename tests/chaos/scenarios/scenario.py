"""What a scenario is, and how one is played from its first sentence to the verdict."""

import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.chaos.site import Site
from tests.chaos.stage import QUICK, Result, Stage


class Promise(Enum):
    """What a reader of the output topics may rely on while a scenario plays."""

    EXACTLY_ONCE = "exactly once"
    AT_LEAST_ONCE = "at least once"


@dataclass(frozen=True)
class Scenario:
    """Something that is broken `rounds` times while sentences come; `what` says it in half a sentence.

    `site` opens a place of its own for it; without one it plays on the cluster of three nodes that all share.
    """

    name: str
    what: str
    act: Callable[[Stage, int], None]
    rounds: int
    services: int = 2
    settings: Mapping[str, str] | None = None
    promise: Promise = Promise.EXACTLY_ONCE
    site: Callable[[], AbstractContextManager[Site]] | None = None

    def play(self, site: Site, seed: int, folder: Path, rounds: int | None = None) -> Result:
        """Break things, and judge what came of it; the services' logs lie in `folder` afterwards."""
        settings = {**QUICK, **(self.settings or {})}
        if self.promise is Promise.AT_LEAST_ONCE:
            settings["DELIVERY"] = "at_least_once"
        with Stage(site, folder, seed=seed, services=self.services, settings=settings) as stage:
            for supervisor in stage.supervisors:
                supervisor.at_work()  # a partition on which nothing was committed before a fault has no time to recover
            stage.pause(1, 2)
            self.act(stage, self.rounds if rounds is None else rounds)
            stage.pause(1, 2)
            return stage.result()

    def broken(self, result: Result) -> Iterator[str]:
        """In what way a result falls short of the promise."""
        found = result.findings._asdict()
        if self.promise is Promise.AT_LEAST_ONCE:
            found["doubled"] = []  # under one id each, which `unrecognisable` looks at
            found["reordered"] = []  # what comes again comes after its successors
        yield from (f"{len(numbers)} {kind}: {numbers[:5]}" for kind, numbers in found.items() if numbers)
        yield from result.problems
        if result.waiting:
            yield f"{result.waiting} never worked off"
        if set(result.left) - {0, -signal.SIGTERM}:  # a process that has only just begun dies of the signal itself
            yield f"exit codes {result.left} after SIGTERM"


def folder() -> Path:
    """A folder for the logs of one scenario's services."""
    return Path(tempfile.mkdtemp(prefix="claimwire-chaos-"))
