"""Turns the wheel: poll, decode, label, encode, publish, commit, and what happens when a step fails."""

import random
import time
from collections.abc import Callable, Sequence

import structlog
from kafka import KafkaConsumer
from kafka.errors import (
    KafkaError,
    LogTruncationError,
    MessageSizeTooLargeError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RecordListTooLargeError,
    TransactionAbortedError,
)
from kafka.structs import ConsumerGroupMetadata

from service.broker.contact import Contact
from service.broker.delivery import Delivery, DeliveryFailedError
from service.broker.membership import Membership
from service.broker.reaching import stop_for
from service.broker.remedies import Remedy, remedy
from service.dead_letters import Breaker
from service.errors import (
    BadRecordError,
    BrokerUnavailableError,
    Reason,
    Stage,
    UndeliverableError,
    UnreadableBatchError,
)
from service.observed import Observed
from service.pipeline import Outcome, Process, place
from service.records import Record
from service.settings import Settings, key
from service.suspects import Suspects

POSITION_ERRORS = (LogTruncationError, NoOffsetForPartitionError, OffsetOutOfRangeError)
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
POLL_MS = 500  # kafka-python throws a join away that ends between two polls; with waits this long none is lost
FIRST_PAUSE_S = 0.2  # after a failure; doubled while it lasts
LONGEST_PAUSE_S = 10.0

log = structlog.get_logger()


class Loop:
    """One process's work: the partitions it is given, batch by batch, until told to stop.

    After any failure everything in memory is forgotten: the producer is discarded, positions go back to what is
    committed, and the same records are read again. A record that a broker refuses is found by halving what is
    not confirmed until it alone is left, and then set aside.
    """

    def __init__(
        self,
        settings: Settings,
        consumer: KafkaConsumer,
        membership: Membership,
        process: Process,
        delivery: Delivery,
        breaker: Breaker,
        observed: Observed,
        *,
        stopping: Callable[[], bool],
        beat: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._consumer = consumer
        self._membership = membership
        self._contact = Contact(consumer, settings.topic_sentences, clock)
        self._process = process
        self._delivery = delivery
        self._breaker = breaker
        self._observed = observed
        self._stopping = stopping
        self._beat = beat
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._suspects = Suspects(settings.batch_records)
        self._pause = 0.0
        self._failing_since: float | None = None

    def run(self) -> None:
        """Turn until stopping; raises the ServiceError that ends the process otherwise."""
        self._open()
        self._membership.join()
        while not self._stopping():
            self.turn()

    def turn(self) -> None:
        """One poll and, when it brought records that we own, one batch."""
        self._step("poll")
        started = self._observed.now()
        records = self._poll()
        self._step("membership")
        member = self._membership.check()
        self._observed.polled(records or (), self._consumer, self._membership.sought, stable=self._membership.stable)
        if member is None:
            return  # the next poll must follow at once: a join that ends between two polls is thrown away
        if records:
            self._process_batch(records, member, started)
        elif records == []:
            self._keep_contact()

    def _step(self, name: str) -> None:
        """Tell the watchdog and the health that another step begins; none may last longer than `stall_limit_s`."""
        self._beat(name)
        self._observed.step()

    def _process_batch(self, records: Sequence[Record], member: ConsumerGroupMetadata, started: float) -> None:
        self._observed.batch_started(started)
        for part in self._suspects.parts(records):
            if not self._take(part, member):
                return

    def _poll(self) -> list[Record] | None:
        """The records that a poll brought, None when it failed."""
        try:
            polled = self._consumer.poll(timeout_ms=POLL_MS)
        except POSITION_ERRORS:
            self._membership.misplaced()
            self._suspects = Suspects(self._settings.batch_records)  # other records may stand at their places now
            return None
        except (KafkaError, ValueError) as error:
            # A record that cannot be parsed surfaces as CorruptRecordError or as whatever the parser met; the next
            # poll would spin on it for ever, deaf to its timeout.
            if not isinstance(error, KafkaError) or remedy(error) is Remedy.UNREADABLE:
                raise UnreadableBatchError(
                    f"A batch of {self._settings.topic_sentences} cannot be parsed ({error!r}). Look at the broker's "
                    "disk and log; to go on without the batch, move the group's offset past it."
                ) from error
            self._recover(error, "poll")
            return None
        return [record for partition in polled.values() for record in partition]

    def _take(self, records: Sequence[Record], member: ConsumerGroupMetadata) -> bool:
        """Process part of what was polled; False when it failed and the rest must be dropped with it."""
        self._step("label")
        outcomes = self._process(records, self._suspects.condemned)
        began = self._clock()
        try:
            outgoing = [outcome.outgoing for outcome in outcomes]
            careful = self._suspects.among(records)
            committed = self._delivery.deliver(records, outgoing, member, self._step, careful=careful)
        except DeliveryFailedError as failure:
            self._failed(self._explained(failure, self._clock() - began), records, outcomes)
            return False
        self._heard()
        self._suspects.passed(committed)
        self._observed.committed(records, outcomes, committed)
        for outcome in outcomes:
            self._breaker.record(outcome.error is not None)
        return True

    def _explained(self, failure: DeliveryFailedError, seconds: float) -> DeliveryFailedError:
        """The failure for what it is: a broker speaks of a transaction that it ended for its age as of a stolen one."""
        if failure.remedy is Remedy.FENCED and seconds >= self._settings.transaction_timeout_s:
            return DeliveryFailedError(TransactionAbortedError(f"the broker ended it, it had lasted {seconds:.0f} s"))
        return failure

    def _keep_contact(self) -> None:
        """With nothing to do, find out whether anybody would still give us something to do."""
        self._step("ask")
        try:
            if self._contact.ask():
                self._heard()
        except KafkaError as error:
            self._wait(error, "ask")

    def _heard(self) -> None:
        self._contact.heard()
        self._observed.answered()
        self._pause, self._failing_since = 0.0, None

    def _failed(self, failure: DeliveryFailedError, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        self._observed.failed(failure)
        if failure.remedy is Remedy.SET_ASIDE:
            self._narrow(failure, records, outcomes)
        self._recover(failure.cause, "deliver")

    def _narrow(self, failure: DeliveryFailedError, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Have what may be refused tried again in parts; what fails although all else is confirmed is condemned."""
        unconfirmed = failure.unconfirmed or records
        if len(unconfirmed) == 1:
            self._condemn(failure.cause, unconfirmed[0], outcomes[records.index(unconfirmed[0])])
        elif failure.unconfirmed:
            self._suspects.refused(unconfirmed, records)
        else:
            self._suspects.doubted(records)

    def _condemn(self, cause: KafkaError, record: Record, outcome: Outcome) -> None:
        if outcome.error:
            raise UndeliverableError(
                f"The dead letter of {place(record)} is refused by {self._settings.topic_dead_letters}: {cause}. "
                f"{_change(cause)}, then start again."
            )
        error = BadRecordError(Reason.NOT_PUBLISHED, Stage.PUBLISH, f"the broker refuses the labelled event: {cause}")
        error.__cause__ = cause
        self._suspects.condemn(record, error)

    def _recover(self, error: KafkaError, step: str) -> None:
        """Wait a little and start over from what is committed; raises when waiting will not help."""
        self._membership.doubt()
        self._wait(error, step)
        self._open()

    def _wait(self, error: KafkaError, step: str) -> None:
        kind = remedy(error)
        if kind in {Remedy.REFUSED, Remedy.FENCED}:
            raise stop_for(error, self._settings) from error
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
        if now - self._failing_since > self._settings.broker_limit_s:
            raise BrokerUnavailableError(
                f"Nothing has worked for {now - self._failing_since:.0f} s; the last failure was {error!r}. "
                f"Look at the brokers; {key('broker_limit_s')} says how long to wait for them."
            ) from error
        log.warning("trying again", step=step, error=repr(error), remedy=kind.name)
        if kind is not Remedy.SET_ASIDE:  # waiting would not make the record any smaller
            self._pause = min(max(self._pause * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S)
            self._step("pause")
            self._sleep(self._pause * (0.5 + self._jitter()))  # 0.5 to 1.5 of it, so that processes fall out of step

    def _open(self) -> None:
        self._step("open")
        try:
            self._delivery.open()
        except KafkaError as error:
            if remedy(error) in {Remedy.REFUSED, Remedy.FENCED}:
                raise stop_for(error, self._settings) from error
            # The next delivery opens it; until then the same failure counts towards the limit.
            log.warning("no producer yet", error=repr(error))


def _change(refusal: KafkaError) -> str:
    """What makes the topic of the dead letters take one that it has refused."""
    if isinstance(refusal, TOO_LARGE):
        return "Let that topic take larger records (max.message.bytes)"
    return "Change that topic so that it takes any record: no compaction, no validation"
