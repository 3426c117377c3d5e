"""Reads from the services' own logs how long each partition went without a commit."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple


class Commit(NamedTuple):
    """A batch was committed at `at`, in seconds since the epoch, on these partitions."""

    at: float
    partitions: frozenset[int]


def commits(logs: Iterable[Path]) -> list[Commit]:
    """All commits that these logs tell of, in order of time; a last line that was cut by a kill is passed over."""
    return sorted(commit for log in logs for commit in _commits(log))


def _commits(log: Path) -> Iterator[Commit]:
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"event": "batch"' not in line or not line.endswith("}\n"):
                continue
            batch = json.loads(line)
            at = datetime.fromisoformat(batch["timestamp"]).timestamp()
            yield Commit(at, frozenset(map(int, batch["committed"])))


def longest_gap(commits: Sequence[Commit], since: float, until: float) -> float | None:
    """The longest time that any one partition went without a commit, or None when there was none.

    Counted are the time that the window's start falls into and those within the window; what began within it and lasts
    past its end is the next fault's. A partition on which nothing is committed before or after has none, because
    nothing may have waited there; whether anything was left undone is for the checker to say.
    """
    times: dict[int, list[float]] = defaultdict(list)
    for commit in commits:
        for partition in commit.partitions:
            times[partition].append(commit.at)
    gaps = [
        later - earlier
        for moments in times.values()
        for earlier, later in pairwise(moments)
        if later > since and (earlier <= since or later <= until)
    ]
    return max(gaps, default=None)


def around(commits: Sequence[Commit], faults: Sequence[float], end: float) -> list[float]:
    """For each fault the longest gap between it and the next fault, or the end of the stream."""
    windows = pairwise([*faults, end])
    gaps = [longest_gap(commits, since, until) for since, until in windows]
    return [gap for gap in gaps if gap is not None]
