"""How far behind the feed each of our partitions is, in records and in seconds."""

import time
from collections.abc import Callable, Mapping, Sequence

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import IllegalStateError

from service.broker.clients import known_position
from service.broker.ledger import Partition
from service.operations.metrics import Metrics
from service.records import Record


class Lag:
    """Follows what is read and what is committed, so that a lag shows also while nothing can be delivered.

    A partition has none when its position is at the end and nothing that was read waits for its delivery; offsets alone
    do not tell, because the marker of a producer's transaction takes one and is never handed out. Otherwise the lag in
    records is the end less what is committed, markers included, and the lag in seconds the age of the oldest record
    that was read. Where none was read yet, that is guessed: as old as the last that is done if more was there already,
    and otherwise since it was noticed.
    """

    def __init__(self, metrics: Metrics, wall: Callable[[], float] = time.time) -> None:
        self._metrics = metrics
        self._wall = wall
        self._done: dict[Partition, int] = {}  # the offset after what is committed
        self._read: dict[Partition, int] = {}  # the offset after what was polled
        self._oldest: dict[Partition, float] = {}  # timestamps in seconds
        self._guessed: dict[Partition, float] = {}

    def polled(self, records: Sequence[Record]) -> None:
        """These were read; they wait until they are committed, whatever befalls them."""
        for partition, first in {_partition(record): record for record in reversed(records)}.items():
            self._done.setdefault(partition, first.offset)
            self._oldest.setdefault(partition, self._stamped(first))
        self._read |= {_partition(record): record.offset + 1 for record in records}

    def sought(self, offsets: Mapping[Partition, int | None]) -> None:
        """Reading goes on from here, which is elsewhere than we thought where others were at work meanwhile."""
        for partition, offset in offsets.items():
            if offset is not None and offset != self._done.get(partition):
                self._forget(partition)
                self._done[partition] = offset

    def committed(self, records: Sequence[Record], offsets: Mapping[Partition, int]) -> None:
        """These are done with."""
        self._done |= offsets
        for partition, last in {_partition(record): record for record in records}.items():
            self._oldest.pop(partition, None)
            self._guessed[partition] = self._stamped(last)

    def tell(self, consumer: KafkaConsumer) -> None:
        """Set the metrics of every partition that is ours and of which a broker has told the end."""
        ours = {(partition.topic, partition.partition) for partition in consumer.assignment()}
        # What another member commits from now on is not told to us.
        for partition in (self._done.keys() | self._read.keys()) - ours:
            self._forget(partition)
        for partition in ours:
            try:
                self._tell(consumer, partition)
            except (IllegalStateError, KeyError):
                continue  # the partition was taken under our hands

    def _tell(self, consumer: KafkaConsumer, partition: Partition) -> None:
        end = consumer.highwater(TopicPartition(*partition))
        if end is None:
            return
        if self._waits(consumer, partition, end):
            behind = end - self._done.get(partition, end)
            since = self._oldest.get(partition)
            if since is None:
                since = self._guessed.setdefault(partition, self._wall())
        else:
            self._guessed.pop(partition, None)
            behind, since = 0, self._wall()
        self._metrics.lag(*partition, max(0, behind))
        self._metrics.lag_seconds(*partition, max(0.0, self._wall() - since))

    def _waits(self, consumer: KafkaConsumer, partition: Partition, end: int) -> bool:
        """Whether a record of the partition, read or not, is not done."""
        done = self._done.get(partition)
        if done is not None and (done >= end or self._read.get(partition, 0) > done):
            return done < end
        position = known_position(consumer, TopicPartition(*partition))
        if position is None:
            return False
        self._done.setdefault(partition, position)
        return bool(position < end)

    def _stamped(self, record: Record) -> float:
        return record.timestamp / 1000 if record.timestamp >= 0 else self._wall()

    def _forget(self, partition: Partition) -> None:
        for known in (self._done, self._read, self._oldest, self._guessed):
            known.pop(partition, None)


def _partition(record: Record) -> Partition:
    return record.topic, record.partition
