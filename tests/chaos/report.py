"""Says what a run has shown: a table for the terminal, and the same in docs/guarantees.md."""

import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.table import Table

from tests.chaos.scenarios.scenario import Promise, Scenario
from tests.chaos.stage import Result

DOCUMENT = Path(__file__).parents[2] / "docs" / "guarantees.md"
BEGIN = "<!-- What follows is made by `make chaos`; changes by hand are lost. -->"
END = "<!-- What came before was made by `make chaos`. -->"
COLUMNS = (
    "scenario",
    "what is broken",
    "times",
    "sentences",
    "lost",
    "doubled",
    "out of order",
    "mislabelled",
    "set aside wrongly",
    "gap, median",
    "gap, worst",
    "ended by itself",
)


class Played(NamedTuple):
    """A scenario and its result, or the reason for which it was not played."""

    scenario: Scenario
    result: Result | None
    reason: str = ""


class Run(NamedTuple):
    """All scenarios of a run, and the conditions under which they were played."""

    played: Sequence[Played]
    seed: int
    seconds: float
    broker: str


def broken(run: Run) -> list[str]:
    """What fell short of its promise, one line each."""
    return [
        f"{one.scenario.name}: {problem}"
        for one in run.played
        if one.result
        for problem in one.scenario.broken(one.result)
    ]


def row(played: Played) -> tuple[str, ...]:
    """The cells of one scenario, in the order of `COLUMNS`."""
    scenario, result = played.scenario, played.result
    if result is None:
        return (scenario.name, scenario.what, f"not played: {played.reason}", *[""] * (len(COLUMNS) - 3))
    found = result.findings
    alike = scenario.promise is Promise.AT_LEAST_ONCE and found.doubled and not found.unrecognisable
    return (
        scenario.name,
        scenario.what,
        str(result.faults),
        f"{result.sentences:,}",
        str(len(found.lost)),
        f"{len(found.doubled)}{', each under one id' if alike else ''}",
        str(len(found.reordered)),
        str(len({*found.mislabelled, *found.misplaced})),
        str(len(found.set_aside_wrongly)),
        f"{statistics.median(result.recoveries):.1f} s" if result.recoveries else "",
        f"{max(result.recoveries):.1f} s" if result.recoveries else "",
        ", ".join(f"{count} × {code}" for code, count in sorted(result.ended.items())),
    )


def table(run: Run) -> Table:
    """For the terminal."""
    drawn = Table(*COLUMNS)
    for played in run.played:
        drawn.add_row(*row(played))
    return drawn


def write(run: Run, document: Path = DOCUMENT) -> None:
    """Put the run in its place in the document; raises ValueError when the place is not marked."""
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has lost its marks. Put back the two lines:\n{BEGIN}\n{END}")
    document.write_text(f"{before}{BEGIN}\n\n{markdown(run)}\n{END}{after}", encoding="utf-8")


def markdown(run: Run) -> str:
    """The part of the document that is made from a run."""
    results = [played.result for played in run.played if played.result]
    gaps = [gap for result in results for gap in result.recoveries]
    lines = [
        f"Seed {run.seed}, {len(results)} scenarios in {run.seconds / 60:.0f} minutes on {os.cpu_count()} cores, "
        f"against {run.broker}. Things were broken {sum(result.faults for result in results)} times, under "
        f"{sum(result.sentences for result in results):,} sentences. The longest time that a partition went without a "
        f"commit around a fault was {statistics.median(gaps):.1f} s in the median and {max(gaps):.1f} s at worst."
        if gaps
        else "No scenario was played.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
        *(f"| {' | '.join(row(played))} |" for played in run.played),
        "",
        *(f"- **Broken promise:** {problem}" for problem in broken(run)),
    ]
    return "\n".join(lines)
