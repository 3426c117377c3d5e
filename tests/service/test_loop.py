"""One turn of the wheel, and what happens when a step fails."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.errors import (
    CorruptRecordError,
    InvalidRecordError,
    InvalidTimestampError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    LogTruncationError,
    MessageSizeTooLargeError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    ProducerFencedError,
    TopicAuthorizationFailedError,
)
from prometheus_client import CollectorRegistry

from models.decision import Verdict
from models.labels import Label
from service.broker.delivery import ExactlyOnce
from service.broker.membership import AssignmentListener, Membership
from service.dead_letters import Breaker
from service.errors import (
    BadRecordError,
    BrokerRefusedError,
    BrokerUnavailableError,
    DeadLetterShareError,
    FencedError,
    Reason,
    Stage,
    UndeliverableError,
    UnreadableBatchError,
)
from service.loop import Loop
from service.observed import Observed
from service.operations.health import Health
from service.operations.metrics import Metrics
from service.pipeline import Outcome, Place, place
from service.records import Outgoing, Record
from service.settings import load
from tests.service.kafka_doubles import FakeAppender, FakeBroker, FakeClock, FakeConsumer, FakeProducer, FakeRecord

CLAIM = Verdict(Label.CLAIM, 0.9, (0.9, 0.05, 0.03, 0.02), accepted=True, threshold=0.5)
MakeBench: TypeAlias = Callable[..., "Bench"]
UNREADABLE = BadRecordError(Reason.INVALID_JSON, Stage.DECODE, "not JSON")


class FakePipeline:
    """Labels every record a claim, but sets those aside whose value is not JSON or whose place is condemned."""

    def __call__(self, records: Sequence[Record], condemned: Mapping[Place, BadRecordError]) -> list[Outcome]:
        """One outcome a record."""
        return [self.outcome(record, condemned.get(place(record))) for record in records]

    def outcome(self, record: Record, error: BadRecordError | None) -> Outcome:
        """A claim, or a dead letter that is short enough for any broker."""
        error = error or (UNREADABLE if record.value == b"not json" else None)
        topic = "news.sentences.dead-letters" if error else "news.claims"
        value = b"dead" if error else record.value
        return Outcome(Outgoing(topic, record.key, value, []), None if error else CLAIM, error, 10)


class Bench:
    """A loop with everything around it under a test's control."""

    def __init__(
        self,
        polls: Sequence[object],
        producers: Sequence[FakeProducer] = (),
        broker: FakeBroker | None = None,
        *,
        bulk: bool = True,
        **settings: str,
    ) -> None:
        # The first poll of a generation is always dropped, so an empty one goes first.
        self.consumer = broker.consumer if broker else FakeConsumer([[], *polls])
        self.broker = broker
        self.clock = FakeClock()
        self.made: list[FakeProducer] = []
        self.waiting = list(producers)
        self.bulk = bulk
        self.registry = CollectorRegistry()
        self.pauses: list[float] = []
        self.steps: list[str] = []
        self.health = Health(self.clock, 90, 150, 300)
        effective = load({f"CLAIMWIRE_{name}": value for name, value in settings.items()})
        membership = Membership(
            self.consumer,
            "news.sentences",
            AssignmentListener(lambda kind, partitions: None),
            rejoin=lambda: None,
            session_timeout_s=30,
            limit_s=150,
            clock=self.clock,
        )
        self.loop = Loop(
            effective,
            self.consumer,
            membership,
            FakePipeline(),
            ExactlyOnce(self.make_producer, timeout_s=1, bulk=bulk, make_appender=FakeAppender),
            Breaker(effective.dead_letter_share, effective.dead_letter_window),
            Observed(Metrics(self.registry), self.health, transactional=True),
            stopping=broker.drained if broker else lambda: not self.consumer.polls,
            beat=self.steps.append,
            sleep=self.sleep,
            clock=self.clock,
            jitter=lambda: 0.5,
        )

    def make_producer(self) -> FakeProducer:
        """The next producer that the test has prepared, or a plain one."""
        plain = self.broker.producer() if self.broker else FakeProducer()
        self.made.append(self.waiting.pop(0) if self.waiting else plain)
        return self.made[-1]

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.pauses.append(seconds)
        self.clock.now += seconds

    def delivered(self) -> list[bytes | None]:
        """The values of all transactions that were committed, in order."""
        return [value for producer in self.made for value in producer.committed]


@pytest.fixture(params=[True, False], ids=["in bulk", "one by one"], scope="module")
def make_bench(request: pytest.FixtureRequest) -> MakeBench:
    """Makes a bench whose outputs go in whole batches, as `claimwire run` sends them, or one by one."""
    return partial(Bench, bulk=request.param)


def numbered(*numbers: int, partition: int = 0) -> list[FakeRecord]:
    """Records whose values are their offsets."""
    return [FakeRecord(number, partition, b"%d" % number) for number in numbers]


def test_what_is_polled_is_delivered(make_bench: MakeBench) -> None:
    """Each record of a poll comes out once, in order."""
    bench = make_bench([numbered(0, 1, 2), numbered(3)])

    bench.loop.run()

    assert [b"0", b"1", b"2", b"3"] == bench.delivered()


def test_a_batch_of_a_new_generation_is_dropped(make_bench: MakeBench) -> None:
    """Its positions may be stale; it comes again from what is committed."""
    bench = make_bench([])
    bench.consumer.polls = [numbered(0, 1), numbered(5)]

    bench.loop.run()

    assert [b"5"] == bench.delivered()
    assert ("seek to beginning", 0) in bench.consumer.calls


def test_after_a_failed_delivery_positions_go_back_to_what_is_committed(make_bench: MakeBench) -> None:
    """The batch is read again, and nothing of the failed attempt counts."""
    failing = FakeProducer(lambda value: KafkaTimeoutError())
    bench = make_bench([numbered(0, 1), [], numbered(0, 1)], [failing])

    bench.loop.run()

    assert [b"0", b"1"] == bench.delivered()
    assert 2 == sum(call[0] == "seek to beginning" for call in bench.consumer.calls)


def test_each_step_that_takes_its_time_is_told_to_the_watchdog(make_bench: MakeBench) -> None:
    """A failure is a chain of waits, each with its own limit; together they would look like a standstill."""
    bench = make_bench([numbered(0)], [FakeProducer(lambda value: KafkaTimeoutError())])
    bench.loop.turn()
    bench.steps.clear()

    bench.loop.turn()

    delivery = ["open", "publish", "flush", "salvage", "discard"]
    assert ["poll", "membership", "label", *delivery, "pause", "open"] == bench.steps


def test_a_chain_of_steps_does_not_look_dead(make_bench: MakeBench) -> None:
    """Each step is news for `/livez`, as it is for the watchdog."""

    def slow(value: bytes | None) -> KafkaError:
        bench.clock.now += 60
        return KafkaTimeoutError()

    bench = make_bench([numbered(0)], [FakeProducer(slow)])
    bench.health.started()
    bench.loop.turn()
    bench.loop.turn()
    bench.clock.now += 60

    assert bench.health.live().healthy


def test_pauses_grow_while_failures_last(make_bench: MakeBench) -> None:
    """A broker that is down is not hammered."""
    failing = [FakeProducer(lambda value: KafkaTimeoutError()) for _ in range(4)]
    polls = [poll for _ in range(4) for poll in (numbered(0), [])]
    bench = make_bench(polls, failing)

    bench.loop.run()

    assert [0.2, 0.4, 0.8, 1.6] == bench.pauses


def test_a_record_that_the_broker_refuses_is_found_and_set_aside_alone(make_bench: MakeBench) -> None:
    """The batch is halved until the culprit stands alone; its neighbours are labelled."""
    broker = FakeBroker(numbered(*range(8)), refuses=lambda value: value == b"5")
    bench = make_bench([], broker=broker)

    bench.loop.run()

    assert [b"0", b"1", b"2", b"3", b"4", b"dead", b"6", b"7"] == broker.outputs


def test_a_refused_record_is_found_while_another_partition_is_busy(make_bench: MakeBench) -> None:
    """What is delivered from elsewhere meanwhile neither pardons it nor has it tried in large batches again."""
    busy = numbered(*range(60))
    bad = [FakeRecord(0, 1, b"bad"), *numbered(*range(1, 8), partition=1)]
    broker = FakeBroker([*busy, *bad], refuses=lambda value: value == b"bad")
    bench = make_bench([], broker=broker)

    bench.loop.run()

    refusals = 4 + bench.bulk  # of eight records, four, two, and one, before which eight went in bulk
    assert refusals + 1 == len(bench.made)
    assert broker.outputs.index(b"dead") < broker.outputs.index(b"55")


@given(
    st.lists(st.sampled_from(["work", "fail to send", "fail to commit", "lose the answer", "rebalance"]), max_size=30)
)
def test_whatever_fails_each_record_comes_out_once(make_bench: MakeBench, weather: list[str]) -> None:
    """Failures of any step, lost answers and rebalances neither lose nor double a record under exactly-once."""
    broker = FakeBroker(numbered(*range(20)), weather=weather)
    bench = make_bench([], broker=broker, BATCH_RECORDS="4")

    bench.loop.run()

    assert [b"%d" % number for number in range(20)] == broker.outputs


def test_a_dead_letter_that_is_refused_stops_the_service(make_bench: MakeBench) -> None:
    """A record that can be neither labelled nor set aside must not be lost."""
    refusing = FakeProducer(lambda value: MessageSizeTooLargeError())
    bench = make_bench([[FakeRecord(0, value=b"not json")]], [refusing])

    with pytest.raises(UndeliverableError, match=r"max\.message\.bytes"):
        bench.loop.run()


def test_a_dead_letter_that_its_topic_does_not_allow_is_told_from_a_large_one(make_bench: MakeBench) -> None:
    """A compacted topic refuses a record without a key, however much it may hold."""
    refusing = FakeProducer(lambda value: InvalidRecordError())
    bench = make_bench([[FakeRecord(0, value=b"not json")]], [refusing])

    with pytest.raises(UndeliverableError, match="no compaction, no validation"):
        bench.loop.run()


def test_few_deliveries_are_wasted_on_bad_records(make_bench: MakeBench) -> None:
    """Of ten among a thousand each costs a short search, without a pause."""
    bad = {b"%d" % number for number in range(50, 1000, 100)}
    broker = FakeBroker(numbered(*range(1000)), refuses=lambda value: value in bad, at_once=500)
    bench = make_bench([], broker=broker)

    bench.loop.run()

    assert len(bad) == broker.outputs.count(b"dead")
    assert len(bench.made) <= 7 * len(bad)
    assert [] == bench.pauses


def test_a_clock_that_is_wrong_costs_no_sentence(make_bench: MakeBench) -> None:
    """A broker refuses whatever is sent under such a time; nothing is set aside for it, all of it comes again."""
    failing = FakeProducer(lambda value: InvalidTimestampError())
    bench = make_bench([numbered(0), [], numbered(0)], [failing])

    bench.loop.run()

    assert [b"0"] == bench.delivered()


def test_a_fenced_producer_stops_the_service(make_bench: MakeBench) -> None:
    """Two processes under one id must not take turns."""
    bench = make_bench([numbered(0)], [FakeProducer(lambda value: ProducerFencedError())])

    with pytest.raises(FencedError, match="CLAIMWIRE_INSTANCE_ID"):
        bench.loop.run()


def test_a_transaction_that_lasted_too_long_does_not_stop_it(make_bench: MakeBench) -> None:
    """The broker speaks of it as of one that another process took over; a process that was frozen goes on."""

    def frozen(value: bytes | None) -> KafkaError:
        bench.clock.now += 31  # longer than a transaction may last by default
        return ProducerFencedError()

    bench = make_bench([numbered(0), [], numbered(0)], [FakeProducer(frozen)])

    bench.loop.run()

    assert [b"0"] == bench.delivered()


def test_a_missing_right_stops_the_service(make_bench: MakeBench) -> None:
    """Trying again would not grant it."""
    bench = make_bench([numbered(0)], [FakeProducer(lambda value: TopicAuthorizationFailedError("news.claims"))])

    with pytest.raises(BrokerRefusedError, match=r"news\.claims"):
        bench.loop.run()


@pytest.mark.parametrize("error", [CorruptRecordError(), ValueError("bad varint")])
def test_a_batch_that_cannot_be_parsed_stops_the_service(make_bench: MakeBench, error: Exception) -> None:
    """The next poll would spin for ever."""
    bench = make_bench([error])

    with pytest.raises(UnreadableBatchError, match=r"news\.sentences"):
        bench.loop.run()


def test_a_poll_that_fails_in_passing_is_tried_again(make_bench: MakeBench) -> None:
    """A broken connection is no reason to end."""
    bench = make_bench([KafkaConnectionError(), [], numbered(0)])

    bench.loop.run()

    assert [b"0"] == bench.delivered()


@pytest.mark.parametrize("error", [NoOffsetForPartitionError(), OffsetOutOfRangeError(), LogTruncationError({})])
def test_a_position_that_is_gone_is_sought_anew(make_bench: MakeBench, error: KafkaError) -> None:
    """Nobody but the membership moves a position; the loop neither waits nor moves one itself."""
    bench = make_bench([[FakeRecord(1)], error, [FakeRecord(2)], [FakeRecord(3)]])

    bench.loop.run()

    assert [("seek to beginning", 0)] * 2 == [call for call in bench.consumer.calls if "seek" in call[0]]
    assert [] == bench.pauses


def test_failures_that_last_end_the_service(make_bench: MakeBench) -> None:
    """After the limit somebody has to look; a process that retries for ever looks healthy."""
    bench = make_bench([KafkaConnectionError()] * 60, BROKER_LIMIT_S="100")

    with pytest.raises(BrokerUnavailableError, match="KafkaConnectionError"):
        bench.loop.run()


def test_an_idle_service_notices_that_nobody_is_there(make_bench: MakeBench) -> None:
    """With every broker gone a poll brings nothing, without an error; the service asks, and ends in the end."""
    bench = make_bench([[]] * 200, BROKER_LIMIT_S="100")

    answers = iter([None])

    def nobody(*arguments: object, **keywords: object) -> None:
        for answer in answers:
            return answer
        raise KafkaTimeoutError

    bench.consumer.committed = nobody  # type: ignore[method-assign]  # the brokers go while it runs

    with pytest.raises(BrokerUnavailableError, match="KafkaTimeoutError"):
        bench.loop.run()


def test_too_many_dead_letters_stop_the_service_after_they_are_delivered(make_bench: MakeBench) -> None:
    """Nothing is lost when the breaker opens: the dead letters that opened it are on their topic."""
    bad = [FakeRecord(n, value=b"not json") for n in range(6)]
    bench = make_bench([[*bad, *numbered(6, 7, 8, 9)], numbered(10)], DEAD_LETTER_WINDOW="10")

    with pytest.raises(DeadLetterShareError, match="6 of the last 6"):
        bench.loop.run()

    assert 10 == len(bench.delivered())


def test_what_was_done_is_counted(make_bench: MakeBench) -> None:
    """The metrics tell claims from dead letters."""
    bench = make_bench([[FakeRecord(0), FakeRecord(1, value=b"not json")]])

    bench.loop.run()

    def processed(result: str) -> float | None:
        return bench.registry.get_sample_value("claimwire_records_processed_total", {"result": result})

    assert (1.0, 1.0) == (processed("claim"), processed("dead_letter"))
