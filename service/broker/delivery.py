"""The one place that decides what is committed: outputs, confirmed one by one, then the offsets they came from."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import structlog
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError
from kafka.producer.future import FutureRecordMetadata
from kafka.structs import ConsumerGroupMetadata

from service.broker.appending import Appender, confirmed
from service.broker.clients import ABSENT, abandon
from service.broker.ledger import Ledger, Partition
from service.broker.remedies import Remedy, remedy
from service.operations.catalogue import Timing
from service.records import Outgoing, Record

log = structlog.get_logger()

CLOSE_S = 3.0  # what a failed producer is given to go; its records are delivered again anyway


class DeliveryFailedError(Exception):
    """Nothing of a batch is committed, or only its confirmed start; the caller goes back to what is committed."""

    def __init__(self, cause: KafkaError) -> None:
        super().__init__(repr(cause))
        self.cause = cause
        self.remedy: Remedy = remedy(cause)


class Delivery(ABC):
    """Publishes a batch and commits the offsets it came from.

    The steps, in the order on which every guarantee rests:

    1. send every output of the batch;
    2. flush, then look at the future of each: in kafka-python 3.0.12 a transaction commits although a batch in it has
       expired, so the success of a commit proves nothing;
    3. settle the confirmed records in the ledger;
    4. commit what the ledger allows;
    5. on any failure, discard the producer: an aborted transaction's offsets leak into the next one of that producer.

    `timing` takes the name of a stage and its seconds. Each step blocks for up to about `timeout_s`, and some of
    kafka-python's for ever; ending the process then is the watchdog's part. With `bulk` outputs go in whole batches,
    and one by one after a failure, because only then does the broker say which of them it refuses.
    """

    def __init__(
        self,
        make_producer: Callable[[], KafkaProducer],
        *,
        timeout_s: float,
        bulk: bool = False,
        timing: Timing = lambda stage, seconds: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._make_producer = make_producer
        self._timeout = timeout_s
        self._timing = timing
        self._clock = clock
        self._producer: KafkaProducer | None = None
        self._appender: Appender | None = None
        self._bulk = bulk
        self._careful = False

    def open(self) -> None:
        """Make the producer, which under exactly-once also settles the transaction that a predecessor left behind.

        Raises KafkaError.
        """
        if self._producer is None:
            self._producer = self._make_producer()
            self._appender = Appender(self._producer) if self._bulk else None

    def deliver(
        self, records: Sequence[Record], outgoing: Sequence[Outgoing], member: ConsumerGroupMetadata
    ) -> Mapping[Partition, int]:
        """Publish `outgoing`, which answers `records` one for one, and return the offsets that are now committed.

        Raises DeliveryFailedError.
        """
        ledger = Ledger(records)
        started = self._clock()
        try:
            self.open()
            assert self._producer is not None
            self._begin(self._producer)
            self._publish(self._producer, records, outgoing, ledger)
            published = self._clock()
            self._timing("publish", published - started)
            self._commit(self._producer, ledger.committable(), member)
            self._timing("commit", self._clock() - published)
        except KafkaError as error:
            self._careful = True
            self._salvage(ledger, member)
            self.discard()
            raise DeliveryFailedError(error) from error
        self._careful = False
        return ledger.committable()

    def discard(self) -> None:
        """Give the producer up, with whatever transaction it has open."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        abandon(producer, CLOSE_S)

    def _publish(
        self, producer: KafkaProducer, records: Sequence[Record], outgoing: Sequence[Outgoing], ledger: Ledger
    ) -> None:
        if self._appender and not self._careful:
            self._publish_batches(producer, self._appender, outgoing)
            ledger.settle(records)
            return
        send = producer.send
        futures = [
            send(topic, value=ABSENT if value is None else value, key=key, headers=headers)
            for topic, key, value, headers in outgoing
        ]
        failures = []
        confirmed = []
        for record, error in zip(records, self._answers(producer, futures), strict=True):
            if error is None:
                confirmed.append(record)
            else:
                failures.append(error)
        ledger.settle(confirmed)
        if failures:
            raise max(failures, key=remedy)

    def _publish_batches(self, producer: KafkaProducer, appender: Appender, outgoing: Sequence[Outgoing]) -> None:
        futures = appender.append(outgoing)
        producer.flush(timeout=self._timeout)
        failed = [future.exception for future in futures if future.failed()]
        if failed:
            raise max(failed, key=remedy)
        if not confirmed(futures):
            raise KafkaError("a batch was not confirmed as a whole; sending its records one by one")

    def _answers(self, producer: KafkaProducer, futures: Sequence[FutureRecordMetadata]) -> Iterator[KafkaError | None]:
        """For each output the error with which it failed, None when the broker has confirmed it.

        A flush of kafka-python 3.0.12 raises as soon as a batch was split for its size, although its records are still
        on their way; so each future is waited for, with what is left of the time.
        """
        deadline = self._clock() + self._timeout
        with suppress(KafkaError):
            producer.flush(timeout=self._timeout)
        for future in futures:
            if future.succeeded():
                yield None
                continue
            try:
                future.get(timeout=max(0.0, deadline - self._clock()))
            except KafkaError as error:
                yield error
            else:
                yield None

    @abstractmethod
    def _begin(self, producer: KafkaProducer) -> None:
        """Open what the outputs are published in."""

    @abstractmethod
    def _commit(self, producer: KafkaProducer, offsets: Mapping[Partition, int], member: ConsumerGroupMetadata) -> None:
        """Make the outputs and the offsets final."""

    @abstractmethod
    def _salvage(self, ledger: Ledger, member: ConsumerGroupMetadata) -> None:
        """Commit the confirmed start of a failed batch, where that is possible."""


class ExactlyOnce(Delivery):
    """Outputs, dead letters and offsets become visible together, in one transaction, or not at all."""

    def _begin(self, producer: KafkaProducer) -> None:
        producer.begin_transaction()

    def _commit(self, producer: KafkaProducer, offsets: Mapping[Partition, int], member: ConsumerGroupMetadata) -> None:
        producer.send_offsets_to_transaction(_as_kafka(offsets), member)
        producer.commit_transaction()

    def _salvage(self, ledger: Ledger, member: ConsumerGroupMetadata) -> None:
        """Nothing: an aborted transaction has no confirmed start."""


class AtLeastOnce(Delivery):
    """Offsets are committed once the outputs are confirmed; after a failure outputs come again, with the same id."""

    def __init__(
        self,
        make_producer: Callable[[], KafkaProducer],
        consumer: KafkaConsumer,
        *,
        timeout_s: float,
        bulk: bool = False,
        timing: Timing = lambda stage, seconds: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(make_producer, timeout_s=timeout_s, bulk=bulk, timing=timing, clock=clock)
        self._consumer = consumer

    def _begin(self, producer: KafkaProducer) -> None:
        """Nothing: each record stands for itself."""

    def _commit(self, producer: KafkaProducer, offsets: Mapping[Partition, int], member: ConsumerGroupMetadata) -> None:
        if offsets:
            self._consumer.commit(_as_kafka(offsets), timeout_ms=round(self._timeout * 1000))

    def _salvage(self, ledger: Ledger, member: ConsumerGroupMetadata) -> None:
        try:
            self._commit(self._producer, ledger.committable(), member)
        except KafkaError as error:
            log.warning("confirmed start of a failed batch not committed", error=repr(error))


def _as_kafka(offsets: Mapping[Partition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    # -1: we do not know the leader's epoch of the record before, and Kafka then asks nothing of it.
    return {TopicPartition(*partition): OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()}
