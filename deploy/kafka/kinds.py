"""The kinds of broker that can be had, what can be asked of one, and what each offers once it runs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import ClassVar, Self, TypeAlias

Report: TypeAlias = Callable[[str], None]
"""Takes one line for a person, before anything that lasts longer than a second."""

LISTENER = "PLAINTEXT"  # the name of the listener that every broker has; it asks for no password and speaks no TLS


class Kind(StrEnum):
    """Where a broker comes from, in the order in which the kinds are tried."""

    GIVEN = "given"
    DOCKER = "docker"
    JAVA = "java"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a broker has to be like.

    `nodes` is how many Kafka processes form the cluster. `overrides` are broker properties by Kafka's own names, such
    as {"message.max.bytes": "2000"}. `listeners` opens one more listener per node for each name, with its security
    protocol, such as {"CHECKED": "SASL_PLAINTEXT"}; what the protocol needs (keystores, users) goes into `overrides`.
    """

    nodes: int = 1
    overrides: Mapping[str, str] = field(default_factory=dict)
    listeners: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.nodes < 1:
            raise ValueError(f"A cluster has at least one node, not {self.nodes}.")


class Broker(ABC):
    """A broker that runs, or a cluster of them; leaving its `with` block stops it.

    `bootstrap_servers` is "host:port", separated by commas where there are several. `real` is false for a stand-in
    that keeps nothing. `api_version` is what kafka-python must be told to speak to this broker, or None where it
    finds out by itself.
    """

    kind: ClassVar[Kind]
    real: ClassVar[bool] = True
    api_version: ClassVar[tuple[int, int] | None] = None
    bootstrap_servers: str
    description: str

    @abstractmethod
    def stop(self) -> None:
        """Stop the broker and remove what it kept; a second call does nothing."""

    def recent_log(self, lines: int = 40) -> str:
        """The last lines of the broker's own log, or nothing where it has none that we can read."""
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
