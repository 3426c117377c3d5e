"""Says what a run has shown: a table for the terminal, and the same in docs/guarantees.md."""

import os
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
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
    "killed",
    "sentences",
    "lost",
    "doubled",
    "out of order",
    "mislabelled",
    "set aside wrongly",
    "to recover, median",
    "to recover, worst",
    "ended by itself",
)


class Played(NamedTuple):
    """A scenario and its result, or the `reason` for which there is none: it cannot be played here, or it `failed`."""

    scenario: Scenario
    result: Result | None
    reason: str = ""
    failed: bool = False


class Run(NamedTuple):
    """All scenarios of a run, and the conditions under which they were played."""

    played: Sequence[Played]
    seed: int
    seconds: float
    broker: str


def broken(run: Run) -> list[str]:
    """What fell short of its promise, one line each."""
    return [f"{one.scenario.name}: {problem}" for one in run.played for problem in _problems(one)]


def _problems(played: Played) -> Iterator[str]:
    if played.failed:
        yield f"not played to its end: {played.reason}"
    if played.result:
        yield from played.scenario.broken(played.result)


def rows(run: Run) -> list[tuple[str, ...]]:
    """The cells of each scenario, and of all together, in the order of `COLUMNS`."""
    results = [played.result for played in run.played if played.result]
    return [*map(_row, run.played), ("in all", "", *_figures(results))]


def _row(played: Played) -> tuple[str, ...]:
    scenario, result = played.scenario, played.result
    if result is None:
        why = f"{'failed' if played.failed else 'not played'}: {played.reason}"
        return (scenario.name, scenario.what, why, *[""] * (len(COLUMNS) - 3))
    return (scenario.name, scenario.what, *_figures([result]))


def _figures(results: Sequence[Result]) -> Iterator[str]:
    """What some scenarios have shown together, from the column "times" on."""
    yield f"{sum(result.faults for result in results):,}"
    yield _killed(results)
    yield f"{sum(result.sentences for result in results):,}"
    found = [result.findings for result in results]
    yield str(sum(len(each.lost) for each in found))
    yield str(sum(len(each.doubled) for each in found))
    yield str(sum(len(each.reordered) for each in found))
    yield str(sum(len({*each.mislabelled, *each.misplaced}) for each in found))
    yield str(sum(len(each.set_aside_wrongly) for each in found))
    gaps = [gap for result in results for gap in result.recoveries]
    yield f"{statistics.median(gaps):.1f} s" if gaps else ""
    yield f"{max(gaps):.1f} s" if gaps else ""
    ended = sum((result.ended for result in results), Counter[int]())
    yield ", ".join(f"{count} × {code}" for code, count in sorted(ended.items()))


def _killed(results: Sequence[Result]) -> str:
    services = sum(result.services_killed for result in results)
    nodes = sum(result.nodes_killed for result in results)
    return ", ".join(f"{count} {what}" for count, what in ((services, "services"), (nodes, "nodes")) if count)


def table(run: Run) -> Table:
    """For the terminal."""
    drawn = Table(*COLUMNS)
    for cells in rows(run):
        drawn.add_row(*cells)
    return drawn


def write(run: Run, document: Path = DOCUMENT) -> None:
    """Put the run in its place in the document; raises ValueError when the place is not marked."""
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has lost its marks. Put back the two lines:\n{BEGIN}\n{END}")
    document.write_text(f"{before}{BEGIN}\n\n{markdown(run)}\n\n{END}{after}", encoding="utf-8")


def markdown(run: Run) -> str:
    """The part of the document that is made from a run: what it comes to, what went wrong, and the table."""
    parts = [" ".join(_summary(run))]
    if wrong := broken(run):
        parts.append("\n".join(f"- **Broken promise:** {_one_line(problem)}" for problem in wrong))
    cells = [COLUMNS, ("---",) * len(COLUMNS), *rows(run)]
    parts.append("\n".join(f"| {' | '.join(map(_one_line, row))} |" for row in cells))
    return "\n\n".join(parts)


def _summary(run: Run) -> Iterator[str]:
    results = [played.result for played in run.played if played.result]
    services = sum(result.services_killed for result in results)
    nodes = sum(result.nodes_killed for result in results)
    yield (
        f"One run of {run.seconds / 60:.0f} minutes with seed {run.seed}, on {os.cpu_count()} cores ({run.broker}). "
        f"In {len(results)} of {len(run.played)} scenarios, which were played to their end, something was broken "
        f"{sum(result.faults for result in results):,} times."
    )
    yield f"A service was killed {services} times and a node {nodes} times."
    for promise in Promise:
        found = [one.result for one in run.played if one.result and one.scenario.promise is promise]
        yield (
            f"Under {promise.value}, of {sum(result.sentences for result in found):,} sentences "
            f"{sum(len(result.findings.lost) for result in found)} were lost and "
            f"{sum(len(result.findings.doubled) for result in found)} came out more than once"
            f"{_recognisable(found) if promise is Promise.AT_LEAST_ONCE else ''}."
        )
    if gaps := [gap for result in results for gap in result.recoveries]:
        yield f"The time to recover was {statistics.median(gaps):.1f} s in the median and {max(gaps):.1f} s at worst."


def _recognisable(results: Sequence[Result]) -> str:
    unlike = sum(len(result.findings.unrecognisable) for result in results)
    return f", {unlike} of them under another id than before"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
