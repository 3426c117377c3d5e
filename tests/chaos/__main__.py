"""`python -m tests.chaos`: breaks everything for some twenty minutes, and writes docs/guarantees.md from it."""

import argparse
import logging
import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from deploy.kafka import BrokerError, Wanted, java
from tests.chaos import report
from tests.chaos.report import Played, Run
from tests.chaos.scenarios import brokers, services, surroundings, topics
from tests.chaos.scenarios.scenario import Scenario, folder
from tests.chaos.site import Site
from tests.chaos.unplayable import UnplayableError

SCENARIOS = (*services.SCENARIOS, *brokers.SCENARIOS, *topics.SCENARIOS, *surroundings.SCENARIOS)
console = Console(stderr=True, highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the scenarios; 1 when a promise was broken, 2 when no cluster can be had."""
    options = parser().parse_args(arguments)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it speaks of each connection that we cut
    chosen = [scenario for scenario in SCENARIOS if not options.only or scenario.name in options.only]
    started = time.monotonic()
    try:
        with java.start(Wanted(nodes=3), console.print, os.environ) as cluster:
            played = [_play(scenario, cluster, options.seed, options.rounds) for scenario in chosen]
            run = Run(played, options.seed, time.monotonic() - started, cluster.description)
    except BrokerError as error:
        console.print(str(error))
        return 2
    Console(width=200).print(report.table(run))
    if whole(options):
        report.write(run)
    for problem in (problems := report.broken(run)):
        console.print(problem)
    return 1 if problems else 0


def whole(options: argparse.Namespace) -> bool:
    """Whether these options play all that there is, so that the document may be written from it."""
    return options.only is None and options.rounds is None


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("python -m tests.chaos", description="Break everything, and count the sentences.")
    made.add_argument("--seed", type=int, default=1, help="the same seed breaks the same things after the same waits")
    names = [scenario.name for scenario in SCENARIOS]
    made.add_argument(
        "--only",
        action="append",
        choices=names,
        metavar="SCENARIO",
        help=f"play this one; may be given several times: {', '.join(names)}",
    )
    made.add_argument("--rounds", type=int, help="break so many times in each, instead of the usual number")
    return made


def _play(scenario: Scenario, cluster: java.JavaBroker, seed: int, rounds: int | None) -> Played:
    logs, started = folder(), time.monotonic()
    console.print(f"{scenario.name}: {scenario.what}…")
    try:
        cluster.start()
        with scenario.site() if scenario.site else nullcontext(Site(cluster)) as site:
            result = scenario.play(site, seed, logs, rounds)
    except UnplayableError as error:
        console.print(f"  not played: {error}")
        shutil.rmtree(logs)
        return Played(scenario, None, str(error))
    except Exception as error:  # noqa: BLE001 - what the other scenarios have shown must not be lost with this one
        console.print_exception()
        console.print(f"  the logs are kept in {logs}")
        return Played(scenario, None, f"{type(error).__name__}: {_in_short(error)}", failed=True)
    problems = list(scenario.broken(result))
    _tell(logs, [*result.notes, f"it took {time.monotonic() - started:.0f} s"], problems)
    return Played(scenario, result)


def _in_short(error: Exception) -> str:
    """Its first line and its last: some tell a whole log."""
    lines = str(error).strip().splitlines()
    return " … ".join(dict.fromkeys([*lines[:1], *lines[-1:]]))


def _tell(logs: Path, notes: Sequence[str], problems: Sequence[str]) -> None:
    for line in (*notes, *problems):
        console.print(f"  {line}")
    if problems:
        console.print(f"  the logs are kept in {logs}")
    else:
        shutil.rmtree(logs)


if __name__ == "__main__":
    sys.exit(main())
