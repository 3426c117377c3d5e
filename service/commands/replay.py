"""`claimwire replay`: puts dead letters back on the topic they came from."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import click
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import ConsumerGroupMetadata

from service.broker.clients import make_consumer, make_producer
from service.broker.delivery import DeliveryFailedError, ExactlyOnce
from service.broker.reaching import reach, stop_for, wait_for_broker
from service.dead_letters import NotADeadLetterError, restore
from service.errors import BrokerUnavailableError
from service.records import Outgoing, Record
from service.settings import Delivery, Settings, load

PATIENCE_S = 10.0  # a person waits at the prompt
POLL_MS = 500  # as the loop's
ANSWER_MS = 10_000  # what a question about offsets may take; kafka-python would ask for ever
STANDSTILL_S = 30.0  # a cluster gives a partition another leader in less


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would be put back, and put nothing back.")
def replay(*, dry_run: bool) -> None:
    """Put the dead letters that are there now back on the topic they came from.

    Key, value and headers are as they first came. Each dead letter is put back once, however often this runs: the
    offsets of a group of its own, GROUP.replay, remember. One that is still unreadable becomes a dead letter again.
    """
    settings = load(os.environ, broker_limit_s=PATIENCE_S, delivery=Delivery.EXACTLY_ONCE)
    # The group's name is the transactional id too; it can be no service's, because those have a slash in theirs.
    settings = settings.model_copy(update={"group_id": f"{settings.group_id}.replay"})
    wait_for_broker(settings)
    consumer = reach(settings, lambda: make_consumer(settings, None))
    delivery = ExactlyOnce(lambda: make_producer(settings, settings.group_id), timeout_s=settings.delivery_timeout_s)
    put_back = foreign = 0
    try:
        if not dry_run:
            # Settles a predecessor's transaction, and ends one that is still at it, before any offset is read.
            reach(settings, delivery.open)
        for records in waiting(settings, consumer):
            letters = [(record, outgoing) for record in records if (outgoing := _restored(record))]
            foreign += len(records) - len(letters)
            put_back += len(letters)
            if not dry_run and letters:
                _deliver(settings, delivery, letters)
    finally:
        delivery.discard()
        consumer.close(autocommit=False)
    click.echo(f"{'would put' if dry_run else 'put'} back {put_back} dead letters of {settings.topic_dead_letters}")
    if foreign:
        click.echo(f"left alone {foreign} records there that this service did not write")


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


def _restored(record: Record) -> Outgoing | None:
    try:
        return restore(record)
    except NotADeadLetterError:
        return None


def _deliver(settings: Settings, delivery: ExactlyOnce, letters: list[tuple[Record, Outgoing]]) -> None:
    records, outgoing = zip(*letters, strict=True)
    try:
        delivery.deliver(records, outgoing, ConsumerGroupMetadata(settings.group_id))
    except DeliveryFailedError as failure:
        raise stop_for(failure.cause, settings) from failure
