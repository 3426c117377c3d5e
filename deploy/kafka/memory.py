"""Stands in for a broker where none can be had: librdkafka's in-memory one, which keeps nothing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deploy.kafka.errors import KindMissingError
from deploy.kafka.kinds import Broker, Kind, Report, Wanted

if TYPE_CHECKING:
    from confluent_kafka import Producer

NOWHERE = "127.0.0.1:1"  # librdkafka insists on an address, and ignores it once its own brokers stand in
ANSWER_S = 10.0  # the stand-in answers within milliseconds; this much only passes on a machine that is stuck
SILENT = 0  # librdkafka's log level "emergency": at any other it warns that its brokers are for tests


class MemoryBroker(Broker):
    """An in-memory stand-in that other processes on this machine can reach; it lives as long as this process.

    It takes transactions, but stores none of the offsets sent in them and shows aborted records to everyone; topics
    appear when they are first asked for, and the requests of an administrator are refused.
    """

    kind = Kind.MEMORY
    real = False
    api_version = (2, 0)  # it answers kafka-python's newer ApiVersions request in a form that the client cannot read

    def __init__(self, holder: "Producer", addresses: list[str]) -> None:
        self._holder: Producer | None = holder
        self.bootstrap_servers = ",".join(addresses)
        self.description = "librdkafka's in-memory broker: no real broker, and everything is lost when it stops"

    def stop(self) -> None:
        """Close the brokers' ports and forget all records."""
        if self._holder is not None:
            self._holder.close()
            self._holder = None


def start(wanted: Wanted, report: Report, environment: Mapping[str, str]) -> MemoryBroker:
    """Start as many in-memory brokers as nodes are wanted.

    Raises KindMissingError when confluent-kafka is not installed, or when properties or listeners are asked for.
    """
    if wanted.overrides or wanted.listeners:
        raise KindMissingError(Kind.MEMORY, "the in-memory broker takes no properties and opens no further listeners")
    try:
        from confluent_kafka import Producer  # noqa: PLC0415 - a development dependency, which may be missing
    except ImportError as error:
        raise KindMissingError(
            Kind.MEMORY, f"confluent-kafka is missing ({error}); `make setup` installs it"
        ) from error
    holder = Producer({"bootstrap.servers": NOWHERE, "test.mock.num.brokers": wanted.nodes, "log_level": SILENT})
    brokers = holder.list_topics(timeout=ANSWER_S).brokers.values()
    return MemoryBroker(holder, [f"{broker.host}:{broker.port}" for broker in brokers])
