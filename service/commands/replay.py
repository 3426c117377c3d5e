"""`claimwire replay`: puts dead letters back on the input topic they came from."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import click
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import ConsumerGroupMetadata

from service.broker.clients import make_consumer, make_producer
from service.broker.delivery import DeliveryFailedError, ExactlyOnce
from service.broker.reaching import reach, stop_for, wait_for_broker
from service.broker.remedies import Remedy
from service.commands.needed_topics import look_for
from service.dead_letters import NotADeadLetterError, restore
from service.errors import BrokerRefusedError, BrokerUnavailableError
from service.records import Outgoing, Record
from service.settings import Delivery, Settings, load

PATIENCE_S = 10.0  # a person waits at the prompt
POLL_MS = 500  # as the loop's
ANSWER_MS = 10_000  # what a question about offsets may take; kafka-python would ask for ever
STANDSTILL_S = 30.0  # a cluster gives a partition another leader in less
MOST_NAMED = 5  # topics; a hostile writer could name thousands

Letter: TypeAlias = tuple[Record, Outgoing]
"""A dead letter as it lies there, and the record that it was made of."""


class Tally:
    """What has become of the dead letters so far."""

    def __init__(self) -> None:
        self.put_back = 0
        self.foreign = 0
        self.elsewhere: Counter[str] = Counter()
        self.refused = 0

    def say(self, settings: Settings, *, dry_run: bool) -> None:
        """Tell it to whoever runs the command. Raises BrokerRefusedError when a dead letter was refused."""
        click.echo(
            f"{'would put' if dry_run else 'put'} back {self.put_back} dead letters of {settings.topic_dead_letters}"
        )
        if self.foreign:
            click.echo(f"left alone {self.foreign} records there that this service did not write")
        if self.elsewhere:
            named = ", ".join(sorted(self.elsewhere)[:MOST_NAMED])
            more = f" and {len(self.elsewhere) - MOST_NAMED} more" if len(self.elsewhere) > MOST_NAMED else ""
            click.echo(
                f"left alone {self.elsewhere.total()} dead letters there that came from other topics than "
                f"{settings.topic_sentences}: {named}{more}"
            )
        if self.refused:
            raise BrokerRefusedError(
                f"The topic {settings.topic_sentences} refuses {self.refused} dead letters, which are named above and "
                "stay where they are. If they are too large, raise max.message.bytes of that topic; then have them "
                "read again, as docs/runbook.md says under exit code 4."
            )


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would be put back, and put nothing back.")
def replay(*, dry_run: bool) -> None:
    """Put the dead letters that are there now back on the input topic.

    Key, value and headers are as they first came. Each dead letter is put back once, however often this runs: the
    offsets of a group of its own, GROUP.replay, remember. One that is still unreadable becomes a dead letter again. One
    that came from another topic is left alone.
    """
    settings = load(os.environ, broker_limit_s=PATIENCE_S, delivery=Delivery.EXACTLY_ONCE)
    # The group's name is the transactional id too; it can be no service's, because those have a slash in theirs.
    settings = settings.model_copy(update={"group_id": f"{settings.group_id}.replay"})
    wait_for_broker(settings)
    look_for(settings, "topic_dead_letters", "topic_sentences")
    consumer = reach(settings, lambda: make_consumer(settings, None))
    delivery = ExactlyOnce(lambda: make_producer(settings, settings.group_id), timeout_s=settings.delivery_timeout_s)
    tally = Tally()
    try:
        if not dry_run:
            # Settles a predecessor's transaction, and ends one that is still at it, before any offset is read.
            reach(settings, delivery.open)
        for records in waiting(settings, consumer):
            letters = _letters(settings, records, tally)
            refused = 0 if dry_run else _deliver(settings, delivery, letters)
            tally.put_back += len(letters) - refused
            tally.refused += refused
    finally:
        delivery.discard()
        consumer.close(autocommit=False)
    tally.say(settings, dry_run=dry_run)


def waiting(
    settings: Settings, consumer: KafkaConsumer, clock: Callable[[], float] = time.monotonic
) -> Iterator[list[Record]]:
    """Batches of what no replay has put back yet, up to where the topic ended when this began.

    All partitions are taken without the group's consent: two replays at once are kept apart by their transactional id.
    A poll that brings nothing proves nothing, because kafka-python 3.0.12 says no more when a leader is away; the end
    is where the position says so, which counts the markers of transactions as well. Raises BrokerUnavailableError when
    no position has moved for `STANDSTILL_S`.
    """
    topic = settings.topic_dead_letters
    numbers = reach(settings, lambda: consumer.partitions_for_topic(topic))
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(partitions)
    ends: Mapping[TopicPartition, int] = reach(settings, lambda: consumer.end_offsets(partitions))
    reached = _seek(settings, consumer, ends)
    moved_at = clock()
    while left := sum(max(0, end - reached[partition]) for partition, end in ends.items()):
        if clock() - moved_at > STANDSTILL_S:
            raise BrokerUnavailableError(
                f"Nothing more of {topic} could be read for {STANDSTILL_S:.0f} s, and up to {left} dead letters of it "
                "are left. What was put back before stays so. Look at the brokers, and at transactions that are "
                "left open there, then run `claimwire replay` again for the rest."
            )
        polled = reach(settings, lambda: consumer.poll(timeout_ms=POLL_MS))
        if records := [r for partition, found in polled.items() for r in found if r.offset < ends[partition]]:
            yield records
        before, reached = reached, _positions(settings, consumer, reached)
        if reached != before:
            moved_at = clock()


def _seek(settings: Settings, consumer: KafkaConsumer, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Go to where the last replay came to, or to the start if that is no longer on the topic."""
    starts: Mapping[TopicPartition, int] = reach(settings, lambda: consumer.beginning_offsets(list(ends)))
    positions = {}
    for partition, end in ends.items():
        committed = reach(settings, partial(consumer.committed, partition, timeout_ms=ANSWER_MS))
        known = committed is not None and starts[partition] <= committed <= end
        positions[partition] = committed if known else starts[partition]
        consumer.seek(partition, positions[partition])
    return positions


def _positions(
    settings: Settings, consumer: KafkaConsumer, before: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Where the consumer is; where it was before in a partition whose position it is just finding anew."""
    found = {
        partition: reach(settings, partial(consumer.position, partition, timeout_ms=POLL_MS)) for partition in before
    }
    return {partition: before[partition] if place is None else place for partition, place in found.items()}


def _letters(settings: Settings, records: Sequence[Record], tally: Tally) -> list[Letter]:
    """Those that are put back, and what they are made of; the others are counted.

    Only those from our own input topic are: whoever may write dead letters decides the topic that they name, and would
    otherwise have us write anywhere in our name, on the outputs too.
    """
    letters = []
    for record in records:
        try:
            outgoing = restore(record)
        except NotADeadLetterError:
            tally.foreign += 1
            continue
        if outgoing.topic == settings.topic_sentences:
            letters.append((record, outgoing))
        else:
            tally.elsewhere[outgoing.topic] += 1
    return letters


def _deliver(settings: Settings, delivery: ExactlyOnce, letters: Sequence[Letter]) -> int:
    """Put letters back and return how many of them the topic refuses; each of those is found by halving, and named."""
    if not letters:
        return 0
    records, outgoing = zip(*letters, strict=True)
    try:
        delivery.deliver(records, outgoing, ConsumerGroupMetadata(settings.group_id))
    except DeliveryFailedError as failure:
        if failure.remedy is not Remedy.SET_ASIDE:
            raise stop_for(failure.cause, settings) from failure
        if len(letters) > 1:
            middle = len(letters) // 2
            return sum(_deliver(settings, delivery, half) for half in (letters[:middle], letters[middle:]))
        _name(records[0], settings, failure)
        return 1
    return 0


def _name(record: Record, settings: Settings, failure: DeliveryFailedError) -> None:
    """Say at once which letter is refused, because whatever stops the command later would take its place along."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    click.echo(f"left alone {place}, which {settings.topic_sentences} refuses: {failure.cause!r}", err=True)
