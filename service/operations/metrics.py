"""The numbers that the loop reports once a batch, for Prometheus to fetch."""

from collections.abc import Iterable
from importlib.metadata import version

import numpy as np
from numpy.typing import ArrayLike, NDArray
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from service.errors import Reason
from service.operations import catalogue
from service.operations.catalogue import BatchStage, RebalanceKind, Result, TransactionOutcome
from service.operations.instruments import (
    BatchHistogram,
    LabelledCounter,
    PartitionGauge,
    TopicPartition,
    counter,
    gauge,
    histogram,
)

SHA256_DIGITS = 12  # enough to tell two model files apart, short enough to read aloud


class Metrics:
    """Everything that the service counts, on the registry that is passed in; each call costs some microseconds.

    Call it for batches, never for records. All that a batch did, its times included, is reported after its commit, so
    that a batch that fails and is read again counts once; only `consumed` is for every attempt. Durations are in
    seconds, moments in seconds since 1970. A label's value that the catalogue does not list raises no error.
    """

    def __init__(self, registry: CollectorRegistry, topics: Iterable[str] = ()) -> None:
        """Register every metric; `topics` are those that will be published on, shown at 0 from the start."""
        # A `_created` series beside each counter would double the scrape. The switch is one for the whole process.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client has not annotated it
        self._count_flow(registry, topics)
        self._count_times(registry)
        self._count_model(registry)
        self._count_group(registry)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def _count_flow(self, registry: CollectorRegistry, topics: Iterable[str]) -> None:
        self._consumed = counter(catalogue.RECORDS_CONSUMED, registry)
        self._processed = LabelledCounter(catalogue.RECORDS_PROCESSED, registry)
        self._published = LabelledCounter(catalogue.EVENTS_PUBLISHED, registry, topics)
        self._dead_letters = LabelledCounter(catalogue.DEAD_LETTERS, registry)
        self._unread = LabelledCounter(catalogue.UNREAD_TEXTS, registry)
        self._text_lengths = BatchHistogram(catalogue.TEXT_LENGTH, registry)

    def _count_times(self, registry: CollectorRegistry) -> None:
        stages = histogram(catalogue.STAGE_DURATION, registry)
        self._stages = {name: stages.labels(name) for name in catalogue.STAGE_DURATION.dimensions[0].values}
        self._batch_duration = histogram(catalogue.BATCH_DURATION, registry)
        self._batch_records = histogram(catalogue.BATCH_RECORDS, registry)
        self._ages = BatchHistogram(catalogue.EVENT_AGE, registry)

    def _count_model(self, registry: CollectorRegistry) -> None:
        self._confidences = BatchHistogram(catalogue.CONFIDENCE, registry)
        self._model = gauge(catalogue.MODEL_INFO, registry)
        self._model_loaded = gauge(catalogue.MODEL_LOADED, registry)
        gauge(catalogue.BUILD_INFO, registry).labels(version("claimwire"), version("kafka-python")).set(1)

    def _count_group(self, registry: CollectorRegistry) -> None:
        self._lag_records = PartitionGauge(catalogue.LAG_RECORDS, registry)
        self._lag_seconds = PartitionGauge(catalogue.LAG_SECONDS, registry)
        self._committed_offset = PartitionGauge(catalogue.COMMITTED_OFFSET, registry)
        self._assigned = gauge(catalogue.ASSIGNED_PARTITIONS, registry)
        self._rebalances = LabelledCounter(catalogue.REBALANCES, registry)
        self._transactions = LabelledCounter(catalogue.TRANSACTIONS, registry)
        self._last_poll = gauge(catalogue.LAST_POLL, registry)
        self._last_commit = gauge(catalogue.LAST_COMMIT, registry)

    def consumed(self, n: int) -> None:
        """A poll brought n records, for the first time or again."""
        self._consumed.inc(n)

    def processed(self, result: Result, n: int) -> None:
        """N records came to this end, and their batch is committed."""
        self._processed.add(result, n)

    def published(self, topic: str, n: int) -> None:
        """A broker confirmed n events on the topic, and their batch is committed."""
        self._published.add(topic, n)

    def dead_letters(self, reason: Reason, n: int) -> None:
        """N records were set aside for this reason, and their batch is committed."""
        self._dead_letters.add(reason, n)

    def unread(self, reason: str, n: int) -> None:
        """N texts were not shown to any reader, for this reason."""
        self._unread.add(reason, n)

    def text_lengths(self, characters: ArrayLike) -> None:
        """The lengths of the texts of a batch, in characters, shape (n,)."""
        self._text_lengths.add(characters)

    def stage(self, name: BatchStage, seconds: float) -> None:
        """One stage of a batch took so long; the six stages of a batch add up to its wall time."""
        self._stages[name].observe(seconds)

    def batch(self, records: int, seconds: float) -> None:
        """A batch is committed; `seconds` is its wall time from poll to commit."""
        self._batch_records.observe(records)
        self._batch_duration.observe(seconds)

    def ages(self, seconds: ArrayLike) -> None:
        """The ages of a batch's records when their events were confirmed, shape (n,).

        Leave records without a timestamp out. A negative age is a producer whose clock is ahead of ours: it counts as
        0, because a histogram's sum must not fall.
        """
        self._ages.add(np.maximum(seconds, 0.0))

    def confidences(self, labels: NDArray[np.integer], confidences: ArrayLike) -> None:
        """The best labels of a batch, as indices into `LABELS`, and their probabilities; both of shape (n,)."""
        self._confidences.add(confidences, labels)

    def lag(self, topic: str, partition: int, records: int) -> None:
        """So many records of a partition of ours are not processed yet."""
        self._lag_records.set(topic, partition, records)

    def lag_seconds(self, topic: str, partition: int, seconds: float) -> None:
        """The oldest record of a partition of ours that is not processed yet is so old."""
        self._lag_seconds.set(topic, partition, seconds)

    def committed(self, topic: str, partition: int, offset: int) -> None:
        """The group would go on reading a partition of ours from this offset."""
        self._committed_offset.set(topic, partition, offset)

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """These partitions are ours now; any thread may say so. Numbers of others are dropped until they come back."""
        owned = frozenset(partitions)
        self._assigned.set(len(owned))
        for shown in (self._lag_records, self._lag_seconds, self._committed_offset):
            shown.own(owned)

    def rebalance(self, kind: RebalanceKind) -> None:
        """The group gave us partitions, took some back, or gave us up; any thread may say so."""
        self._rebalances.add(kind)

    def transaction(self, outcome: TransactionOutcome) -> None:
        """A transaction ended this way."""
        self._transactions.add(outcome)

    def polled(self, now: float) -> None:
        """The broker was polled at this moment."""
        self._last_poll.set(now)

    def committed_at(self, now: float) -> None:
        """A batch was committed at this moment."""
        self._last_commit.set(now)

    def model(self, name: str, version: str, sha256: str, sklearn_version: str, loaded_at: float) -> None:
        """This model is in use from this moment on, and no other."""
        self._model.clear()
        self._model.labels(name, version, sha256[:SHA256_DIGITS], sklearn_version).set(1)
        self._model_loaded.set(loaded_at)
