"""Whether a broker still answers, which an idle consumer would not notice."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from kafka import TopicPartition
from kafka.errors import UnstableOffsetCommitError

ASK_AFTER_S = 20.0  # of silence; a few questions a minute cost a broker nothing
ANSWER_MS = 5_000


class Offsets(Protocol):
    """The part of a consumer that can be asked."""

    def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
        """The group's offset, from its coordinator."""


class Contact:
    """Asks the group's coordinator something when nothing has been heard for a while.

    With every broker gone, kafka-python 3.0.12 polls nothing without an error and calls the membership stable for as
    long as one cares to wait; whoever looks at the process would think that there is no news.
    """

    def __init__(self, consumer: Offsets, topic: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._consumer = consumer
        self._partition = TopicPartition(topic, 0)  # any would do; this one every topic has
        self._clock = clock
        self._heard_at = -float("inf")

    def heard(self) -> None:
        """A broker has just answered something else."""
        self._heard_at = self._clock()

    def ask(self) -> bool:
        """Whether a broker has answered just now; False when it is too early to ask. Raises KafkaError."""
        if self._clock() - self._heard_at < ASK_AFTER_S:
            return False
        # Somebody's transaction may hold the offset, which is an answer too.
        with suppress(UnstableOffsetCommitError):
            self._consumer.committed(self._partition, timeout_ms=ANSWER_MS)
        self.heard()
        return True
