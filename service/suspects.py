"""Finds the record that a broker refuses: what may hold it comes again in parts, all else whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from service.broker.ledger import Partition
from service.errors import BadRecordError
from service.pipeline import Place, place
from service.records import Record


class Suspects:
    """The records among which one is refused, and those that were found and are condemned.

    All are remembered until the group's offset has passed them, whatever is delivered from other partitions meanwhile.
    A record that was confirmed is innocent, and goes with its neighbours. Of those that a refusal left unconfirmed one
    is guilty, so never all of them that are left are tried at once, but half, and in the end each alone. Once they are
    through, each delivery doubles how many suspects the next part holds, up to `most` records.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = most
        self._suspected: set[Place] = set()
        self._one_is_guilty: set[Place] = set()
        self._condemned: dict[Place, BadRecordError] = {}

    @property
    def condemned(self) -> Mapping[Place, BadRecordError]:
        """Where the records stand that are to be set aside, each with its reason."""
        return self._condemned

    def among(self, records: Iterable[Record]) -> bool:
        """Whether one of these is suspected."""
        return bool(self._suspected) and any(place(record) in self._suspected for record in records)

    def parts(self, records: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """What to deliver together, each partition's records in their order; ask for the next when one is delivered."""
        ends = self._ends()
        slow = [record for record in records if _before(record, ends)] if ends else []
        others = [record for record in records if not _before(record, ends)] if slow else records
        start = 0
        while start < len(slow):
            part = self._first_part(slow[start:])
            yield part
            start += len(part)
            self._one_is_guilty.difference_update(map(place, part))
            if self._one_is_guilty.isdisjoint(map(place, slow[start:])):
                self._size = min(self._size * 2, self._most)
        for start in range(0, len(others), self._most):
            yield others[start : start + self._most]

    def doubted(self, records: Iterable[Record]) -> None:
        """One of these is refused, but no record was asked for by itself: all come again, to be asked for so."""
        if not self._suspected:
            self._size = self._most
        self._suspected.update(map(place, records))

    def refused(self, unconfirmed: Iterable[Record], part: Iterable[Record] = ()) -> None:
        """One of `unconfirmed` is refused, and nobody knows which; all others of `part` are innocent."""
        self._one_is_guilty = set(map(place, unconfirmed))
        self._suspected.difference_update(map(place, part))
        self._suspected |= self._one_is_guilty
        self._size = max(1, len(self._one_is_guilty) // 2)

    def condemn(self, record: Record, error: BadRecordError) -> None:
        """This one was refused, and all that went with it was confirmed."""
        self._condemned[place(record)] = error
        self._suspected.discard(place(record))
        self._one_is_guilty.discard(place(record))

    def passed(self, offsets: Mapping[Partition, int]) -> None:
        """These offsets are committed; what is before them is nobody's concern any more."""

        def waits(where: Place) -> bool:
            topic, partition, offset = where
            return offset >= offsets.get((topic, partition), 0)

        self._suspected = set(filter(waits, self._suspected))
        self._one_is_guilty = set(filter(waits, self._one_is_guilty))
        self._condemned = {where: error for where, error in self._condemned.items() if waits(where)}

    def _ends(self) -> Mapping[Partition, int]:
        """For each partition with suspects, the offset after the last of them."""
        ends: dict[Partition, int] = {}
        for topic, partition, offset in self._suspected:
            ends[topic, partition] = max(ends.get((topic, partition), 0), offset + 1)
        return ends

    def _first_part(self, records: Sequence[Record]) -> Sequence[Record]:
        """As many as may go together: up to the last suspect that may, or all in front of one that goes alone."""
        records = records[: self._most]
        guilty = sum(place(record) in self._one_is_guilty for record in records)
        size = max(1, guilty // 2) if guilty else self._size
        suspects = [index for index, record in enumerate(records) if place(record) in self._suspected]
        if size == 1 and suspects:
            return records[: suspects[0] or 1]
        return records[: suspects[size - 1] + 1] if size < len(suspects) else records


def _before(record: Record, ends: Mapping[Partition, int]) -> bool:
    return record.offset < ends.get((record.topic, record.partition), 0)
