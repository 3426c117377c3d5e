"""What walks through the service: a record as it came, and a record that goes out."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

Headers: TypeAlias = list[tuple[str, bytes]]


class Record(Protocol):
    """A record of the input topic, untouched; kafka-python's `ConsumerRecord` is one."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int:
        """Milliseconds since the epoch, as the producer or the broker stamped it."""
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Outgoing(NamedTuple):
    """A record to publish: exactly one for every record that came in."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
