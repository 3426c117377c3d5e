"""What the service may do, and what it says when it may not."""

import time

import pytest
from prometheus_client import CollectorRegistry

from service.broker.rights import Right, rights
from service.commands.run import _work
from service.errors import BrokerRefusedError
from service.operations.health import Health
from service.operations.metrics import Metrics
from service.operations.stopping import Stopping
from service.settings import load
from tests.end_to_end.newsroom import Newsroom
from tests.security.locked import USER, Locked


def work(newsroom: Newsroom) -> None:
    """Run the service here until it gives up, in a second instead of the three of a process of its own."""
    settings = load(newsroom.settings)
    metrics = Metrics(CollectorRegistry(), settings.topics[1:])
    health = Health(time.monotonic, settings.stall_limit_s, settings.unstable_limit_s, settings.broker_limit_s)
    _work(settings, newsroom.name, metrics, health, Stopping(settings.stop_deadline_s))


def test_without_transactions_the_service_needs_no_right_to_them(newsroom: Newsroom, locked: Locked) -> None:
    """At-least-once does its work with one right less."""
    newsroom.settings["CLAIMWIRE_DELIVERY"] = "at_least_once"
    locked.grant(rights(load(newsroom.settings)))
    newsroom.send_numbered(range(5))

    with newsroom.service():
        assert 5 == len(newsroom.read(5))


@pytest.mark.parametrize("place", range(9))
def test_a_missing_right_is_named(newsroom: Newsroom, locked: Locked, place: int) -> None:
    """The service stops, and the message says which operation on what has to be granted to whom."""
    needed = rights(load(newsroom.settings))
    missing = needed[place]
    locked.grant([right for right in needed if right != missing])
    newsroom.send_numbered(range(1))

    with pytest.raises(BrokerRefusedError) as caught:
        work(newsroom)

    assert f"needs {missing.operation} on {missing.resource} {missing.name};" in str(caught.value)
    assert f"--allow-principal User:{USER} {missing}`" in str(caught.value)


def test_no_right_is_forgotten(newsroom: Newsroom) -> None:
    """There is a test above for each of the rights."""
    assert 9 == len(rights(load(newsroom.settings)))


def test_a_right_that_is_taken_away_is_named(newsroom: Newsroom, locked: Locked) -> None:
    """A running service that may no longer publish ends with the code for a refusal, and commits nothing more."""
    needed = rights(load(newsroom.settings))
    locked.grant(needed)
    with newsroom.service() as service:
        service.ready()
        locked.grant([right for right in needed if right != claims(newsroom)])
        newsroom.send_numbered(range(1))

        assert 4 == service.ended()

    assert f"Write on Topic {newsroom.topics['claims']}" in service.text()


def claims(newsroom: Newsroom) -> Right:
    """The right without which the sentences of `send_numbered` cannot be published."""
    return Right("Write", "Topic", newsroom.topics["claims"])
