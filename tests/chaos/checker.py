"""Compares what came in with what went out: lost, doubled, reordered, mislabelled, set aside wrongly."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from models.decision import Verdict
from models.labels import Label
from service.errors import Reason

CONFIDENCE_ROOM = 1e-6  # the last digits of a score may depend on how many sentences were scored together
_USES = {
    Label.CLAIM: "claims",
    Label.DENIAL: "denials",
    Label.CLARIFICATION: "clarifications",
    Label.OTHER: "other",
}


class Came(NamedTuple):
    """A record of the input topic, as it lies there; it has either a text or the reason to set it aside."""

    number: int
    key: bytes
    partition: int
    offset: int
    text: str | None
    reason: Reason | None


class Went(NamedTuple):
    """A record of an output topic; `use` is "claims", "review", "dead_letters" and so on.

    `identity` is what a reader downstream can know it again by. A labelled event has a label and a confidence, a dead
    letter has a reason.
    """

    use: str
    partition: int
    offset: int
    number: int
    key: bytes
    identity: str
    label: str | None = None
    confidence: float | None = None
    reason: str | None = None


Numbered = TypeVar("Numbered", Came, Went)


class Findings(NamedTuple):
    """The numbers of the sentences with which something is wrong, sorted; all empty when all is well.

    A sentence is `lost` when it is on no topic, `doubled` when it is there more than once, and `unrecognisable` when
    its copies do not share one identity; one that came several times may go as often. It is `reordered` when it comes
    after a later sentence of its key on its topic, first copies counted. It is `mislabelled` when the model says
    otherwise offline, `misplaced` when it is on another topic than its label's, and `set_aside_wrongly` when it was
    readable and is a dead letter, the other way round, or for a wrong reason. An `invented` one was never sent.
    """

    lost: list[int]
    doubled: list[int]
    unrecognisable: list[int]
    reordered: list[int]
    mislabelled: list[int]
    misplaced: list[int]
    set_aside_wrongly: list[int]
    invented: list[int]


def check(came: Iterable[Came], went: Sequence[Went], verdicts: Mapping[int, Verdict]) -> Findings:
    """Look at every sentence; `verdicts` holds what the model says of each readable one, by number."""
    sent = _by_number(came)
    copies = _by_number(went)
    known = {number: copies[number] for number in sent.keys() & copies.keys()}
    every = [(sent[number][0], copy) for number, found in known.items() for copy in found]
    labelled = [(record, copy) for record, copy in every if record.text is not None and copy.reason is None]
    return Findings(
        lost=sorted(number for number, records in sent.items() if len(copies.get(number, ())) < len(records)),
        doubled=sorted(number for number, found in known.items() if len(found) > len(sent[number])),
        unrecognisable=sorted(
            number for number, found in known.items() if len({one.identity for one in found}) > len(sent[number])
        ),
        reordered=_reordered({number: records[0] for number, records in sent.items() if len(records) == 1}, went),
        mislabelled=_numbers((r, c) for r, c in labelled if _differs(c, verdicts[r.number])),
        misplaced=_numbers((r, c) for r, c in labelled if c.use != _use(verdicts[r.number])),
        set_aside_wrongly=_numbers((r, c) for r, c in every if c.reason != r.reason),
        invented=sorted(copies.keys() - sent.keys()),
    )


def _reordered(sent: Mapping[int, Came], went: Iterable[Went]) -> list[int]:
    """Kafka orders a partition, so only sentences of one input partition and one output partition are compared."""
    latest: dict[tuple[str, int, bytes, int], int] = {}
    seen: set[int] = set()
    late = []
    for record in sorted(went, key=lambda one: (one.use, one.partition, one.offset)):
        if record.number in seen or record.number not in sent:
            continue
        seen.add(record.number)
        origin = sent[record.number]
        row = (record.use, record.partition, record.key, origin.partition)
        if origin.offset < latest.get(row, -1):
            late.append(record.number)
        latest[row] = max(origin.offset, latest.get(row, -1))
    return sorted(late)


def _by_number(records: Iterable[Numbered]) -> dict[int, list[Numbered]]:
    found: dict[int, list[Numbered]] = defaultdict(list)
    for record in records:
        found[record.number].append(record)
    return dict(found)


def _differs(copy: Went, verdict: Verdict) -> bool:
    return copy.label != verdict.label or abs((copy.confidence or 0.0) - verdict.confidence) > CONFIDENCE_ROOM


def _use(verdict: Verdict) -> str:
    return _USES[verdict.label] if verdict.accepted else "review"


def _numbers(found: Iterable[tuple[Came, Went]]) -> list[int]:
    return sorted({record.number for record, _ in found})
