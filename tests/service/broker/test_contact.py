"""Whether a broker still answers."""

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError, UnstableOffsetCommitError

from service.broker.contact import ASK_AFTER_S, Contact
from tests.service.kafka_doubles import FakeClock, FakeConsumer


class Silent(FakeConsumer):
    """A consumer whose brokers are gone."""

    error: Exception = KafkaTimeoutError()

    def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
        raise self.error


def test_a_broker_is_asked_at_once_at_first() -> None:
    """Nothing has been heard yet, so readiness need not wait."""
    assert Contact(FakeConsumer(), "news.sentences", FakeClock()).ask()


def test_a_broker_that_was_just_heard_is_not_asked() -> None:
    """A delivery or an answer is proof enough for a while."""
    contact = Contact(Silent(), "news.sentences", FakeClock())

    contact.heard()

    assert not contact.ask()


def test_silence_is_broken_by_a_question() -> None:
    """When nobody answers, an idle loop learns of it."""
    clock = FakeClock()
    contact = Contact(Silent(), "news.sentences", clock)
    contact.heard()
    clock.now += ASK_AFTER_S

    with pytest.raises(KafkaTimeoutError):
        contact.ask()


def test_an_offset_that_is_held_back_is_an_answer() -> None:
    """A coordinator that waits for somebody's transaction is there."""
    consumer = Silent()
    consumer.error = UnstableOffsetCommitError()

    assert Contact(consumer, "news.sentences", FakeClock()).ask()
