"""Finds the record that a broker refuses: what was refused comes again in parts, all else whole."""

from collections.abc import Iterator, Mapping, Sequence

from service.broker.ledger import Partition
from service.errors import BadRecordError
from service.pipeline import Place, place
from service.records import Record


class Suspects:
    """The records among which one is refused, and those that were found and are condemned.

    Both are remembered until the group's offset has passed them, whatever is delivered from other partitions meanwhile.
    Each refusal halves the next part, each delivery doubles it, up to `most` records.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = most
        self._ends: dict[Partition, int] = {}
        self._condemned: dict[Place, BadRecordError] = {}

    @property
    def condemned(self) -> Mapping[Place, BadRecordError]:
        """Where the records stand that are to be set aside, each with its reason."""
        return self._condemned

    def parts(self, records: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """What to deliver together, each partition's records in their order; ask for the next when one is delivered."""
        suspected = [record for record in records if self._suspected(record)]
        others = [record for record in records if not self._suspected(record)] if suspected else records
        start = 0
        while start < len(suspected):
            part = suspected[start : start + self._size]
            yield part
            start += len(part)
            self._size = min(self._size * 2, self._most)
        for start in range(0, len(others), self._most):
            yield others[start : start + self._most]

    def refused(self, records: Sequence[Record]) -> None:
        """One of these is refused, and nobody knows which."""
        self._size = max(1, len(records) // 2)
        for record in records:
            partition = record.topic, record.partition
            self._ends[partition] = max(self._ends.get(partition, 0), record.offset + 1)

    def condemn(self, record: Record, error: BadRecordError) -> None:
        """This one was refused alone."""
        self._condemned[place(record)] = error

    def passed(self, offsets: Mapping[Partition, int]) -> None:
        """These offsets are committed; what is before them is nobody's concern any more."""
        self._ends = {partition: end for partition, end in self._ends.items() if end > offsets.get(partition, 0)}
        self._condemned = {
            (topic, partition, offset): error
            for (topic, partition, offset), error in self._condemned.items()
            if offset >= offsets.get((topic, partition), 0)
        }

    def _suspected(self, record: Record) -> bool:
        return bool(self._ends) and record.offset < self._ends.get((record.topic, record.partition), 0)
