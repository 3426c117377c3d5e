"""Counting a whole batch at once, where Prometheus's own client counts one event at a time."""

from collections.abc import Iterable
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from service.operations.family import Family

TopicPartition: TypeAlias = tuple[str, int]


def counter(family: Family, registry: CollectorRegistry) -> Counter:
    """Register a counter as its declaration says."""
    return Counter(family.name, family.meaning, family.label_names, unit=family.unit_suffix, registry=registry)


def gauge(family: Family, registry: CollectorRegistry) -> Gauge:
    """Register a gauge as its declaration says."""
    return Gauge(family.name, family.meaning, family.label_names, unit=family.unit_suffix, registry=registry)


def histogram(family: Family, registry: CollectorRegistry) -> Histogram:
    """Register a histogram as its declaration says, to observe one number at a time."""
    return Histogram(
        family.name,
        family.meaning,
        family.label_names,
        unit=family.unit_suffix,
        registry=registry,
        buckets=family.buckets,
    )


class LabelledCounter:
    """A counter with one label; every value that is known is there at 0, so that `rate()` sees the first event."""

    def __init__(self, family: Family, registry: CollectorRegistry, values: Iterable[str] = ()) -> None:
        self._counter = counter(family, registry)
        self._children = {value: self._counter.labels(value) for value in (*family.dimensions[0].values, *values)}

    def add(self, value: str, n: int = 1) -> None:
        """Count n more events under this value of the label."""
        child = self._children.get(value)
        if child is None:
            child = self._children[value] = self._counter.labels(value)
        child.inc(n)


class PartitionGauge:
    """A gauge with one number for each partition that this process owns, and none for any other."""

    def __init__(self, family: Family, registry: CollectorRegistry) -> None:
        self._gauge = gauge(family, registry)
        self._children: dict[TopicPartition, Gauge] = {}
        self._owned: frozenset[TopicPartition] = frozenset()
        self._lock = Lock()  # the loop sets numbers while kafka-python's own thread reports a rebalance

    def own(self, partitions: Iterable[TopicPartition]) -> None:
        """From now on these are ours; the series of all others end, because another process goes on with them."""
        with self._lock:
            self._owned = frozenset(partitions)
            for topic, partition in self._children.keys() - self._owned:
                del self._children[topic, partition]
                self._gauge.remove(topic, partition)

    def set(self, topic: str, partition: int, value: float) -> None:
        """Show the value; that of a partition which is no longer ours is dropped, or it would stand there for ever."""
        with self._lock:
            if (topic, partition) not in self._owned:
                return
            child = self._children.get((topic, partition))
            if child is None:
                child = self._children[topic, partition] = self._gauge.labels(topic, partition)
            child.set(value)


class BatchHistogram(Collector):
    """A histogram with at most one label that takes arrays: NumPy bins a batch, and whole bins are added.

    The format is that of https://prometheus.io/docs/concepts/metric_types/#histogram: a value belongs to the first
    bucket whose upper bound is not below it, and buckets are shown cumulated.
    """

    def __init__(self, family: Family, registry: CollectorRegistry) -> None:
        self._family = family
        self._values = family.dimensions[0].values if family.dimensions else ("",)
        self._bounds = np.array(family.buckets)
        self._names = [*map(floatToGoString, family.buckets), "+Inf"]
        self._counts = np.zeros((len(self._values), len(self._names)), dtype=np.int64)
        self._sums = np.zeros(len(self._values))
        self._lock = Lock()  # a scrape must not see the counts of a batch without its sum
        registry.register(self)

    def add(self, numbers: ArrayLike, rows: NDArray[np.integer] | None = None) -> None:
        """Count numbers of shape (n,) in the family's unit.

        `rows`, of the same shape, says which of the label's values each number belongs to, by its place in the
        declaration; a family without a label has none.
        """
        observed = np.asarray(numbers, dtype=np.float64)
        cells = self._bounds.searchsorted(observed)
        if rows is None:
            sums = observed.sum()
        else:
            cells += rows * len(self._names)
            sums = np.bincount(rows, weights=observed, minlength=len(self._sums))
        counts = np.bincount(cells, minlength=self._counts.size).reshape(self._counts.shape)
        with self._lock:
            self._counts += counts
            self._sums += sums

    def describe(self) -> Iterable[Metric]:
        """The family without numbers; the registry refuses a second one of the same name by it."""
        yield self._empty()

    def collect(self) -> Iterable[Metric]:
        """The family with one set of buckets for each value of the label."""
        with self._lock:
            cumulated, sums = self._counts.cumsum(axis=1), self._sums.copy()
        shown = self._empty()
        for value, counts, total in zip(self._values, cumulated.tolist(), sums.tolist(), strict=True):
            labels = (value,) if self._family.dimensions else ()
            shown.add_metric(labels, list(zip(self._names, counts, strict=True)), total)
        yield shown

    def _empty(self) -> HistogramMetricFamily:
        family = self._family
        return HistogramMetricFamily(family.name, family.meaning, labels=family.label_names, unit=family.unit_suffix)
