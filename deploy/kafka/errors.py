"""Why there is no broker.

BrokerError
├── KindMissingError      one kind of broker cannot be had on this machine; the next kind is tried
├── NoBrokerError         none of the kinds that may be used can be had
├── UnknownKindError      the only kind that may be used is one that there is not
└── StartError            a broker was started and did not become ready
    └── PortTakenError    because another program holds its port
"""

from collections.abc import Sequence

from deploy.kafka.kinds import Kind


class BrokerError(Exception):
    """There is no broker; `str()` says what to do about it."""


class KindMissingError(BrokerError):
    """One kind of broker cannot be had on this machine, for a reason that fits on one line."""

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class NoBrokerError(BrokerError):
    """None of the kinds that may be used can be had; `missing` says why, kind by kind."""

    def __init__(self, missing: Sequence[KindMissingError]) -> None:
        super().__init__("\n  ".join(["No Kafka broker can be had. Mend one of these:", *map(str, missing)]))
        self.missing = tuple(missing)


class UnknownKindError(BrokerError):
    """A kind of broker was named that there is not; `name` is what it was called."""

    def __init__(self, key: str, name: str) -> None:
        super().__init__(f"{key} is {name!r}; it names one of {', '.join(Kind)}, or is left out.")
        self.name = name


class StartError(BrokerError):
    """A broker was started and did not become ready; its log says why."""

    def __init__(self, broker: str, problem: str, log: str) -> None:
        super().__init__(
            f"{broker} did not become ready: {problem}. The end of its log:\n{log or '(it logged nothing)'}"
        )
        self.broker = broker
        self.problem = problem
        self.log = log


class PortTakenError(StartError):
    """Another program holds the port: it took it after we had found it free, or while the broker was down."""
