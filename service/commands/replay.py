"""`claimwire replay`: puts dead letters back on the topic they came from."""

import os
from collections.abc import Iterator, Mapping

import click
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import ConsumerGroupMetadata

from service.broker.clients import make_consumer, make_producer
from service.broker.delivery import DeliveryFailedError, ExactlyOnce
from service.broker.reaching import reach, stop_for, wait_for_broker
from service.dead_letters import NotADeadLetterError, restore
from service.records import Outgoing, Record
from service.settings import Delivery, Settings, load

PATIENCE_S = 10.0  # a person waits at the prompt
POLL_MS = 500  # as the loop's
EMPTY_POLLS = 4  # a transaction's marker is no record, so a partition may end where nothing more can be read


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would be put back, and put nothing back.")
def replay(*, dry_run: bool) -> None:
    """Put the dead letters that are there now back on the topic they came from.

    Key, value and headers are as they first came. Each dead letter is put back once, however often this runs: the
    offsets of a group of its own, GROUP.replay, remember. One that is still unreadable becomes a dead letter again.
    """
    settings = load(os.environ, broker_limit_s=PATIENCE_S, delivery=Delivery.EXACTLY_ONCE)
    settings = settings.model_copy(update={"group_id": f"{settings.group_id}.replay"})
    wait_for_broker(settings)
    consumer = reach(settings, lambda: make_consumer(settings, None))
    delivery = ExactlyOnce(lambda: make_producer(settings, settings.group_id), timeout_s=settings.delivery_timeout_s)
    put_back = foreign = 0
    try:
        if not dry_run:
            # Settles a predecessor's transaction, and ends one that is still at it, before any offset is read.
            reach(settings, delivery.open)
        for records in _unread(settings, consumer):
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


def _unread(settings: Settings, consumer: KafkaConsumer) -> Iterator[list[Record]]:
    """Batches of what no replay has put back yet, up to where the topic ended when this began.

    All partitions are taken without the group's consent: two replays at once are kept apart by their transactional id.
    """
    topic = settings.topic_dead_letters
    numbers = reach(settings, lambda: consumer.partitions_for_topic(topic)) or set()
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(partitions)
    ends = reach(settings, lambda: consumer.end_offsets(partitions))
    for partition in partitions:
        _seek(settings, consumer, partition)
    empty = 0
    while empty < EMPTY_POLLS and not _at_end(settings, consumer, ends):
        polled = reach(settings, lambda: consumer.poll(timeout_ms=POLL_MS))
        empty = 0 if polled else empty + 1
        records = [r for partition, found in polled.items() for r in found if r.offset < ends[partition]]
        if records:
            yield records


def _at_end(settings: Settings, consumer: KafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return reach(settings, lambda: all(consumer.position(partition) >= end for partition, end in ends.items()))


def _seek(settings: Settings, consumer: KafkaConsumer, partition: TopicPartition) -> None:
    committed = reach(settings, lambda: consumer.committed(partition))
    if committed is None:
        consumer.seek_to_beginning(partition)
    else:
        consumer.seek(partition, committed)


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
