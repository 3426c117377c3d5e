"""Where a scenario plays: a broker or a cluster of ours, and what stands between it and the services."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple

from deploy.kafka import Wanted, java
from deploy.kafka.kinds import LISTENER
from deploy.kafka.ports import HOST, free
from tests.chaos.clock import Clock
from tests.chaos.disk import Disk
from tests.chaos.proxy import Proxy

THROUGH_PROXY = "PROXIED"
NOTHING: Mapping[str, str] = MappingProxyType({})


class Site(NamedTuple):
    """A broker, settings that services need to reach it, and what of its surroundings can be broken."""

    broker: java.JavaBroker
    settings: Mapping[str, str] = NOTHING
    proxy: Proxy | None = None
    disk: Disk | None = None
    clock: Clock | None = None


@contextmanager
def behind_a_proxy(api: int | None = None) -> Iterator[Site]:
    """One node that the services reach through a proxy, and everybody else directly; `api` is the proxy's."""
    plain, controller, proxied = free(3)
    with Proxy(f"{HOST}:{proxied}", api) as proxy:
        advertised = f"{LISTENER}://{HOST}:{plain},{THROUGH_PROXY}://{proxy.address}"
        wanted = Wanted(overrides={"advertised.listeners": advertised}, listeners={THROUGH_PROXY: "PLAINTEXT"})
        ports = [plain, controller, proxied]  # in the order in which java.start asks for them
        with java.start(wanted, _silent, os.environ, lambda count: ports) as broker:
            yield Site(broker, {"BOOTSTRAP_SERVERS": proxy.address}, proxy=proxy)


@contextmanager
def on_a_small_disk() -> Iterator[Site]:
    """One node whose records lie on a disk of their own; raises UnplayableError where none can be mounted."""
    with Disk() as disk:
        folder = str(disk.folder / "data")
        with java.start(Wanted(overrides={"log.dirs": folder}), _silent, os.environ) as broker:
            yield Site(broker, disk=disk)


@contextmanager
def under_a_clock_of_its_own() -> Iterator[Site]:
    """One node that knows the time, and services that do not; raises UnplayableError where it cannot be faked."""
    with Clock() as clock, java.start(Wanted(), _silent, os.environ) as broker:
        yield Site(broker, clock=clock)


def _silent(line: str) -> None:
    """A scenario tells what it does itself."""
