"""What a run has shown is written where readers look for it."""

from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.__main__ import parser, whole
from tests.chaos.checker import Findings
from tests.chaos.report import BEGIN, END, Played, Run, broken, markdown, write
from tests.chaos.scenarios.scenario import Promise, Scenario
from tests.chaos.stage import Result

WELL = Findings([], [], [], [], [], [], [], [])
ROW = "| storms | the mast | 2 | 2 services, 1 nodes | 1,000 | 0 | 0 | 0 | 0 | 0 | 2.5 s | 4.0 s | 1 × 70 |"


def played(findings: Findings = WELL, promise: Promise = Promise.EXACTLY_ONCE) -> Played:
    """A scenario that broke something twice under a thousand sentences."""
    scenario = Scenario("storms", "the mast", lambda stage, rounds: None, 2, promise=promise)
    result = Result(
        faults=2,
        services_killed=2,
        nodes_killed=1,
        sentences=1_000,
        findings=findings,
        recoveries=[1.0, 4.0],
        ended=Counter({70: 1}),
        left=[0, 0],
        waiting=0,
        notes=[],
        problems=[],
    )
    return Played(scenario, result)


def run_of(*scenarios: Played) -> Run:
    """A run of two minutes."""
    return Run(scenarios, 1, 120.0, "a broker")


def test_the_table_stands_between_its_marks(tmp_path: Path) -> None:
    """What people wrote around it stays, and a second run replaces the first."""
    document = tmp_path / "guarantees.md"
    document.write_text(f"Before.\n{BEGIN}\n{END}\nAfter.\n", encoding="utf-8")

    for _ in range(2):
        write(run_of(played()), document)

    text = document.read_text(encoding="utf-8")
    assert (text.startswith("Before."), text.endswith("After.\n")) == (True, True)
    assert 1 == text.count(ROW)
    assert 1 == text.count("A service was killed 2 times and a node 1 times.")


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    """Nothing that somebody wrote is overwritten."""
    document = tmp_path / "guarantees.md"
    document.write_text("Mine.", encoding="utf-8")

    with pytest.raises(ValueError, match="Put back"):
        write(run_of(played()), document)

    assert "Mine." == document.read_text(encoding="utf-8")


def test_a_broken_promise_is_said() -> None:
    """A loss is one under either promise."""
    run = run_of(played(WELL._replace(lost=[7])), played(WELL._replace(lost=[8]), Promise.AT_LEAST_ONCE))

    assert ["storms: 1 lost: [7]", "storms: 1 lost: [8]"] == broken(run)
    assert "**Broken promise:** storms: 1 lost: [7]" in markdown(run)


def test_a_double_is_promised_only_by_one_of_the_two() -> None:
    """At least once may double, as long as every copy has the id of the first."""
    doubled = WELL._replace(doubled=[7])
    unlike = doubled._replace(unrecognisable=[7])

    assert ["storms: 1 doubled: [7]"] == broken(run_of(played(doubled)))
    assert [] == broken(run_of(played(doubled, Promise.AT_LEAST_ONCE)))
    assert ["storms: 1 unrecognisable: [7]"] == broken(run_of(played(unlike, Promise.AT_LEAST_ONCE)))


def test_a_scenario_that_could_not_be_played_says_why() -> None:
    """It does not pass for one that went well."""
    unplayed = Played(played().scenario, None, "only root may mount a disk of its own")

    assert "| storms | the mast | not played: only root may mount a disk of its own |" in markdown(run_of(unplayed))


def test_a_scenario_that_failed_breaks_a_promise() -> None:
    """What it would have shown is not known; the others' figures are told all the same."""
    run = run_of(Played(played().scenario, None, "TimeoutError: the mast | stands", failed=True), played())

    assert ["storms: not played to its end: TimeoutError: the mast | stands"] == broken(run)
    assert "| storms | the mast | failed: TimeoutError: the mast \\| stands |" in markdown(run)
    assert ROW in markdown(run)


def test_all_scenarios_are_summed_up() -> None:
    """The last row is of all together, and only those that were played count."""
    run = run_of(played(), played(WELL._replace(lost=[7])), Played(played().scenario, None, "no mast"))

    last = markdown(run).splitlines()[-1]

    assert "| in all |  | 4 | 4 services, 2 nodes | 2,000 | 1 | 0 | 0 | 0 | 0 | 2.5 s | 4.0 s | 2 × 70 |" == last


def test_the_summary_tells_the_two_promises_apart() -> None:
    """What at least once doubles is no fault of exactly once."""
    text = markdown(run_of(played(), played(WELL._replace(doubled=[7]), Promise.AT_LEAST_ONCE)))

    assert "Under exactly once, of 1,000 sentences 0 were lost and 0 came out more than once." in text
    assert "0 were lost and 1 came out more than once, 0 of them under another id than before." in text


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [(True, []), (True, ["--seed", "7"]), (False, ["--only", "kills"]), (False, ["--rounds", "1"])],
)
def test_only_a_whole_run_is_written_down(expected: bool, arguments: list[str]) -> None:
    """Part of a run would pass for all of it."""
    assert expected is whole(parser().parse_args(arguments))
