"""Where the sentences go, on a broker of our own and on somebody else's."""

from deploy.demo.topics import NAMES, group_for, names_for
from deploy.kafka import Broker
from deploy.kafka.given import GivenBroker
from service.settings import load
from service.topics import Topics

GIVEN = GivenBroker("kafka.example:9092")


def test_the_topics_are_those_of_the_service() -> None:
    """`deploy` imports nothing of the project, so it repeats the names; here they are held together."""
    assert Topics()._asdict() == dict(NAMES)


def test_a_broker_of_our_own_gets_the_usual_names(stand_in: Broker) -> None:
    """What a person sees there is what the pages say."""
    assert dict(NAMES) == names_for(stand_in, group_for(stand_in))
    assert load({}).group_id == group_for(stand_in)


def test_a_broker_that_was_given_gets_names_that_nobody_else_has() -> None:
    """Samples never mix with real news, and a second run starts empty."""
    first, second = group_for(GIVEN), group_for(GIVEN)

    assert first != second
    assert f"{first}.news.claims" == names_for(GIVEN, first)["claims"]
