"""The list of faults in docs/guarantees.md is complete, and what it names is there."""

import re
from pathlib import Path

from tests.chaos.__main__ import SCENARIOS
from tests.chaos.report import DOCUMENT

TESTS = Path(__file__).parents[1]


def faults() -> str:
    """The table that says where each fault is shown."""
    _, _, section = DOCUMENT.read_text(encoding="utf-8").partition("## Where each fault is shown")
    return "\n".join(line for line in section.partition("\n## ")[0].splitlines() if line.startswith("|"))


def test_every_scenario_shows_a_fault() -> None:
    """None is played of which no reader knows why, and none is named that is not played."""
    assert {scenario.name for scenario in SCENARIOS} == set(re.findall(r'"([^"]+)"', faults()))


def test_every_test_that_is_named_is_there() -> None:
    """Under this very name."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))

    named = set(re.findall(r"`(test_\w+)`", faults()))

    assert named
    assert set() == {name for name in named if f"def {name}(" not in source}
