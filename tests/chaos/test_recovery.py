"""How long nothing was committed."""

import pytest

from tests.chaos.recovery import Commit, around, committed, longest_gap

KEY = b"\0\1" + b"\0\4desk" + b"\0\6events" + b"\0\0\0\7"


def steady_commits(*moments: float) -> list[Commit]:
    """Two partitions, each committed at every moment."""
    return [Commit(at, partition) for at in moments for partition in (0, 1)]


def test_the_gap_around_a_moment_is_the_one_that_touches_it() -> None:
    """From the last commit before the fault to the first one after it."""
    steady = steady_commits(1.0, 2.0, 3.0, 9.0, 10.0, 30.0)

    assert 6.0 == longest_gap(steady, since=4.0, until=10.0)


def test_the_slowest_partition_counts() -> None:
    """Commits of one partition do not hide that another stands still."""
    uneven = [*steady_commits(1.0, 9.0), *(Commit(float(at), 0) for at in range(2, 9))]

    assert 8.0 == longest_gap(uneven, since=2.0, until=3.0)


def test_without_a_commit_on_both_sides_there_is_no_gap() -> None:
    """What is left undone at the end is for the checker to find."""
    assert None is longest_gap(steady_commits(1.0), since=0.0, until=5.0)


def test_each_fault_has_the_time_until_the_next() -> None:
    """The last one has it until the stream ends; a gap that lasts into the next fault's time is the next one's."""
    steady = steady_commits(1.0, 3.0, 4.0, 9.0, 10.0)

    assert [2.0, 5.0] == around(steady, [2.0, 5.0], end=9.5)


def test_a_commit_is_known_by_its_key() -> None:
    """The brokers keep it under the group, the topic and the partition."""
    assert 7 == committed(KEY, "desk", "events")


@pytest.mark.parametrize(
    ("key", "group"), [(KEY, "des"), (KEY, "other"), (b"\0\2\0\4desk", "desk")], ids=["shorter", "another", "members"]
)
def test_what_else_the_brokers_keep_is_passed_over(key: bytes, group: str) -> None:
    """Offsets of other groups, and who the members of a group are."""
    assert None is committed(key, group, "events")
