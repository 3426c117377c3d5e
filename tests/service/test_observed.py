"""What the loop lets others see of itself."""

import pytest
import structlog
from kafka.errors import KafkaTimeoutError, ProducerFencedError
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from models.decision import Verdict
from models.labels import Label
from service.broker.delivery import DeliveryFailedError
from service.observed import Observed
from service.operations.health import Health
from service.operations.metrics import Metrics
from service.pipeline import Outcome
from service.records import Outgoing
from tests.service.kafka_doubles import FakeClock, FakeConsumer, FakeRecord

PARTITION = ("news.sentences", 0)
DENIAL = Outcome(
    Outgoing("news.denials", b"k", b"v", []),
    Verdict(Label.DENIAL, 0.9, (0.05, 0.9, 0.03, 0.02), accepted=True, threshold=0.5),
    None,
    40,
)


class Bench:
    """An observed loop at a time of our choosing."""

    def __init__(self, *, transactional: bool = True) -> None:
        self.registry = CollectorRegistry()
        self.clock = FakeClock()
        self.metrics = Metrics(self.registry)
        self.metrics.assigned({PARTITION})
        health = Health(self.clock, 90, 150, 300)
        self.observed = Observed(self.metrics, health, transactional=transactional, wall=self.clock, clock=self.clock)

    def value(self, name: str, **labels: str) -> float | None:
        """A series' value."""
        return self.registry.get_sample_value(name, labels)

    def commit(self, offset: int = 59) -> None:
        """One denial, stamped ten seconds ago, is committed."""
        record = FakeRecord(offset, timestamp=int((self.clock.now - 10) * 1000))
        self.observed.batch_started(self.observed.now())
        self.observed.committed([record], [DENIAL], {PARTITION: offset + 1})


def test_a_committed_batch_is_counted_by_result_and_topic() -> None:
    """The desk's denials are on the dashboard."""
    bench = Bench()

    bench.commit()

    assert 1 == bench.value("claimwire_records_processed_total", result="denial")
    assert 1 == bench.value("claimwire_events_published_total", topic="news.denials")
    assert 60 == bench.value("claimwire_consumer_committed_offset", topic="news.sentences", partition="0")


def test_the_age_of_an_event_is_counted_from_its_record() -> None:
    """End to end means from the producer's stamp to our commit."""
    bench = Bench()

    bench.commit()

    assert 10 == bench.value("claimwire_event_age_seconds_sum")


def test_a_poll_tells_the_lag() -> None:
    """What was read, where reading goes on and what is committed all reach it."""
    bench = Bench()
    consumer = FakeConsumer(ends={0: 100}, positions={0: 60})
    bench.observed.polled([], consumer, {PARTITION: 60}, stable=True)
    unread = bench.value("claimwire_consumer_lag_records", topic="news.sentences", partition="0")
    bench.observed.polled([FakeRecord(60)], consumer, {}, stable=True)

    bench.commit(offset=99)
    consumer.positions[0] = 100
    bench.observed.polled([], consumer, {}, stable=True)

    assert 40 == unread
    assert 0 == bench.value("claimwire_consumer_lag_records", topic="news.sentences", partition="0")


@pytest.mark.parametrize(("outcome", "error"), [("aborted", KafkaTimeoutError()), ("fenced", ProducerFencedError())])
def test_a_transaction_that_failed_is_counted_by_how(outcome: str, error: Exception) -> None:
    """Fencing is somebody's mistake, an abort is a broker's bad moment."""
    bench = Bench()

    bench.observed.failed(DeliveryFailedError(error))

    assert 1 == bench.value("claimwire_transactions_total", outcome=outcome)


def test_without_transactions_none_is_counted() -> None:
    """At-least-once delivery has no outcome of a transaction."""
    bench = Bench(transactional=False)

    bench.commit()
    bench.observed.failed(DeliveryFailedError(KafkaTimeoutError()))

    assert 0 == sum(
        bench.value("claimwire_transactions_total", outcome=outcome) or 0
        for outcome in ("committed", "aborted", "fenced")
    )


def test_a_batch_is_one_line_without_a_text() -> None:
    """The log tells how many and how long, never what."""
    structlog.reset_defaults()
    bench = Bench()

    with capture_logs() as lines:
        bench.commit()

    (line,) = lines
    assert ("batch", 1, {"denial": 1}, {0: 60}) == tuple(line[k] for k in ("event", "records", "results", "committed"))
    assert "bridge" not in repr(line)
