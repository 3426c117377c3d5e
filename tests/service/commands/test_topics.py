"""`claimwire topics`: the topics are made once, and shown as the broker has them."""

import re
import uuid

import pytest

from deploy.kafka import Broker
from service.errors import SettingsError
from service.topics import Topics
from tests.service.commands.conftest import Command


@pytest.fixture
def settings(real_broker: Broker) -> dict[str, str]:
    """Seven topics that nobody else has, two partitions each, kept for two days."""
    name = uuid.uuid4().hex[:8]
    return {
        "BOOTSTRAP_SERVERS": real_broker.bootstrap_servers,
        "TOPIC_PARTITIONS": "2",
        "TOPIC_RETENTION_HOURS": "48",
        **{f"TOPIC_{use.upper()}": f"{name}.{use}" for use in Topics._fields},
    }


def test_what_is_missing_is_created_and_what_is_there_is_left(settings: dict[str, str], command: Command) -> None:
    """So it can be run before every start."""
    first = command("topics", "create", **settings)
    second = command("topics", "create", **settings)

    names = [settings[f"TOPIC_{use.upper()}"] for use in Topics._fields]
    assert [f"created  {name}" for name in names] == first.stdout.splitlines()
    assert [f"there  {name}" for name in names] == second.stdout.splitlines()


def test_they_are_shown_as_the_broker_has_them(settings: dict[str, str], command: Command) -> None:
    """Partitions, replicas, and for how long records are kept."""
    command("topics", "create", **settings)
    printed = command("topics", "describe", **settings).stdout

    rows = re.findall(r"^(\w[\w ]*?) +\w{8}\.\w+ +2 +1 +48 h +[\d,]+ KiB *$", printed, re.MULTILINE)
    assert [use.replace("_", " ") for use in Topics._fields] == rows


def test_one_that_is_missing_is_shown_as_such(settings: dict[str, str], command: Command) -> None:
    """With the command that makes it."""
    printed = command("topics", "describe", **settings).stdout

    assert len(Topics._fields) == sum("  missing" in line for line in printed.splitlines())
    assert "claimwire topics create" in printed


def test_a_broker_that_makes_topics_itself_is_left_to_it(broker: Broker, command: Command) -> None:
    """One whose protocol has to be pinned knows no requests about topics."""
    result = command("topics", "create", BOOTSTRAP_SERVERS=broker.bootstrap_servers, API_VERSION="2.0")

    assert "CLAIMWIRE_API_VERSION is set, so the broker makes each topic at its first use\n" == result.stdout


def test_without_an_address_they_say_which_setting_is_missing(command: Command) -> None:
    """At once: there is nobody to wait for."""
    result = command("topics", "create")

    assert isinstance(result.exception, SettingsError)
    assert ("CLAIMWIRE_BOOTSTRAP_SERVERS",) == result.exception.keys
