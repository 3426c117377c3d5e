"""Which topics the demonstration uses, and how it leaves a broker that is not its own as it was."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError

from deploy.demo.errors import DemoError
from deploy.kafka import Broker, Kind

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "sentences": "news.sentences",
        "claims": "news.claims",
        "denials": "news.denials",
        "clarifications": "news.clarifications",
        "other": "news.other",
        "review": "news.review",
        "dead_letters": "news.sentences.dead-letters",
    }
)
"""The topics by their use, which is also how the settings call them; the names are the service's defaults."""

ANSWER_MS = 5_000  # a broker that has just served us answers at once


def group_for(broker: Broker) -> str:
    """The consumer group: the default one on a broker of ours, one that nobody else has on a broker that was given."""
    return f"claimwire-demo-{uuid.uuid4().hex[:6]}" if broker.kind is Kind.GIVEN else "claimwire"


def names_for(broker: Broker, group: str) -> dict[str, str]:
    """The topics by their use; on a broker that was given they are the group's own, lest samples mix with news."""
    prefix = f"{group}." if broker.kind is Kind.GIVEN else ""
    return {use: prefix + name for use, name in NAMES.items()}


def touch(broker: Broker, names: Mapping[str, str]) -> None:
    """Make the topics appear on the in-memory broker: it creates any that a producer asks for, and none on request."""
    with KafkaProducer(bootstrap_servers=broker.bootstrap_servers, api_version=broker.api_version) as producer:
        for name in names.values():
            producer.partitions_for(name)


@contextmanager
def removed_afterwards(broker: Broker, names: Mapping[str, str]) -> Iterator[None]:
    """Delete the topics at the end, and with them what the group had committed there.

    Raises DemoError, which names what is left, unless something else has gone wrong before.
    """
    try:
        yield
    except BaseException:
        with suppress(DemoError):  # what broke first is what has to be mended
            _remove(broker, names)
        raise
    _remove(broker, names)


def _remove(broker: Broker, names: Mapping[str, str]) -> None:
    servers = broker.bootstrap_servers.split(",")
    try:
        with KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=ANSWER_MS) as admin:
            admin.delete_topics(list(names.values()))
    except KafkaError as error:
        left = ", ".join(names.values())
        raise DemoError(f"These topics could not be deleted ({error!r}) and are left behind: {left}") from error
