"""Hands a producer whole batches at a time, which costs a fifth of handing it records one by one.

`KafkaProducer.send()` of kafka-python 3.0.12 checks, measures and wraps each record, and with our headers that
is most of what the service does. Here the batches are made outside and put where `send()` would have put them; sending,
retrying, idempotence and transactions stay the producer's. Where a record is refused its whole batch is, so whatever
fails is delivered again by `send()`, which confirms more of it. So is a batch that a topic refuses for its size: the
producer would split it, and nobody would ever tell us of the parts.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner.default import murmur2
from kafka.producer.future import FutureProduceResult
from kafka.producer.producer_batch import ProducerBatch
from kafka.record import MemoryRecordsBuilder

from service.broker.clients import BATCH_BYTES
from service.records import Outgoing

MAGIC = 2  # the record format since Kafka 0.11, without which there are no headers
POSITIVE = 0x7FFFFFFF  # the Java client's partitioner drops the sign of a hash (BuiltInPartitioner.partitionForKey)
MOST_KEYS = 50_000  # hashes that are remembered; an article's sentences share a key


class WholeBatch(ProducerBatch):  # type: ignore[misc]  # kafka-python ships no types
    """A batch that was made here, and that is taken as it is or refused."""


class Appender:
    """Puts batches into one producer. Raises AttributeError when a release has moved what it reaches for."""

    def __init__(self, producer: KafkaProducer) -> None:
        self._producer = producer
        self._accumulator = producer._accumulator  # noqa: SLF001 - where send() puts its batches
        self._transactions = producer._transaction_manager  # noqa: SLF001 - must know each partition first
        self._sender = producer._sender  # noqa: SLF001 - takes the batches from there
        keep_whole(producer)
        self._attributes = self._accumulator.config["compression_attrs"]
        self._hashes: dict[bytes, int] = {}
        self._turn = 0

    def append(self, outgoing: Sequence[Outgoing]) -> list[FutureProduceResult]:
        """Start sending; the futures of all batches, none of which is done without its records being confirmed."""
        batches = self._batches(outgoing)
        for batch in batches:
            if self._transactions is not None and self._transactions.is_transactional():
                self._transactions.maybe_add_partition_to_transaction(batch.topic_partition)
            with self._accumulator._tp_lock(batch.topic_partition):  # noqa: SLF001 - as append() does
                self._accumulator._batches[batch.topic_partition].append(batch)  # noqa: SLF001 - see above
                self._accumulator._incomplete.add(batch)  # noqa: SLF001 - see above
        self._sender.wakeup()
        return [batch.produce_future for batch in batches]

    def _batches(self, outgoing: Sequence[Outgoing]) -> list[ProducerBatch]:
        partitions = {topic: sorted(self._producer.partitions_for(topic)) for topic in {out.topic for out in outgoing}}
        self._turn += 1  # records without a key go to one partition, another one each time
        now = int(time.time() * 1000)
        builders: dict[tuple[str, int], Any] = {}
        batches = []
        for topic, key, value, headers in outgoing:
            there = partitions[topic]
            place = topic, there[(self._turn if key is None else self._hash(key)) % len(there)]
            builder = builders.get(place)
            if builder is None or builder.append(now, key, value, headers) is None:
                builder = builders[place] = MemoryRecordsBuilder(MAGIC, self._attributes, BATCH_BYTES)
                builder.append(now, key, value, headers)
                batches.append(WholeBatch(TopicPartition(*place), builder))
        return batches

    def _hash(self, key: bytes) -> int:
        found = self._hashes.get(key)
        if found is None:
            if len(self._hashes) >= MOST_KEYS:
                self._hashes.clear()
            found = self._hashes[key] = murmur2(key) & POSITIVE
        return found


def keep_whole(producer: KafkaProducer) -> None:
    """Have a batch of ours that is too large for its topic fail at once.

    The sender of kafka-python 3.0.12 splits it and tells the parts' outcome to the futures that `send()` has made; that
    of the batch, which is all we have, is never done, and a flush waits for it until its time is up. Raises
    AttributeError when a release has moved the hook.
    """
    sender = producer._sender  # noqa: SLF001 - the hook that the docstring names
    can_split: Callable[[Any, Any], bool] = sender._can_split  # noqa: SLF001 - see above
    sender._can_split = lambda batch, error: not isinstance(batch, WholeBatch) and can_split(batch, error)  # noqa: SLF001 - see above


def confirmed(futures: Sequence[FutureProduceResult]) -> bool:
    """Whether every record of every batch is confirmed; a batch can be done although records in it are refused."""
    return all(future.succeeded() and future.value[2] is None for future in futures)


def refusals(future: FutureProduceResult, records: int) -> Iterator[KafkaError]:
    """The errors of the first `records` places of a batch; none when all of it is confirmed.

    A batch that is refused, aborted or fenced ends well in kafka-python 3.0.12 (`ProducerBatch.done`, `abort`): its
    result holds a function from a record's place to its error. For a place that the batch does not have, that gives an
    error no graver than for the others.
    """
    if not future.is_done:
        yield KafkaTimeoutError("a batch was not confirmed in time")
    elif future.failed():
        yield future.exception
    elif (error_of := future.value[2]) is not None:
        yield from map(error_of, range(records))
