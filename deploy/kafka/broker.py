"""Chooses the broker: the first kind that can be had here, or the one that is asked for."""

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from deploy.kafka import docker, given, java, memory
from deploy.kafka.errors import KindMissingError, NoBrokerError, UnknownKindError
from deploy.kafka.kinds import Broker, Kind, Report, Wanted

KIND_KEY = "BROKER_KIND"

Starter: TypeAlias = Callable[[Wanted, Report, Mapping[str, str]], Broker]
"""Starts one kind of broker, or raises KindMissingError."""

STARTERS: Mapping[Kind, Starter] = MappingProxyType(
    {Kind.GIVEN: given.start, Kind.DOCKER: docker.start, Kind.JAVA: java.start, Kind.MEMORY: memory.start}
)


def start(
    report: Report,
    nodes: int = 1,
    overrides: Mapping[str, str] | None = None,
    listeners: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    starters: Mapping[Kind, Starter] = STARTERS,
) -> Broker:
    """Start the first kind of broker that can be had, and wait until it is ready.

    `nodes`, `overrides` and `listeners` are those of `Wanted`; a kind that cannot grant them counts as missing.
    `BROKER_KIND` in the environment names the only kind to try. When it ends with a stand-in that is no real
    broker, `report` is told why no other kind was there.

    Raises NoBrokerError when no kind can be had, StartError when one was started and did not become ready, and
    UnknownKindError when `BROKER_KIND` names no kind.
    """
    wanted = Wanted(nodes, overrides or {}, listeners or {})
    missing: list[KindMissingError] = []
    for kind in _kinds(environment):
        try:
            broker = starters[kind](wanted, report, environment)
        except KindMissingError as error:
            missing.append(error)
        else:
            if missing and not broker.real:
                report("No real Kafka broker can be had here. " + "; ".join(map(str, missing)) + ".")
            return broker
    raise NoBrokerError(missing)


def _kinds(environment: Mapping[str, str]) -> tuple[Kind, ...]:
    name = environment.get(KIND_KEY, "").strip()
    if not name:
        return tuple(Kind)
    if name not in tuple(Kind):
        raise UnknownKindError(KIND_KEY, name)
    return (Kind(name),)
