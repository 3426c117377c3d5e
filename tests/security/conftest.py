"""One locked broker for all these tests, and a newsroom whose service has to log in to it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka import Wanted, java
from tests.end_to_end.newsroom import Newsroom
from tests.security.certificates import Authority
from tests.security.locked import LISTENERS, Locked, overrides


@pytest.fixture(scope="session")
def locked(java_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """A broker with TLS, passwords and an authoriser."""
    authority = Authority(tmp_path_factory.mktemp("certificates"), "authority")
    wanted = Wanted(overrides=overrides(authority), listeners=LISTENERS)
    with java.start(wanted, lambda line: None, os.environ) as broker:
        opened = Locked(broker, authority)
        yield opened
        opened.close()


@pytest.fixture
def newsroom(locked: Locked, tmp_path: Path) -> Iterator[Newsroom]:
    """Topics at the locked broker; the test itself may do all there, the service what it was granted."""
    opened = Newsroom(locked.broker, tmp_path)
    opened.settings |= locked.settings()
    yield opened
    opened.close()
