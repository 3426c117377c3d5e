"""A newsroom for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka import Broker
from tests.end_to_end.newsroom import Newsroom


@pytest.fixture
def newsroom(broker: Broker, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom at the run's broker, whatever its kind."""
    opened = Newsroom(broker, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def real_newsroom(real_broker: Broker, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom at a real broker."""
    opened = Newsroom(real_broker, tmp_path)
    yield opened
    opened.close()
