"""What walks through the service: a record as it came, and a record that goes out."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

Headers: TypeAlias = list[tuple[str, bytes]]


class Record(Protocol):
    """A record of the input topic, untouched; kafka-python's `ConsumerRecord` is one."""

    @property
    def topic(self) -> str:
        """Name of the topic."""

    @property
    def partition(self) -> int:
        """Number of the partition."""

    @property
    def offset(self) -> int:
        """Place in the partition."""

    @property
    def timestamp(self) -> int:
        """Milliseconds since the epoch, as the producer or the broker stamped it."""

    @property
    def key(self) -> bytes | None:
        """What the producer partitioned by."""

    @property
    def value(self) -> bytes | None:
        """The event; None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Names and values, in order; a name may come twice."""


class Outgoing(NamedTuple):
    """A record to publish: exactly one for every record that came in."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
