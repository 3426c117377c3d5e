"""What the loop lets others see of itself: numbers, health, and one line a batch."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import structlog
from kafka import KafkaConsumer, TopicPartition

from models.labels import LABELS
from service.broker.delivery import DeliveryFailedError
from service.broker.ledger import Partition
from service.broker.remedies import Remedy
from service.lag import Lag
from service.operations.catalogue import BatchStage, RebalanceKind, Result
from service.operations.health import Health
from service.operations.metrics import Metrics
from service.pipeline import Outcome
from service.records import Record

log = structlog.get_logger()

_COLUMN = {label: column for column, label in enumerate(LABELS)}


class Observed:
    """Told by the loop what happened, it keeps the metrics, the health and the log.

    `transactional` says whether a delivery is a transaction. Ages are seconds since a record's own timestamp.
    """

    def __init__(
        self,
        metrics: Metrics,
        health: Health,
        *,
        transactional: bool,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._transactional = transactional
        self._wall = wall
        self._clock = clock
        self._stages: dict[BatchStage, float] = {}
        self._started = 0.0
        self._lag = Lag(metrics, wall)

    def now(self) -> float:
        """The reading from which a batch's wall time counts."""
        return self._clock()

    def stage(self, name: BatchStage, seconds: float) -> None:
        """A step of the current batch is done; the sink for the `timing` of the pipeline and the delivery."""
        self._stages[name] = self._stages.get(name, 0.0) + seconds

    def step(self) -> None:
        """The loop begins another step."""
        self._health.turned()

    def polled(
        self,
        records: Sequence[Record],
        consumer: KafkaConsumer,
        sought: Mapping[Partition, int | None],
        *,
        stable: bool,
    ) -> None:
        """A poll brought `records`, after which positions were sought back to the offsets `sought`."""
        self._metrics.polled(self._wall())
        self._metrics.consumed(len(records))
        self._health.membership(stable)
        self._lag.polled(records)
        self._lag.sought(sought)
        self._lag.tell(consumer)

    def answered(self) -> None:
        """A broker has just answered something that it had to know."""
        self._health.broker_answered()

    def batch_started(self, polled_at: float) -> None:
        """A poll that began at `polled_at` brought records of ours."""
        self._started = polled_at
        self._stages = {"poll": self._clock() - polled_at}

    def committed(
        self,
        records: Sequence[Record],
        outcomes: Sequence[Outcome],
        offsets: Mapping[Partition, int],
    ) -> None:
        """A batch is delivered and its offsets are committed."""
        seconds = self._clock() - self._started
        wall = self._wall()
        self._metrics.committed_at(wall)
        if self._transactional:
            self._metrics.transaction("committed")
        self._count(outcomes)
        self._metrics.ages(np.array([wall - record.timestamp / 1000 for record in records if record.timestamp >= 0]))
        self._lag.committed(records, offsets)
        for (topic, partition), offset in offsets.items():
            self._metrics.committed(topic, partition, offset)
        for stage, spent in self._stages.items():
            self._metrics.stage(stage, spent)
        self._metrics.batch(len(records), seconds)
        self._write(records, outcomes, offsets, seconds)
        self._started, self._stages = self._clock(), {}

    def failed(self, failure: DeliveryFailedError) -> None:
        """A batch could not be delivered."""
        self._stages = {}
        if self._transactional:
            self._metrics.transaction("fenced" if failure.remedy is Remedy.FENCED else "aborted")

    def rebalanced(self, kind: RebalanceKind, partitions: set[TopicPartition]) -> None:
        """The group gave or took partitions; called on the client's own thread."""
        self._metrics.rebalance(kind)
        self._metrics.assigned({(partition.topic, partition.partition) for partition in partitions})
        log.info("rebalanced", kind=kind, partitions=sorted(partition.partition for partition in partitions))

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        for result, n in Counter(map(_result, outcomes)).items():
            self._metrics.processed(result, n)
        for reason, n in Counter(outcome.error.reason for outcome in outcomes if outcome.error).items():
            self._metrics.dead_letters(reason, n)
        for topic, n in Counter(outcome.outgoing.topic for outcome in outcomes).items():
            self._metrics.published(topic, n)
        verdicts = [outcome.verdict for outcome in outcomes if outcome.verdict]
        for unread, n in Counter(verdict.reason for verdict in verdicts if verdict.reason).items():
            self._metrics.unread(unread, n)
        read = [verdict for verdict in verdicts if verdict.reason is None]
        if read:
            self._metrics.confidences(
                np.array([_COLUMN[verdict.label] for verdict in read]),
                np.array([verdict.confidence for verdict in read]),
            )
        self._metrics.text_lengths(np.array([outcome.characters for outcome in outcomes if outcome.verdict]))

    def _write(
        self, records: Sequence[Record], outcomes: Sequence[Outcome], offsets: Mapping[Partition, int], seconds: float
    ) -> None:
        log.info(
            "batch",
            records=len(records),
            results=dict(Counter(map(_result, outcomes))),
            seconds=round(seconds, 3),
            stages_ms={stage: round(spent * 1000, 1) for stage, spent in self._stages.items()},
            committed={partition: offset for (_, partition), offset in sorted(offsets.items())},
        )


def _result(outcome: Outcome) -> Result:
    if outcome.verdict is None:
        return "dead_letter"
    return outcome.verdict.label.value if outcome.verdict.accepted else "review"
