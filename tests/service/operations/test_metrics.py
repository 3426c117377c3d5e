"""What the loop reports is what Prometheus fetches."""

from typing import get_args

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from models.labels import LABELS, Label
from service.errors import Reason
from service.operations.catalogue import BatchStage
from service.operations.metrics import Metrics

TOPIC = "news.sentences"


@pytest.fixture
def registry() -> CollectorRegistry:
    """A registry of its own for each test."""
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> Metrics:
    """The metrics of a process that has just started."""
    return Metrics(registry)


def value(registry: CollectorRegistry, metric: str, /, **labels: str) -> float | None:
    """One number of ours; None when there is none."""
    return registry.get_sample_value(f"claimwire_{metric}", labels)


def test_records_are_counted_as_they_come_in(registry: CollectorRegistry, metrics: Metrics) -> None:
    """Each poll adds its records."""
    metrics.consumed(3)
    metrics.consumed(4)

    assert 7 == value(registry, "records_consumed_total")


def test_records_are_counted_by_what_became_of_them(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A result has a number of its own."""
    metrics.processed("claim", 5)
    metrics.processed("review", 2)

    assert 5 == value(registry, "records_processed_total", result="claim")
    assert 2 == value(registry, "records_processed_total", result="review")


def test_events_are_counted_by_topic(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A topic has a number of its own, whatever it is called."""
    metrics.published("courant.claims", 5)

    assert 5 == value(registry, "events_published_total", topic="courant.claims")


def test_topics_that_are_announced_start_at_zero(registry: CollectorRegistry) -> None:
    """A topic without events yet is seen to be without events."""
    Metrics(registry, topics=["news.denials"])

    assert 0 == value(registry, "events_published_total", topic="news.denials")


def test_dead_letters_are_counted_by_reason(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A reason has a number of its own."""
    metrics.dead_letters(Reason.INVALID_JSON, 2)

    assert 2 == value(registry, "dead_letters_total", reason="invalid_json")


def test_texts_that_no_reader_saw_are_counted_by_reason(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A reason has a number of its own."""
    metrics.unread("not_english", 3)

    assert 3 == value(registry, "unread_texts_total", reason="not_english")


def test_the_lengths_of_texts_are_binned(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A length that equals a bucket's bound is in that bucket."""
    metrics.text_lengths(np.array([10, 11, 120]))

    assert 1 == value(registry, "text_length_characters_bucket", le="10.0")
    assert 3 == value(registry, "text_length_characters_count")
    assert 141 == value(registry, "text_length_characters_sum")


def test_the_stages_of_a_batch_add_up_to_it(registry: CollectorRegistry, metrics: Metrics) -> None:
    """The six stages are the six parts of a batch's wall time."""
    for stage in get_args(BatchStage):
        metrics.stage(stage, 0.25)
    metrics.batch(1000, 6 * 0.25)

    assert value(registry, "batch_duration_seconds_sum") == sum(
        value(registry, "stage_duration_seconds_sum", stage=stage) or 0 for stage in get_args(BatchStage)
    )


def test_a_stage_that_does_not_exist_is_an_error(metrics: Metrics) -> None:
    """A misspelt stage would be missing from the sum."""
    with pytest.raises(KeyError, match="brew"):
        metrics.stage("brew", 1.0)  # type: ignore[arg-type]  # what the type checker would refuse is what is tried


def test_batches_are_counted_with_their_records(registry: CollectorRegistry, metrics: Metrics) -> None:
    """The sizes of the batches add up to the records."""
    metrics.batch(400, 0.1)
    metrics.batch(100, 0.1)

    assert 2 == value(registry, "batch_records_count")
    assert 500 == value(registry, "batch_records_sum")


def test_the_ages_of_events_are_binned(registry: CollectorRegistry, metrics: Metrics) -> None:
    """Ages are seconds from the record's timestamp to the event's publication."""
    metrics.ages(np.array([0.5, 2.0]))

    assert 1 == value(registry, "event_age_seconds_bucket", le="0.5")
    assert 2.5 == value(registry, "event_age_seconds_sum")


def test_an_age_in_the_future_counts_as_zero(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A producer whose clock is ahead must not make the sum fall, which Prometheus would take for a restart."""
    metrics.ages(np.array([-5.0, 2.0]))

    assert 2 == value(registry, "event_age_seconds_count")
    assert 2.0 == value(registry, "event_age_seconds_sum")


def test_confidences_are_binned_by_label(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A label's index in `LABELS` is the row of its confidences."""
    metrics.confidences(np.array([LABELS.index(Label.DENIAL), LABELS.index(Label.OTHER)]), np.array([0.75, 0.5]))

    assert 0.75 == value(registry, "prediction_confidence_ratio_sum", label="denial")
    assert 0.5 == value(registry, "prediction_confidence_ratio_sum", label="other")
    assert 0 == value(registry, "prediction_confidence_ratio_count", label="claim")


def test_an_empty_batch_changes_nothing(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A batch of nothing but dead letters has neither ages nor confidences."""
    metrics.ages(np.array([]))
    metrics.confidences(np.array([], dtype=np.intp), np.array([]))

    assert 0 == value(registry, "event_age_seconds_count")
    assert 0 == value(registry, "prediction_confidence_ratio_count", label="claim")


def test_lag_and_progress_are_shown_for_partitions_of_ours(registry: CollectorRegistry, metrics: Metrics) -> None:
    """Each partition has its lag in records and in seconds, and its committed offset."""
    metrics.assigned({(TOPIC, 3)})

    metrics.lag(TOPIC, 3, 40)
    metrics.lag_seconds(TOPIC, 3, 2.5)
    metrics.committed(TOPIC, 3, 900)

    assert 40 == value(registry, "consumer_lag_records", topic=TOPIC, partition="3")
    assert 2.5 == value(registry, "consumer_lag_seconds", topic=TOPIC, partition="3")
    assert 900 == value(registry, "consumer_committed_offset", topic=TOPIC, partition="3")


def test_the_assignment_is_counted_and_what_is_gone_is_forgotten(registry: CollectorRegistry, metrics: Metrics) -> None:
    """After a rebalance only the partitions of the new assignment are shown."""
    metrics.assigned({(TOPIC, 0), (TOPIC, 1)})
    metrics.lag(TOPIC, 0, 40)
    metrics.lag_seconds(TOPIC, 0, 2.5)
    metrics.committed(TOPIC, 0, 900)

    metrics.assigned({(TOPIC, 1)})

    assert 1 == value(registry, "consumer_assigned_partitions")
    assert value(registry, "consumer_lag_records", topic=TOPIC, partition="0") is None
    assert value(registry, "consumer_lag_seconds", topic=TOPIC, partition="0") is None
    assert value(registry, "consumer_committed_offset", topic=TOPIC, partition="0") is None


def test_rebalances_are_counted_by_kind(registry: CollectorRegistry, metrics: Metrics) -> None:
    """A loss is told from an orderly revocation."""
    metrics.rebalance("lost")

    assert 1 == value(registry, "rebalances_total", kind="lost")
    assert 0 == value(registry, "rebalances_total", kind="revoked")


def test_transactions_are_counted_by_outcome(registry: CollectorRegistry, metrics: Metrics) -> None:
    """An abort is told from a commit."""
    metrics.transaction("committed")
    metrics.transaction("committed")
    metrics.transaction("aborted")

    assert 2 == value(registry, "transactions_total", outcome="committed")
    assert 1 == value(registry, "transactions_total", outcome="aborted")


def test_the_moments_of_the_last_poll_and_commit_are_shown(registry: CollectorRegistry, metrics: Metrics) -> None:
    """An alert subtracts them from the present."""
    metrics.polled(1_800_000_000.5)
    metrics.committed_at(1_800_000_001.5)

    assert 1_800_000_000.5 == value(registry, "last_poll_timestamp_seconds")
    assert 1_800_000_001.5 == value(registry, "last_commit_timestamp_seconds")


def test_the_model_in_use_is_named(registry: CollectorRegistry, metrics: Metrics) -> None:
    """Name, version, the first 12 digits of the hash, and the scikit-learn that wrote it."""
    metrics.model("first-reader", "2", "0123456789abcdef", "1.9.1", 1_800_000_000.0)

    assert 1 == value(
        registry, "model_info", name="first-reader", version="2", sha256="0123456789ab", scikit_learn="1.9.1"
    )
    assert 1_800_000_000.0 == value(registry, "model_load_timestamp_seconds")


def test_a_new_model_takes_the_place_of_the_old(registry: CollectorRegistry, metrics: Metrics) -> None:
    """Two models shown at once would mean that both label."""
    metrics.model("first-reader", "1", "aaaa", "1.9.1", 1.0)
    metrics.model("first-reader", "2", "bbbb", "1.9.1", 2.0)

    assert value(registry, "model_info", name="first-reader", version="1", sha256="aaaa", scikit_learn="1.9.1") is None
    assert 1 == value(registry, "model_info", name="first-reader", version="2", sha256="bbbb", scikit_learn="1.9.1")
