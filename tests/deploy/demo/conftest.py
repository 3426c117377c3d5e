"""A broker that can be had on every machine."""

from collections.abc import Iterator

import pytest

from deploy.kafka import Broker, Wanted, memory


@pytest.fixture(scope="session")
def stand_in() -> Iterator[Broker]:
    """The in-memory broker; its topics and groups are shared by all tests of the demonstration."""
    with memory.start(Wanted(), lambda line: None, {}) as broker:
        yield broker
