"""The private parts of kafka-python that we reach for: a release that moves one has to be read again."""

import inspect
from importlib.metadata import version

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.subscription_state import SubscriptionState
from kafka.coordinator.consumer import ConsumerCoordinator
from kafka.errors import InvalidRecordError
from kafka.net.compat import KafkaNetClient
from kafka.producer.producer_batch import ProducerBatch
from kafka.producer.record_accumulator import RecordAccumulator
from kafka.producer.sender import Sender
from kafka.producer.transaction_manager import TransactionManager
from kafka.record import MemoryRecordsBuilder

from service.broker.appending import MAGIC, confirmed

READ = "3.0.12"  # the release whose source was read


def test_the_client_is_the_release_that_was_read() -> None:
    """Our cures belong to one release: before another is used, its `Sender` and the tests beside this one are read."""
    assert READ == version("kafka-python")


def test_a_sender_asks_its_client_whether_a_node_is_ready() -> None:
    """`retry_unreachable_coordinator` in service/broker/clients.py replaces `_client.await_ready` of a sender."""
    assert "self._client.await_ready(" in inspect.getsource(Sender._maybe_send_pending_request)
    assert ["self", "node_id", "timeout_ms"] == list(inspect.signature(KafkaNetClient.await_ready).parameters)


def test_a_sender_can_be_told_to_go_at_once() -> None:
    """`abandon` in service/broker/clients.py calls `force_close` of a sender that would not end."""
    assert ["self"] == list(inspect.signature(Sender.force_close).parameters)


def test_a_consumer_asks_its_coordinator_what_is_committed() -> None:
    """`ask_afresh` in service/broker/clients.py replaces `_coordinator.fetch_committed_offsets` of a consumer."""
    assert "self._coordinator.fetch_committed_offsets([partition], " in inspect.getsource(KafkaConsumer.committed)
    assert ["self", "partitions", "timeout_ms"] == list(
        inspect.signature(ConsumerCoordinator.fetch_committed_offsets).parameters
    )


def test_a_coordinator_keeps_its_questions_by_their_partitions() -> None:
    """`ask_afresh` takes them out of `_offset_fetch_futures`, which stays the same dictionary."""
    asking = inspect.getsource(ConsumerCoordinator.fetch_committed_offsets_async)

    for line in ("future_key = frozenset(partitions)", "self._offset_fetch_futures[future_key] = future"):
        assert line in asking
    assert 1 == inspect.getsource(ConsumerCoordinator).count("self._offset_fetch_futures = ")


def test_a_subscription_tells_a_position_and_does_nothing_else() -> None:
    """`known_position` in service/broker/clients.py asks `_subscription` of a consumer."""
    subscription = SubscriptionState("none")
    subscription.assign_from_user([PARTITION])
    unknown = subscription.position(PARTITION)
    subscription.seek(PARTITION, 7)

    assert (None, 7) == (unknown, subscription.position(PARTITION).offset)
    assert "self._subscription = SubscriptionState(" in inspect.getsource(KafkaConsumer.__init__)


PARTITION = TopicPartition("news.claims", 0)


def batch() -> ProducerBatch:
    """A batch of one record, as service/broker/appending.py makes them."""
    builder = MemoryRecordsBuilder(MAGIC, 0, 1_000)
    builder.append(0, b"key", b"value", [])
    return ProducerBatch(PARTITION, builder)


@pytest.mark.parametrize("name", ["_accumulator", "_transaction_manager", "_sender"])
def test_a_producer_has_the_parts_that_batches_go_through(name: str) -> None:
    """`Appender` in service/broker/appending.py takes them from the producer."""
    assert f"self.{name} = " in inspect.getsource(KafkaProducer.__init__)


def test_an_accumulator_keeps_batches_where_we_put_them() -> None:
    """`Appender` adds to `_batches` and `_incomplete` under `_tp_lock`; the accumulator then has something to send."""
    accumulator = RecordAccumulator(compression_attrs=4)
    ours = batch()

    with accumulator._tp_lock(PARTITION):
        accumulator._batches[PARTITION].append(ours)
        accumulator._incomplete.add(ours)

    assert 4 == accumulator.config["compression_attrs"]
    assert [ours] == list(accumulator._incomplete.all())
    assert accumulator.has_undrained()


def test_an_accumulator_puts_its_own_batches_there_in_the_same_way() -> None:
    """What `send()` does is what we copy."""
    source = inspect.getsource(RecordAccumulator.append)

    for line in (
        "with self._tp_lock(tp):",
        "dq = self._batches[tp]",
        "dq.append(batch)",
        "self._incomplete.add(batch)",
    ):
        assert line in source


def test_a_transaction_is_told_of_a_partition_and_a_sender_is_woken() -> None:
    """`Appender` calls these as `send()` does."""
    assert ["self", "topic_partition"] == list(
        inspect.signature(TransactionManager.maybe_add_partition_to_transaction).parameters
    )
    assert ["self"] == list(inspect.signature(TransactionManager.is_transactional).parameters)
    assert ["self"] == list(inspect.signature(Sender.wakeup).parameters)


def test_a_future_of_a_batch_tells_what_was_refused_of_it() -> None:
    """`confirmed` in service/broker/appending.py finds it in the third place of the future's value."""
    whole, refused = batch(), batch()

    whole.complete(7, -1)
    refused.complete_exceptionally(InvalidRecordError(), lambda index: InvalidRecordError())

    assert (7, -1, None) == whole.produce_future.value
    assert (True, False) == (confirmed([whole.produce_future]), confirmed([refused.produce_future]))


def test_a_sender_asks_whether_a_batch_can_be_split() -> None:
    """`keep_whole` in service/broker/appending.py replaces `_can_split` of a sender."""
    assert "self._can_split(batch, " in inspect.getsource(Sender._dispatch_error)
    assert ["self", "batch", "error"] == list(inspect.signature(Sender._can_split).parameters)
