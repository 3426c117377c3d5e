"""What `claimwire` is told, and what is made of its answer."""

import os

import pytest

from deploy.demo import command
from deploy.demo.errors import DemoError
from deploy.demo.topics import NAMES, names_for
from deploy.kafka import Broker
from deploy.kafka.given import GivenBroker
from service.settings import load

GIVEN = GivenBroker("kafka.example:9092")


def test_the_service_accepts_what_it_is_told(stand_in: Broker) -> None:
    """Every variable of ours is one that the service knows."""
    told = command.environment(stand_in, NAMES, "desk", {"HOME": "/home/reader"})

    settings = load(told)

    assert (stand_in.bootstrap_servers, "desk") == (settings.bootstrap_servers, settings.group_id)
    assert "2.0" == settings.api_version
    assert dict(NAMES) == settings.topics._asdict()


def test_what_the_person_has_set_is_passed_on() -> None:
    """The demonstration can be run with another model or another guarantee."""
    told = command.environment(GIVEN, names_for(GIVEN, "g"), "g", {"CLAIMWIRE_DELIVERY": "at_least_once"})

    assert "at_least_once" == load(told).delivery


def test_a_login_is_refused_before_anything_is_made() -> None:
    """The reader of the topics has none; the message names the variable."""
    with pytest.raises(DemoError, match="Unset CLAIMWIRE_SECURITY_PROTOCOL"):
        command.environment(GIVEN, NAMES, "g", {"CLAIMWIRE_SECURITY_PROTOCOL": "SASL_SSL"})


def test_a_command_that_fails_says_why() -> None:
    """Its own words and its exit code are in the message."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}

    with pytest.raises(DemoError, match=r"`claimwire topics` ended with exit code 2: .*CLAIMWIRE_COLOUR"):
        command.run({**plain, "CLAIMWIRE_COLOUR": "red"}, "topics", "create")


def test_a_line_to_copy_holds_what_a_bare_shell_lacks(stand_in: Broker) -> None:
    """The address always; the protocol and the topic only where they differ from the usual."""
    usual = command.environment(stand_in, NAMES, "claimwire", {})
    foreign = command.environment(GIVEN, names_for(GIVEN, "g"), "g", {})

    assert (
        f"CLAIMWIRE_BOOTSTRAP_SERVERS={stand_in.bootstrap_servers} CLAIMWIRE_API_VERSION=2.0 "
        f"{command.CLAIMWIRE} publish FILE"
    ) == command.line(usual, "publish", "FILE")
    assert (
        "CLAIMWIRE_BOOTSTRAP_SERVERS=kafka.example:9092 CLAIMWIRE_TOPIC_SENTENCES=g.news.sentences "
        f"{command.CLAIMWIRE} publish FILE"
    ) == command.line(foreign, "publish", "FILE")
