"""The topics as they should be on a broker: which are missing, how they are made, what they look like."""

from collections.abc import Iterable
from typing import NamedTuple

import structlog
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from service.broker.clients import DEAD_LETTER_BYTES, HEADER_ROOM
from service.errors import BrokerRefusedError
from service.settings import Settings, key

log = structlog.get_logger()

HOUR_MS = 3_600_000


class Description(NamedTuple):
    """A topic as the broker has it; None where the broker did not say."""

    name: str
    partitions: int
    replicas: int
    retention_ms: int | None
    largest_record_bytes: int | None


def left_to_broker(settings: Settings) -> bool:
    """Whether the broker has to make the topics itself, at their first use.

    One that needs its protocol pinned, such as librdkafka's in-memory broker, knows no requests about topics.
    """
    return settings.api_version is not None


def missing(admin: KafkaAdminClient, names: Iterable[str]) -> list[str]:
    """Those of `names` that the broker does not have, in order.

    Raises KafkaError; TopicAuthorizationFailedError when it does not let us know, which is not the same.
    """
    described = admin.describe_topics(list(names))
    hidden = [topic["name"] for topic in described if topic["error_code"] == TopicAuthorizationFailedError.errno]
    if hidden:
        raise TopicAuthorizationFailedError(hidden)
    there = {topic["name"] for topic in described if not topic["error_code"]}
    return [name for name in names if name not in there]


def create(admin: KafkaAdminClient, settings: Settings, names: Iterable[str]) -> list[str]:
    """Create topics, wait until each has leaders, and return those that nobody else made first.

    The dead letters' topic takes far larger records than we label, because one that cannot even be set aside stops the
    service.
    """
    made = []
    for name in names:
        largest = DEAD_LETTER_BYTES if name == settings.topic_dead_letters else settings.value_bytes + HEADER_ROOM
        options = {
            "num_partitions": settings.topic_partitions,
            "replication_factor": settings.topic_replication,
            "configs": {
                "retention.ms": str(settings.topic_retention_hours * HOUR_MS),
                "max.message.bytes": str(largest),
            },
        }
        try:
            admin.create_topics({name: options})
        except TopicAlreadyExistsError:
            continue
        made.append(name)
    admin.wait_for_topics(list(names))
    return made


def ensure(admin: KafkaAdminClient, settings: Settings) -> None:
    """Have every topic there before the first record is read.

    Raises BrokerRefusedError, which names what is missing and how to make it, when we may not make it ourselves.
    """
    if left_to_broker(settings):
        return
    absent = missing(admin, settings.topics)
    if not absent:
        return
    if not settings.create_topics:
        raise BrokerRefusedError(
            f"These topics are missing: {', '.join(absent)}. Create them with `claimwire topics create`, "
            f"or let the service do it with {key('create_topics')}=true."
        )
    try:
        made = create(admin, settings, absent)
    except KafkaError as error:
        raise BrokerRefusedError(
            f"These topics are missing and could not be created ({type(error).__name__}): {', '.join(absent)}. "
            "Have somebody with the right to do so run `claimwire topics create`."
        ) from error
    log.info("created topics", topics=made, partitions=settings.topic_partitions)


def describe(admin: KafkaAdminClient, names: Iterable[str]) -> list[Description]:
    """What the broker says of topics, in order, without those it does not have. Raises KafkaError."""
    wanted = list(names)
    found = {topic["name"]: topic for topic in admin.describe_topics(wanted) if not topic["error_code"]}
    configs = _configs(admin, list(found))
    return [
        Description(
            name,
            len(found[name]["partitions"]),
            len(found[name]["partitions"][0]["replica_nodes"]),
            _number(configs.get(name, {}).get("retention.ms")),
            _number(configs.get(name, {}).get("max.message.bytes")),
        )
        for name in wanted
        if name in found
    ]


def _configs(admin: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    try:
        answer = admin.describe_configs(resources, config_filter="all")
    except KafkaError as error:
        log.warning("the broker does not tell the topics' settings", error=repr(error))
        return {}
    described = answer.get("topic", {})
    return {name: {option: data["value"] for option, data in options.items()} for name, options in described.items()}


def _number(value: str | None) -> int | None:
    return None if value is None else int(value)
