"""What several of these tests do with a client of kafka-python."""

import time
from collections.abc import Callable

from kafka import KafkaConsumer, OffsetAndMetadata
from kafka.errors import KafkaError
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


def wait_until(condition: Callable[[], object], limit_s: float = 20.0) -> None:
    """Look again and again, for what happens on a client's own thread and tells nobody."""
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.01)
