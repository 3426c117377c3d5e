"""The one place that decides what is committed: outputs, confirmed one by one, then the offsets they came from."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError
from kafka.producer.future import FutureProduceResult, FutureRecordMetadata
from kafka.structs import ConsumerGroupMetadata

from models.errors import ClaimwireError
from service.broker.appending import Appender, confirmed, refusals
from service.broker.clients import abandon
from service.broker.ledger import Ledger, Partition
from service.broker.remedies import Remedy, remedy
from service.broker.sending import answers, sent
from service.operations.catalogue import Timing
from service.records import Outgoing, Record

log = structlog.get_logger()

CLOSE_S = 3.0  # what a failed producer is given to go; its records are delivered again anyway


class DeliveryFailedError(ClaimwireError):
    """Nothing of a batch is committed, or only its confirmed start; the caller goes back to what is committed.

    If its remedy is to set a record aside, that is one of `unconfirmed`, or of them all where that is empty: in bulk
    nobody asked for each.
    """

    def __init__(self, cause: KafkaError, unconfirmed: Sequence[Record] = ()) -> None:
        super().__init__(f"The batch was not delivered: {cause!r}. Read it again from what is committed.")
        self.cause = cause
        self.unconfirmed = unconfirmed
        self.remedy: Remedy = remedy(cause)


class Batches(Protocol):
    """Takes whole batches for a producer; `Appender` is one."""

    def append(self, outgoing: Sequence[Outgoing]) -> Sequence[Any]:  # Any: kafka-python ships no types
        """Start sending; the future of each batch."""


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
    and one by one after a failure, because only then is it known which are confirmed although others are refused;
    `make_appender` makes what takes the batches.
    """

    def __init__(
        self,
        make_producer: Callable[[], KafkaProducer],
        *,
        timeout_s: float,
        bulk: bool = False,
        make_appender: Callable[[KafkaProducer], Batches] = Appender,
        timing: Timing = lambda stage, seconds: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._make_producer = make_producer
        self._timeout = timeout_s
        self._timing = timing
        self._clock = clock
        self._producer: KafkaProducer | None = None
        self._appender: Batches | None = None
        self._make_appender = make_appender if bulk else None
        self._careful = False

    def open(self) -> None:
        """Make the producer, which under exactly-once also settles the transaction that a predecessor left behind.

        Raises KafkaError.
        """
        if self._producer is None:
            self._producer = self._make_producer()
            self._appender = self._make_appender(self._producer) if self._make_appender else None

    def deliver(
        self,
        records: Sequence[Record],
        outgoing: Sequence[Outgoing],
        member: ConsumerGroupMetadata,
        beat: Callable[[str], object] = lambda step: None,
        *,
        careful: bool = False,
    ) -> Mapping[Partition, int]:
        """Publish `outgoing`, which answers `records` one for one, and return the offsets that are now committed.

        `beat` is told each step that may block. What is `careful` goes one by one. Raises DeliveryFailedError.
        """
        self._careful = self._careful or careful
        ledger = Ledger(records)
        started = self._clock()
        try:
            beat("open")
            self.open()
            assert self._producer is not None
            self._publish(self._producer, records, outgoing, ledger, beat)
            published = self._clock()
            self._timing("publish", published - started)
            beat("commit")
            self._commit(self._producer, ledger.committable(), member)
            self._timing("commit", self._clock() - published)
        except (KafkaError, DeliveryFailedError) as error:
            failure = (
                error if isinstance(error, DeliveryFailedError) else DeliveryFailedError(error, self._asked(records))
            )
            self._careful = True
            beat("salvage")
            self._salvage(ledger, member)
            beat("discard")
            self.discard()
            raise failure from failure.cause
        self._careful = False
        return ledger.committable()

    def discard(self) -> None:
        """Give the producer up, with whatever transaction it has open."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        abandon(producer, CLOSE_S)

    def _publish(
        self,
        producer: KafkaProducer,
        records: Sequence[Record],
        outgoing: Sequence[Outgoing],
        ledger: Ledger,
        beat: Callable[[str], object],
    ) -> None:
        beat("publish")
        self._begin(producer)
        if self._appender and not self._careful:
            batches = self._appender.append(outgoing)
            beat("flush")
            self._confirm_batches(producer, batches, len(records))
            ledger.settle(records)
        else:
            futures = sent(producer, outgoing)
            beat("flush")
            self._confirm_each(producer, records, futures, ledger)

    def _confirm_batches(self, producer: KafkaProducer, futures: Sequence[FutureProduceResult], records: int) -> None:
        with suppress(KafkaError):  # it knows less than the batches, which are all looked at
            producer.flush(timeout=self._timeout)
        if not confirmed(futures):
            raise max((error for future in futures for error in refusals(future, records)), key=remedy)

    def _confirm_each(
        self,
        producer: KafkaProducer,
        records: Sequence[Record],
        futures: Sequence[FutureRecordMetadata],
        ledger: Ledger,
    ) -> None:
        errors = list(answers(producer, futures, self._timeout, self._clock))
        ledger.settle(record for record, error in zip(records, errors, strict=True) if error is None)
        failures = [(record, error) for record, error in zip(records, errors, strict=True) if error is not None]
        if failures:
            gravest = max((error for _, error in failures), key=remedy)
            raise DeliveryFailedError(gravest, [record for record, _ in failures])

    def _asked(self, records: Sequence[Record]) -> Sequence[Record]:
        """Which of the records that failed together were sent one by one."""
        return records if self._careful or self._make_appender is None else ()

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
        make_appender: Callable[[KafkaProducer], Batches] = Appender,
        timing: Timing = lambda stage, seconds: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(
            make_producer, timeout_s=timeout_s, bulk=bulk, make_appender=make_appender, timing=timing, clock=clock
        )
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
