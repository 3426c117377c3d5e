"""Decode, label, encode: from the records of a batch to exactly one outgoing record for each."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from models.decision import Verdict
from service.dead_letters import DeadLetterWriter
from service.decode import Decoder, Incoming
from service.encode import Encoder
from service.errors import BadRecordError
from service.label import Labeller
from service.operations.catalogue import Timing
from service.records import Outgoing, Record

Place = tuple[str, int, int]
"""Topic, partition and offset of a record."""


class Outcome(NamedTuple):
    """What became of one record; exactly one of `verdict` and `error` is there. `characters` is its text's length."""

    outgoing: Outgoing
    verdict: Verdict | None
    error: BadRecordError | None
    characters: int


Process = Callable[[Sequence[Record], Mapping[Place, BadRecordError]], list[Outcome]]
"""One outcome for each record, in order; records at a given place are set aside without being read."""


class Pipeline:
    """The three steps over a batch. `timing` takes the name of a stage and its seconds."""

    def __init__(
        self,
        decode: Decoder,
        label: Labeller,
        encode: Encoder,
        set_aside: DeadLetterWriter,
        *,
        timing: Timing = lambda stage, seconds: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._decode = decode
        self._label = label
        self._encode = encode
        self._set_aside = set_aside
        self._timing = timing
        self._clock = clock

    def __call__(self, records: Sequence[Record], condemned: Mapping[Place, BadRecordError]) -> list[Outcome]:
        """One outcome for each record, in order; those at a `condemned` place are set aside without being read."""
        started = self._clock()
        read = [self._read(record, condemned) for record in records]
        decoded = self._clock()
        sentences = [item for item in read if isinstance(item, Incoming)]
        verdicts = iter(self._label([sentence.text for sentence in sentences]))
        judged = [next(verdicts) if isinstance(item, Incoming) else item for item in read]
        labelled = self._clock()
        outcomes = self._write(records, read, judged)
        self._timing("decode", decoded - started)
        self._timing("label", labelled - decoded)
        self._timing("encode", self._clock() - labelled)
        return outcomes

    def _read(self, record: Record, condemned: Mapping[Place, BadRecordError]) -> Incoming | BadRecordError:
        if condemned:
            error = condemned.get(place(record))
            if error:
                return error
        try:
            return self._decode(record)
        except BadRecordError as bad:
            return bad

    def _write(
        self,
        records: Sequence[Record],
        read: Sequence[Incoming | BadRecordError],
        judged: Sequence[Verdict | BadRecordError],
    ) -> list[Outcome]:
        both = list(zip(read, judged, strict=True))
        labelled = [(i, v) for i, v in both if isinstance(i, Incoming) and isinstance(v, Verdict)]
        events = iter(self._encode.batch(labelled))
        return [
            Outcome(self._set_aside(record, verdict), None, verdict, 0)
            if isinstance(verdict, BadRecordError)
            else Outcome(next(events), verdict, None, len(item.text) if isinstance(item, Incoming) else 0)
            for record, (item, verdict) in zip(records, both, strict=True)
        ]


def place(record: Record) -> Place:
    """Where a record stands."""
    return record.topic, record.partition, record.offset
