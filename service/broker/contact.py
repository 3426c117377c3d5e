"""Whether a broker still answers, which an idle consumer would not notice."""

import time
from collections.abc import Callable
from typing import Protocol

from kafka import TopicPartition

ASK_AFTER_S = 20.0  # of silence; a few questions a minute cost a broker nothing
ANSWER_MS = 5_000
NOBODYS = 2**31 - 1  # the last number that a partition can have; no topic has so many


class Offsets(Protocol):
    """The part of a consumer that can be asked."""

    def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
        """The group's offset, from its coordinator."""


class Contact:
    """Asks the group's coordinator something when nothing has been heard for a while.

    With every broker gone, kafka-python 3.0.12 polls nothing without an error and calls the membership stable for as
    long as one cares to wait; whoever looks at the process would think that there is no news.

    The question is for the group's offset on a partition that nobody has: while a transaction holds an offset back, the
    client asks for it again and again until its time is up, and tells nobody that the coordinator has answered.
    """

    def __init__(self, consumer: Offsets, topic: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._consumer = consumer
        self._partition = TopicPartition(topic, NOBODYS)
        self._clock = clock
        self._heard_at = -float("inf")

    def heard(self) -> None:
        """A broker has just answered something else."""
        self._heard_at = self._clock()

    def ask(self) -> bool:
        """Whether a broker has answered just now; False when it is too early to ask. Raises KafkaError."""
        if self._clock() - self._heard_at < ASK_AFTER_S:
            return False
        self._consumer.committed(self._partition, timeout_ms=ANSWER_MS)
        self.heard()
        return True
