"""Whether we are a member of the group whose positions and partitions can be trusted."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog
from kafka import ConsumerRebalanceListener, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import ConsumerGroupMetadata, MemberState

from service.broker.ledger import Partition
from service.errors import MembershipLostError
from service.operations.catalogue import RebalanceKind

ANSWER_S = 10.0  # a dead owner's open transaction holds its offsets back; ask again rather than wait longer
POSITIONS_S = 20.0  # for all questions about positions together, which are one step to the watchdog

log = structlog.get_logger()


class Positions(Protocol):
    """The part of a consumer that membership needs."""

    def group_metadata(self) -> ConsumerGroupMetadata:
        """Which generation of the group we are in, and in what state."""

    def assignment(self) -> set[TopicPartition]:
        """The partitions that are ours."""

    def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
        """The group's offset, None where there is none yet."""

    def beginning_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
        """The first offsets that are kept."""

    def end_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
        """The offsets after the last records."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Read on from an offset."""

    def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        """Read from the first record that is kept."""

    def unsubscribe(self) -> None:
        """Leave the group."""

    def subscribe(self, topics: list[str], *, listener: ConsumerRebalanceListener) -> None:
        """Enter the group."""


class Membership:
    """The generation of the group whose positions we trust; ask it right after every poll.

    Six things that kafka-python 3.0.12 does are met here:

    - After an eviction its metadata reads generation -1 and no member, and the broker takes a transaction's offsets
      with that unfenced. So the metadata is read once, right after the poll, and refused unless it is stable.
    - A partition that comes back keeps its old position although another member has moved on, which doubles records
      even under exactly-once. So at each new generation every position is sought back to what is committed.
    - A group leader can be stranded for good outside the group after a change of metadata, without any error. Leaving
      and entering the subscription again frees it; if it does not, the process ends.
    - A process that takes up its instance id again is let in without a rebalance, and is not told that it leads the
      group (KIP-814 mended that for clients that speak JoinGroup 9). If it does, nobody would ever notice a new
      partition, or share out partitions that were not known at the last rebalance. So whoever got a new member id joins
      once more under it: the broker holds a rebalance for the leader, and changes nothing for anybody else. It does so
      at once only with nothing to do; otherwise after `session_timeout_s`, since a rebalance waits for members that
      died together with it.
    - A position that is no longer on the topic is moved without a word above its debug level. So it moves nothing by
      itself (`auto_offset_reset` is "none"); all moves are made here, and what they skip is told.
    - After a failed transaction, what was read in memory is ahead of what is committed; `doubt()` makes it start over.
    """

    def __init__(
        self,
        consumer: Positions,
        topic: str,
        listener: ConsumerRebalanceListener,
        *,
        rejoin: Callable[[], object],
        session_timeout_s: float,
        limit_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._consumer = consumer
        self._topic = topic
        self._listener = listener
        self._rejoin = rejoin
        self._session_timeout = session_timeout_s
        self._limit = limit_s
        self._clock = clock
        self._unstable_since: float | None = clock()
        self._resubscribed = False
        self._trusted: tuple[int, str] | None = None
        self._member_id = ""
        self._rejoin_at: float | None = None
        self._misplaced = False
        self.sought: Mapping[Partition, int | None] = {}
        """Where the last check has sought back to: an offset, or None for the beginning; empty if it sought nothing."""

    def join(self) -> None:
        """Subscribe to the input topic; the group takes us in during the next polls."""
        self._consumer.subscribe([self._topic], listener=self._listener)

    def doubt(self) -> None:
        """Forget every in-memory position: the next check seeks back to what is committed."""
        self._trusted = None

    def misplaced(self) -> None:
        """Nothing is on the topic where we wanted to read on; the next check finds out why, and where something is."""
        self._trusted, self._misplaced = None, True

    @property
    def stable(self) -> bool:
        """Whether the last check found us a stable member, with positions that can be trusted."""
        return self._unstable_since is None

    def check(self) -> ConsumerGroupMetadata | None:
        """The metadata to commit with, or None when the batch that was just polled must be dropped.

        Raises MembershipLostError when we have been outside the group for longer than the limit.
        """
        self.sought = {}
        metadata = self._consumer.group_metadata()
        generation = (metadata.generation_id, metadata.member_id)
        if metadata.generation_id < 0 or metadata.state != MemberState.STABLE:
            self._trusted = None
            self._wait(f"the state is {metadata.state}")
            self._free()
        elif generation == self._trusted:
            self._make_known(metadata.member_id)
            return metadata
        elif self._return_to_committed():
            self._trusted, self._unstable_since, self._resubscribed = generation, None, False
        else:
            self._wait("the committed offsets cannot be read")
        return None

    def _wait(self, why: str) -> None:
        now = self._clock()
        if self._unstable_since is None:
            self._unstable_since = now
        if now - self._unstable_since > self._limit:
            raise MembershipLostError(
                f"Not at work in the group for {now - self._unstable_since:.0f} s: {why}. The supervisor should start "
                "the process again; if this repeats, look at the group's coordinator and its other members."
            )

    def _make_known(self, member_id: str) -> None:
        now = self._clock()
        if member_id != self._member_id:
            self._member_id = member_id
            self._rejoin_at = now + (self._session_timeout if self._consumer.assignment() else 0.0)
        if self._rejoin_at is not None and now >= self._rejoin_at:
            self._rejoin_at = None
            self._rejoin()

    def _free(self) -> None:
        outside = self._clock() - (self._unstable_since or 0.0)
        if outside > self._session_timeout and not self._resubscribed:
            log.warning("subscribing again", outside_s=round(outside))
            self._resubscribed = True
            self._consumer.unsubscribe()
            self.join()

    def _return_to_committed(self) -> bool:
        give_up = self._clock() + POSITIONS_S
        try:
            committed = {
                partition: self._consumer.committed(partition, timeout_ms=self._patience_ms(give_up))
                for partition in self._consumer.assignment()
            }
            found = self._corrected(committed, give_up) if self._misplaced else committed
            for partition, offset in found.items():
                if offset is None:
                    self._consumer.seek_to_beginning(partition)
                else:
                    self._consumer.seek(partition, offset)
        except (KafkaError, ValueError, KeyError, AssertionError) as error:
            # The assignment can change under our hands, which kafka-python reports with any of these.
            log.warning("positions not settled yet", error=repr(error))
            return False
        self._misplaced = False
        self.sought = {(partition.topic, partition.partition): offset for partition, offset in found.items()}
        return True

    def _patience_ms(self, give_up: float) -> int:
        left = give_up - self._clock()
        if left <= 0:
            raise KafkaTimeoutError(f"The questions about positions took more than {POSITIONS_S:.0f} s together.")
        return math.ceil(min(left, ANSWER_S) * 1000)

    def _corrected(
        self, committed: Mapping[TopicPartition, int | None], give_up: float
    ) -> Mapping[TopicPartition, int | None]:
        """The committed offsets, but the first that is kept in place of each that is not on the topic."""
        # Asked only when a fetch has failed: in kafka-python 3.0.12 this stands still while a leader moves.
        firsts = self._consumer.beginning_offsets(list(committed), timeout_ms=self._patience_ms(give_up))
        ends = self._consumer.end_offsets(list(committed), timeout_ms=self._patience_ms(give_up))
        return {
            partition: offset if offset is None else _kept(partition, offset, firsts[partition], ends[partition])
            for partition, offset in committed.items()
        }


def _kept(partition: TopicPartition, committed: int, first: int, end: int) -> int:
    if first <= committed <= end:
        return committed
    facts = {"partition": partition.partition, "committed": committed, "first": first, "end": end}
    if committed < first:
        log.error("records were deleted before they were read", lost=first - committed, **facts)
    else:
        log.error("the topic ends before what is committed; it is read from its start", **facts)
    return first


class AssignmentListener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """Tells what the group gives and takes.

    It runs on the client's IO thread, where anything that blocks raises; so it only passes on what it hears.
    """

    def __init__(self, heard: Callable[[RebalanceKind, set[TopicPartition]], object]) -> None:
        self._heard = heard
        self.partitions: set[TopicPartition] = set()

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Partitions are ours from the next poll on."""
        self.partitions |= set(assigned)
        self._heard("assigned", self.partitions)

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Partitions are handed over in good order."""
        self.partitions -= set(revoked)
        self._heard("revoked", self.partitions)

    def on_partitions_lost(self, lost: set[TopicPartition]) -> None:
        """Partitions were taken while we were silent."""
        self.partitions -= set(lost)
        self._heard("lost", self.partitions)
