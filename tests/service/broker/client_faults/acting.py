"""What several of these tests do with a client of kafka-python."""

import time
from collections.abc import Callable
from typing import Any

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import MemberState


def join(consumer: KafkaConsumer) -> None:
    """Poll until the group has taken the consumer in."""
    while consumer.group_metadata().state != MemberState.STABLE or not consumer.assignment():
        consumer.poll(timeout_ms=500)


def polled(consumer: KafkaConsumer) -> list[int]:
    """The offsets of the next records that a consumer is given, of one partition."""
    while True:
        for records in consumer.poll(timeout_ms=500).values():
            return [record.offset for record in records]


def offset(number: int) -> OffsetAndMetadata:
    """An offset as kafka-python commits it."""
    return OffsetAndMetadata(number, "", -1)


def refusal(call: Callable[[], object]) -> KafkaError | None:
    """The error with which a call ends, None when it ends well."""
    try:
        call()
    except KafkaError as error:
        return error
    return None


def give_up_asking(consumer: KafkaConsumer, partition: TopicPartition) -> None:
    """Ask for a partition's offset without any patience, and let the answer come after all."""
    assert isinstance(refusal(lambda: consumer.committed(partition, timeout_ms=0)), KafkaTimeoutError)
    asked = consumer._coordinator._offset_fetch_futures[frozenset([partition])]
    wait_until(lambda: asked.is_done)


def find_truncated(consumer: KafkaConsumer, partition: TopicPartition) -> None:
    """Have a consumer find, as between two polls, that a new leader has lost records which it has read.

    Only the broker's answer is invented: an unclean election cannot be had from one node.
    """

    async def truncated(node: int, positions: dict[TopicPartition, OffsetAndMetadata]) -> Any:
        consumer._subscription.complete_validation(partition)
        return {partition: offset(0)}

    consumer._fetcher._send_offset_for_leader_epoch_request = truncated
    consumer._subscription.request_position_validation(partition)
    consumer._fetcher.validate_offsets_if_needed()
    wait_until(lambda: consumer._fetcher._cached_log_truncation)


def wait_until(condition: Callable[[], object], limit_s: float = 20.0) -> None:
    """Look again and again, for what happens on a client's own thread and tells nobody."""
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.01)
