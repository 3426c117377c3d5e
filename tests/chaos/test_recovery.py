"""How long nothing was committed."""

import json
from pathlib import Path

from tests.chaos.recovery import Commit, around, commits, longest_gap

BOTH = frozenset({0, 1})


def test_the_gap_around_a_moment_is_the_one_that_touches_it() -> None:
    """From the last commit before the fault to the first one after it."""
    steady = [Commit(at, BOTH) for at in (1.0, 2.0, 3.0, 9.0, 10.0, 30.0)]

    assert 6.0 == longest_gap(steady, since=4.0, until=10.0)


def test_the_slowest_partition_counts() -> None:
    """Commits of one partition do not hide that another stands still."""
    uneven = [Commit(1.0, BOTH), *(Commit(float(at), frozenset({0})) for at in range(2, 9)), Commit(9.0, BOTH)]

    assert 8.0 == longest_gap(uneven, since=2.0, until=3.0)


def test_without_a_commit_on_both_sides_there_is_no_gap() -> None:
    """What is left undone at the end is for the checker to find."""
    assert None is longest_gap([Commit(1.0, BOTH)], since=0.0, until=5.0)


def test_each_fault_has_the_time_until_the_next() -> None:
    """The last one has it until the stream ends; a gap that lasts into the next fault's time is the next one's."""
    steady = [Commit(at, BOTH) for at in (1.0, 3.0, 4.0, 9.0, 10.0)]

    assert [2.0, 5.0] == around(steady, [2.0, 5.0], end=9.5)


def test_commits_are_read_from_the_log(tmp_path: Path) -> None:
    """Other lines are passed over, and a last line that a kill has cut."""
    lines = [
        {"event": "running", "timestamp": "2031-05-02T10:00:00.000000Z"},
        {"event": "batch", "timestamp": "2031-05-02T10:00:01.500000Z", "committed": {"0": 5, "3": 7}},
    ]
    log = tmp_path / "one.log"
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + '{"event": "batch", "timest', encoding="utf-8")

    (commit,) = commits([log])

    assert frozenset({0, 3}) == commit.partitions
    assert 1.5 == commit.at % 60
