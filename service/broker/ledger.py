"""Keeps the account of one batch: which records are done with, and up to where that may be committed."""

from collections.abc import Iterable, Mapping, Sequence

from service.records import Record

Partition = tuple[str, int]


class Ledger:
    """The records of one batch, each open until it is settled.

    A record is settled when exactly one output or one dead letter of it is confirmed. What may be committed is, for
    each partition, the offset after the last record of the settled run at its start: an offset is never committed past
    a record that is still open, whatever came after it.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._offsets: dict[Partition, list[int]] = {}
        self._settled: dict[Partition, set[int]] = {}
        for record in records:
            self._offsets.setdefault((record.topic, record.partition), []).append(record.offset)

    def settle(self, records: Iterable[Record]) -> None:
        """Mark records of the batch as done with."""
        for record in records:
            self._settled.setdefault((record.topic, record.partition), set()).add(record.offset)

    def committable(self) -> Mapping[Partition, int]:
        """For each partition with a settled start, the next offset to read."""
        ends = {partition: self._end(partition, offsets) for partition, offsets in self._offsets.items()}
        return {partition: end for partition, end in ends.items() if end is not None}

    def _end(self, partition: Partition, offsets: Sequence[int]) -> int | None:
        settled = self._settled.get(partition, set())
        end = None
        for offset in offsets:
            if offset not in settled:
                break
            end = offset + 1
        return end
