"""Sets aside a record that cannot be labelled, puts it back, and tells when there are too many of them."""

import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from models.errors import ClaimwireError
from service.errors import BadRecordError, DeadLetterShareError
from service.events.moment import rfc3339
from service.records import Headers, Outgoing, Record

PREFIX: Final = "claimwire.dead-letter."
HEADERS: Final = tuple(
    PREFIX + name
    for name in (
        "topic",
        "partition",
        "offset",
        "timestamp",
        "stage",
        "reason",
        "class",
        "message",
        "null-headers",
        "service-version",
        "model-version",
        "time",
    )
)
"""What a dead letter carries after the headers that the record came with: these, all of them, in this order."""

LONGEST = 1_000  # characters of a fact; the record may already be as large as its topic takes

_topic_name = re.compile(rb"[A-Za-z0-9._-]{1,249}")


class NotADeadLetterError(ClaimwireError):
    """A record on the dead-letter topic does not end in the headers of a dead letter."""

    def __init__(self, record: Record) -> None:
        super().__init__(
            f"{record.topic}/{record.partition}/{record.offset} is not a dead letter of Claimwire: its headers do not "
            f"end in the {len(HEADERS)} that start with {PREFIX}. Somebody else wrote it there, or another version of "
            "Claimwire did; put it back by hand, or with that version."
        )
        self.record = record


class DeadLetterWriter:
    """Makes dead letters: the record as it came, then why, when and by whom it was given up.

    Our headers are always the last ones. A record that came with headers of the same names - a hostile one, or one that
    was put back - keeps them, in their place before ours.

    A header without a value becomes one with an empty value, because kafka-python 3.0.12 refuses to send the former;
    `claimwire.dead-letter.null-headers` holds the places of such headers, counted from 0 and separated by commas.
    """

    def __init__(
        self, topic: str, service_version: str, model_version: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._topic = topic
        self._service_version = service_version
        self._model_version = model_version
        self._clock = clock

    def __call__(self, record: Record, error: BadRecordError) -> Outgoing:
        """The dead letter of one record."""
        kept, nulls = _sendable(record.headers)
        facts = (
            record.topic,
            str(record.partition),
            str(record.offset),
            str(record.timestamp),
            error.stage,
            error.reason,
            _class(error),
            str(error),
            ",".join(map(str, nulls)),
            self._service_version,
            self._model_version,
            rfc3339(self._clock()),
        )
        ours = [(name, _bounded(fact)) for name, fact in zip(HEADERS, facts, strict=True)]
        return Outgoing(self._topic, record.key, record.value, kept + ours)


def restore(record: Record) -> Outgoing:
    """The record that a dead letter was made of, for the topic that it came from; the dead letter is not changed.

    A header that came without a value comes back with an empty one. The topic is the one that the dead letter names, so
    that whoever may write dead letters decides it.

    Raises NotADeadLetterError.
    """
    came_with, ours = record.headers[: -len(HEADERS)], record.headers[-len(HEADERS) :]
    if tuple(name for name, _ in ours) != HEADERS or not _topic_name.fullmatch(ours[0][1] or b""):
        raise NotADeadLetterError(record)
    kept, _ = _sendable(came_with)
    return Outgoing(ours[0][1].decode(), record.key, record.value, kept)


class Breaker:
    """Stops the service when more than `share` of the last `window` records became dead letters.

    It does so as soon as that many of them did: the good records that might still follow could not change it. A bad
    start of a good feed stops nobody before then. The window starts empty with every process: after a stop, a service
    that is started again sets aside up to `share` of a window of a bad feed before it stops again.

    A share of 1 never stops the service; a share of 0 stops it for a single dead letter.
    """

    def __init__(self, share: float, window: int = 200) -> None:
        if not 0 <= share <= 1 or window < 1:
            raise ValueError(f"share must be from 0 to 1 and window at least 1, not {share} and {window}")
        self._share = share
        self._window = window
        self._last: deque[bool] = deque(maxlen=window)
        self._dead = 0

    def record(self, dead: bool) -> None:
        """Take note of the next record, in order. Raises DeadLetterShareError."""
        if len(self._last) == self._window:
            self._dead -= self._last[0]
        self._last.append(dead)
        self._dead += dead
        if self._dead > self._share * self._window:
            raise DeadLetterShareError(self._dead, len(self._last), self._window, self._share)


def _sendable(headers: Sequence[tuple[str, bytes | None]]) -> tuple[Headers, list[int]]:
    nulls = [place for place, (_, value) in enumerate(headers) if value is None]
    return [(name, b"" if value is None else value) for name, value in headers], nulls


def _class(error: BadRecordError) -> str:
    cause = type(error.__cause__ or error)
    return f"{cause.__module__}.{cause.__qualname__}"


def _bounded(fact: str) -> bytes:
    return fact[:LONGEST].encode(errors="backslashreplace")
