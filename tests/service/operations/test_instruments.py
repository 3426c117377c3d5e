"""Counting whole batches: the same numbers as one by one, and none of partitions that are not ours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from service.operations.family import Dimension, Family, Kind
from service.operations.instruments import BatchHistogram, LabelledCounter, PartitionGauge, histogram

BUCKETS = (0.1, 0.5, 1.0, 2.5)
COLOURS = Dimension("colour", ("red", "green"))
PLAIN = Family("wait_seconds", Kind.HISTOGRAM, "seconds", "How long it took.", "Wait.", buckets=BUCKETS)
BY_COLOUR = PLAIN._replace(dimensions=(COLOURS,))
COUNTED = Family("balls_total", Kind.COUNTER, "balls", "How many there were.", "Count again.", (COLOURS,))
SHOWN = Family("depth", Kind.GAUGE, "", "How deep it is.", "Swim.", (Dimension("topic"), Dimension("partition")))

quarters = st.integers(-4, 20).map(lambda n: n / 4)  # sums of quarters are exact, in whatever order they are added


@given(st.lists(quarters))
def test_a_batch_counts_like_its_numbers_one_by_one(numbers: list[float]) -> None:
    """An array gives the buckets, the count and the sum that Prometheus's own histogram gives."""
    one_by_one = histogram(PLAIN, CollectorRegistry())
    at_once = BatchHistogram(PLAIN, CollectorRegistry())

    for number in numbers:
        one_by_one.observe(number)
    at_once.add(numbers)

    assert without_created(one_by_one) == without_created(at_once)


@given(st.lists(st.tuples(st.integers(0, 1), quarters)))
def test_a_labelled_batch_counts_like_its_numbers_one_by_one(pairs: list[tuple[int, float]]) -> None:
    """Each number is counted under the value of the label that its row names."""
    one_by_one = histogram(BY_COLOUR, CollectorRegistry())
    children = [one_by_one.labels(colour) for colour in COLOURS.values]
    at_once = BatchHistogram(BY_COLOUR, CollectorRegistry())

    for row, number in pairs:
        children[row].observe(number)
    at_once.add([number for _, number in pairs], np.array([row for row, _ in pairs], dtype=np.intp))

    assert without_created(one_by_one) == without_created(at_once)


def without_created(collector: Collector) -> list[tuple[str, dict[str, str], float]]:
    """The samples but for the time at which Prometheus's own histogram was made."""
    samples = [sample for metric in collector.collect() for sample in metric.samples]
    return [(s.name, s.labels, s.value) for s in samples if not s.name.endswith("_created")]


def test_batches_add_up() -> None:
    """A second batch is added to the first."""
    registry = CollectorRegistry()
    waits = BatchHistogram(PLAIN, registry)

    waits.add([0.25, 0.75])
    waits.add([0.75])

    assert 3 == registry.get_sample_value("wait_seconds_count")
    assert 1.75 == registry.get_sample_value("wait_seconds_sum")


def test_a_name_that_is_taken_is_refused() -> None:
    """The registry knows a batch histogram by its name, so a second family cannot hide behind it."""
    registry = CollectorRegistry()
    BatchHistogram(PLAIN, registry)

    with pytest.raises(ValueError, match="wait_seconds"):
        BatchHistogram(PLAIN, registry)


def test_a_counter_starts_at_zero_under_every_known_value() -> None:
    """`rate()` misses the first event of a series that begins with it."""
    registry = CollectorRegistry()

    LabelledCounter(COUNTED, registry, values=["blue"])

    assert [0, 0, 0] == [registry.get_sample_value("balls_total", {"colour": c}) for c in ("red", "green", "blue")]


def test_a_counter_takes_a_value_that_was_not_foreseen() -> None:
    """An unknown value is counted, not refused: a number that is missing must not stop the service."""
    registry = CollectorRegistry()
    balls = LabelledCounter(COUNTED, registry)

    balls.add("mauve", 2)
    balls.add("mauve", 3)

    assert 5 == registry.get_sample_value("balls_total", {"colour": "mauve"})


def depth(registry: CollectorRegistry, partition: int) -> float | None:
    """What is shown of a partition; None when nothing is."""
    return registry.get_sample_value("depth", {"topic": "sea", "partition": str(partition)})


def test_a_partition_of_ours_is_shown() -> None:
    """The last value that was set is the one that is fetched."""
    registry = CollectorRegistry()
    gauge = PartitionGauge(SHOWN, registry)
    gauge.own({("sea", 0)})

    gauge.set("sea", 0, 4)
    gauge.set("sea", 0, 7)

    assert 7 == depth(registry, 0)


def test_a_partition_says_nothing_before_its_value_is_known() -> None:
    """A 0 that nobody has measured would be taken for good news."""
    registry = CollectorRegistry()
    gauge = PartitionGauge(SHOWN, registry)

    gauge.own({("sea", 0)})

    assert depth(registry, 0) is None


def test_a_partition_that_is_taken_away_is_shown_no_longer() -> None:
    """Its last value would stand beside the one of the new owner for ever."""
    registry = CollectorRegistry()
    gauge = PartitionGauge(SHOWN, registry)
    gauge.own({("sea", 0), ("sea", 1)})
    gauge.set("sea", 0, 4)
    gauge.set("sea", 1, 5)

    gauge.own({("sea", 1)})

    assert (None, 5) == (depth(registry, 0), depth(registry, 1))


def test_a_late_value_of_a_partition_that_was_taken_away_is_dropped() -> None:
    """The loop may report a batch after another thread has reported that its partition is gone."""
    registry = CollectorRegistry()
    gauge = PartitionGauge(SHOWN, registry)
    gauge.own({("sea", 0)})
    gauge.own(set())

    gauge.set("sea", 0, 4)

    assert depth(registry, 0) is None


def test_a_partition_that_comes_back_is_shown_again() -> None:
    """Losing a partition is not for ever."""
    registry = CollectorRegistry()
    gauge = PartitionGauge(SHOWN, registry)
    gauge.own({("sea", 0)})
    gauge.set("sea", 0, 4)
    gauge.own(set())
    gauge.own({("sea", 0)})

    gauge.set("sea", 0, 6)

    assert 6 == depth(registry, 0)
