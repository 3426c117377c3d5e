"""What the service may do, and what it says when it may not."""

import time
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from service.broker.rights import rights
from service.commands.run import _work
from service.errors import BrokerRefusedError
from service.operations.health import Health
from service.operations.metrics import Metrics
from service.settings import Settings, load
from tests.end_to_end.newsroom import Newsroom, until
from tests.security.locked import USER, Locked

PLACES = range(9)  # of the rights under exactly-once


def work(newsroom: Newsroom, stopping: Callable[[], bool] = lambda: False) -> None:
    """Run the service here, in a second instead of the three of a process of its own."""
    settings = load(newsroom.settings)
    metrics = Metrics(CollectorRegistry(), settings.topics[1:])
    health = Health(time.monotonic, settings.stall_limit_s, settings.unstable_limit_s, settings.broker_limit_s)
    _work(settings, newsroom.name, metrics, health, Stop(stopping))
