"""Hands a producer records one by one and waits for each, so that as many as possible are known to be confirmed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.producer.future import FutureRecordMetadata

from service.broker.clients import ABSENT
from service.records import Outgoing


def sent(producer: KafkaProducer, outgoing: Sequence[Outgoing]) -> list[FutureRecordMetadata]:
    """Start sending; the future of each record. Raises KafkaError."""
    send = producer.send
    return [
        send(topic, value=ABSENT if value is None else value, key=key, headers=headers)
        for topic, key, value, headers in outgoing
    ]


def answers(
    producer: KafkaProducer, futures: Sequence[FutureRecordMetadata], timeout_s: float, clock: Callable[[], float]
) -> Iterator[KafkaError | None]:
    """For each output the error with which it failed, None when the broker has confirmed it.

    A confirmed record is innocent. One that failed may be the neighbour of one that is refused: the broker refuses
    batches, and in a transaction the client gives up whatever else was on its way.

    A flush of kafka-python 3.0.12 raises as soon as a batch was split for its size, although its records are still on
    their way; so each future is waited for, with what is left of the time.
    """
    deadline = clock() + timeout_s
    with suppress(KafkaError):
        producer.flush(timeout=timeout_s)
    for future in futures:
        if future.succeeded():
            yield None
            continue
        try:
            future.get(timeout=max(0.0, deadline - clock()))
        except KafkaError as error:
            yield error
        else:
            yield None
