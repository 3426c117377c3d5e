"""The rights that the service needs from a broker that asks, and which of them an error is about."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from service.settings import Delivery, Settings

WRITTEN_AS = {"Topic": "topic", "Group": "group", "TransactionalId": "transactional-id"}  # options of kafka-acls.sh


class Right(NamedTuple):
    """An operation on a resource, by Kafka's own names; a prefixed one holds for every name that begins like this."""

    operation: str
    resource: str
    name: str
    prefixed: bool = False

    def __str__(self) -> str:
        """The options of `kafka-acls.sh --add` that grant it."""
        prefixed = " --resource-pattern-type prefixed" if self.prefixed else ""
        return f"--operation {self.operation} --{WRITTEN_AS[self.resource]} {self.name}{prefixed}"


def rights(settings: Settings) -> tuple[Right, ...]:
    """Everything that `claimwire run` does to topics that are there; each of these implies Describe on the same name.

    Under exactly-once the transactional ids begin with the group's id. No right on the cluster is among them: since
    Kafka 2.8 whoever may write to any topic may do so idempotently (KIP-679).
    """
    sentences, *outputs = settings.topics
    transactions = [Right("Write", "TransactionalId", settings.group_id, prefixed=True)]
    return (
        Right("Read", "Topic", sentences),
        *(Right("Write", "Topic", name) for name in outputs),
        Right("Read", "Group", settings.group_id),
        *(transactions if settings.delivery is Delivery.EXACTLY_ONCE else ()),
    )


def refused(error: BaseException, settings: Settings) -> tuple[Right, ...]:
    """The rights that an error of kafka-python is about, none if it is about something else.

    Its errors name the resource only at times and the operation never. Where a topic is not named, all are meant.
    """
    text = " ".join(map(repr, _chain(error)))
    kinds = [kind for kind in WRITTEN_AS if f"{kind}AuthorizationFailedError" in text]
    meant = [right for right in rights(settings) if right.resource in kinds]
    named = set(re.findall(r"[A-Za-z0-9._-]+", text))  # the alphabet of Kafka's names
    return tuple(right for right in meant if right.name in named) or tuple(meant)


def _chain(error: BaseException) -> Iterator[object]:
    yield error
    yield from error.args
    if error.__cause__:
        yield error.__cause__
