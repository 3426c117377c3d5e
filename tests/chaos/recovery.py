"""Tells from what the brokers have written down how long each partition went without a commit."""

import struct
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

OFFSETS = "__consumer_offsets"  # where a group's coordinator keeps what the group has committed
OFFSET_KEYS = {0, 1}  # the versions of a key that stands for an offset; others stand for a group and its members


class Commit(NamedTuple):
    """A partition's offset was committed at `at`, in seconds since the epoch, by the clock of the coordinator."""

    at: float
    partition: int


def committed(key: bytes, group: str, topic: str) -> int | None:
    """The partition that a record of `OFFSETS` is about, None when it is about something else.

    A key is a version (int16), the group, the topic, and the partition (int32); a text is its length (int16) and its
    bytes (OffsetCommitKey.json in Kafka's group coordinator).
    """
    if int.from_bytes(key[:2]) not in OFFSET_KEYS:
        return None
    start = key[:2] + _text(group) + _text(topic)
    return int.from_bytes(key[len(start) :]) if key.startswith(start) else None


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">h", len(encoded)) + encoded


def longest_gap(commits: Sequence[Commit], since: float, until: float) -> float | None:
    """The longest time that any one partition went without a commit, or None when there was none.

    Counted are the time that the window's start falls into and those within the window; what began within it and lasts
    past its end is the next fault's. A partition on which nothing is committed before or after has none, because
    nothing may have waited there; whether anything was left undone is for the checker to say.
    """
    times: dict[int, list[float]] = defaultdict(list)
    for commit in sorted(commits):
        times[commit.partition].append(commit.at)
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
