"""Whose positions and partitions can be trusted."""

from collections.abc import Callable

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError
from kafka.structs import ConsumerGroupMetadata, MemberState
from structlog.testing import capture_logs

from deploy.kafka import Broker
from service.broker.clients import make_consumer
from service.broker.membership import AssignmentListener, Membership
from service.errors import MembershipLostError
from service.settings import load
from tests.conftest import MakeTopic
from tests.service.broker.client_faults.acting import give_up_asking, join, offset
from tests.service.kafka_doubles import FakeClock, FakeConsumer, evicted, stable

PARTITION = TopicPartition("news.sentences", 0)
CALL_MS = 10_000  # for what a broker answers at once


def membership(
    consumer: FakeConsumer, clock: FakeClock | None = None, rejoin: Callable[[], object] = lambda: None
) -> Membership:
    """A membership that subscribes again after 30 s outside and gives up after 150."""
    listener = AssignmentListener(lambda kind, partitions: None)
    limits = {"session_timeout_s": 30.0, "limit_s": 150.0}
    return Membership(consumer, "news.sentences", listener, rejoin=rejoin, clock=clock or FakeClock(), **limits)


def test_a_new_generation_goes_back_to_what_is_committed() -> None:
    """The first batch of a generation is dropped, because its positions may be older than another member's commit."""
    consumer = FakeConsumer(committed={PARTITION: 60})
    member = membership(consumer)

    first = member.check()
    second = member.check()

    assert first is None
    assert [("seek", 0, 60)] == consumer.calls
    assert consumer.metadata == second


def test_what_was_sought_is_told_until_the_next_check() -> None:
    """Whoever counts what waits begins there."""
    member = membership(FakeConsumer(committed={PARTITION: 60}))

    member.check()
    after_the_first = member.sought
    member.check()

    assert ({("news.sentences", 0): 60}, {}) == (after_the_first, member.sought)


def test_a_retained_partition_is_sought_again_in_each_generation() -> None:
    """A partition that was lost and came back in between does not keep its old position."""
    consumer = FakeConsumer(committed={PARTITION: 60})
    member = membership(consumer)
    member.check()
    consumer.metadata = stable(generation=3)
    consumer.stored[PARTITION] = 90

    assert member.check() is None
    assert ("seek", 0, 90) == consumer.calls[-1]


def test_nothing_committed_means_the_beginning() -> None:
    """A group that has committed nothing reads the topic from its start."""
    consumer = FakeConsumer()

    membership(consumer).check()

    assert [("seek to beginning", 0)] == consumer.calls


@pytest.mark.parametrize(("kept", "told"), [((70, 90), "deleted before they were read"), ((5, 59), "ends before")])
def test_a_committed_offset_that_is_not_on_the_topic_is_told(kept: tuple[int, int], told: str) -> None:
    """Reading goes on with what is kept, and what that skips or repeats is an error in the log."""
    consumer = FakeConsumer(committed={PARTITION: 60})
    consumer.kept = kept

    member = membership(consumer)
    member.misplaced()

    with capture_logs() as lines:
        member.check()

    assert [("seek", 0, kept[0])] == consumer.calls
    assert told in lines[0]["event"]
    assert "error" == lines[0]["log_level"]


def test_an_evicted_member_gets_no_metadata_to_commit_with() -> None:
    """Generation -1 would be accepted by the broker without fencing, so it is never handed out."""
    consumer = FakeConsumer()
    member = membership(consumer)
    member.check()
    consumer.metadata = evicted()

    assert member.check() is None
    assert not member.stable


def test_a_member_that_is_rebalancing_gets_none_either() -> None:
    """Until the group is stable, whose partitions these are is open."""
    consumer = FakeConsumer()
    consumer.metadata = ConsumerGroupMetadata("claimwire", 4, "member-1", None, MemberState.REBALANCING)

    assert membership(consumer).check() is None


def test_doubt_leads_back_to_what_is_committed() -> None:
    """After a failed transaction the same generation is sought again."""
    consumer = FakeConsumer(committed={PARTITION: 60})
    member = membership(consumer)
    member.check()
    member.check()

    member.doubt()

    assert member.check() is None
    assert [("seek", 0, 60)] * 2 == consumer.calls


def test_a_new_member_joins_once_more() -> None:
    """The broker does not tell a member that it took back that it leads the group; the second join does."""
    consumer, clock, rejoined = FakeConsumer(), FakeClock(), []
    member = membership(consumer, clock, rejoin=lambda: rejoined.append((clock.now, consumer.metadata.member_id)))

    for clock.now, consumer.metadata in (
        (1000, stable(1, "a")),
        (1001, stable(1, "a")),
        (1030, stable(1, "a")),
        (1031, stable(1, "a")),
        (1032, stable(2, "a")),
        (1090, evicted()),
        (1091, stable(3, "b")),
        (1092, stable(3, "b")),
        (1123, stable(3, "b")),
    ):
        member.check()

    assert [(1031, "a"), (1123, "b")] == rejoined


def test_a_new_member_without_a_partition_joins_once_more_at_once() -> None:
    """The leader may not have known the partitions; and with nothing to do, nobody is kept waiting."""
    consumer, rejoined = FakeConsumer(), []
    consumer.partitions = set()
    member = membership(consumer, rejoin=lambda: rejoined.append(consumer.metadata.member_id))

    for _ in range(4):
        member.check()

    assert ["member-1"] == rejoined


def test_positions_that_cannot_be_read_are_asked_for_again() -> None:
    """While a dead owner's transaction holds the offsets back, batches are dropped."""

    class Pending(FakeConsumer):
        answers = iter([KafkaTimeoutError(), None])

        def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
            if error := next(self.answers):
                raise error
            return 5

    consumer = Pending()
    member = membership(consumer)

    assert [None, None] == [member.check(), member.check()]
    assert consumer.metadata == member.check()


def test_positions_are_asked_for_only_so_long_however_many_there_are() -> None:
    """The watchdog must not end a process that does nothing worse than ask a slow coordinator about its partitions."""
    clock, waits = FakeClock(), []

    class Slow(FakeConsumer):
        def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
            waits.append(timeout_ms)
            clock.now += 3
            return 5

    consumer = Slow()
    consumer.partitions = {TopicPartition("news.sentences", number) for number in range(30)}

    assert membership(consumer, clock).check() is None
    assert [10_000, 10_000, 10_000, 10_000, 8_000, 5_000, 2_000] == waits
    assert [] == consumer.calls


def test_looking_for_what_is_kept_is_part_of_that_time() -> None:
    """All questions of one step share its limit."""
    clock, waits = FakeClock(), []

    class Slow(FakeConsumer):
        def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
            clock.now += 12
            return 5

        def beginning_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
            waits.append(timeout_ms)
            clock.now += 5
            return super().beginning_offsets(partitions, timeout_ms)

        def end_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
            waits.append(timeout_ms)
            return super().end_offsets(partitions, timeout_ms)

    member = membership(Slow(), clock)
    member.misplaced()

    member.check()

    assert [8_000, 3_000] == waits


def test_a_stranded_member_subscribes_again_once() -> None:
    """A leader that a change of metadata has stranded is freed by leaving and entering the subscription."""
    consumer, clock = FakeConsumer(), FakeClock()
    consumer.metadata = evicted()
    member = membership(consumer, clock)

    for clock.now in (1010, 1031, 1040):
        member.check()

    assert [("unsubscribe",), ("subscribe", "news.sentences")] == consumer.calls


def test_staying_outside_the_group_ends_the_process() -> None:
    """A member that does not get back in leaves its partitions to others by ending."""
    consumer, clock = FakeConsumer(), FakeClock()
    consumer.metadata = evicted()
    member = membership(consumer, clock)
    clock.now += 151

    with pytest.raises(MembershipLostError, match="151 s"):
        member.check()


def test_offsets_that_stay_unreadable_end_the_process() -> None:
    """A member that never learns where to begin does no work, however stable the group calls it."""

    class Unreachable(FakeConsumer):
        def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
            raise KafkaTimeoutError

    clock = FakeClock()
    member = membership(Unreachable(), clock)
    member.check()
    clock.now += 151

    with pytest.raises(MembershipLostError, match="committed offsets cannot be read"):
        member.check()


def test_the_listener_tells_what_is_ours() -> None:
    """Every change of the assignment is passed on with the partitions that remain."""
    heard: list[tuple[str, set[TopicPartition]]] = []
    listener = AssignmentListener(lambda kind, partitions: heard.append((kind, set(partitions))))
    other = TopicPartition("news.sentences", 1)

    listener.on_partitions_assigned({PARTITION, other})
    listener.on_partitions_revoked({other})
    listener.on_partitions_lost({PARTITION})

    assert [("assigned", {PARTITION, other}), ("revoked", {PARTITION}), ("lost", set())] == heard


def test_an_answer_that_came_too_late_is_not_believed(real_broker: Broker, make_topic: MakeTopic, group: str) -> None:
    """What was committed before others were at work would have their records read, and published, once more."""
    # With one partition the polls of the join would ask the same, and be told the late answer in our stead.
    partition = TopicPartition(make_topic(real_broker, partitions=2), 0)
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": real_broker.bootstrap_servers, "CLAIMWIRE_GROUP_ID": group})
    consumer, successor = (make_consumer(settings, None) for _ in range(2))
    successor.assign([partition])
    successor.commit({partition: offset(5)}, timeout_ms=CALL_MS)
    member = membership(consumer)
    consumer.subscribe([partition.topic])
    join(consumer)
    give_up_asking(consumer, partition)
    consumer.unsubscribe()
    successor.commit({partition: offset(15)}, timeout_ms=CALL_MS)
    consumer.subscribe([partition.topic])
    join(consumer)

    member.check()

    consumer.close(autocommit=False)
    successor.close(autocommit=False)
    assert 15 == member.sought[partition.topic, 0]
