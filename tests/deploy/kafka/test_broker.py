"""Which broker is chosen."""

from collections.abc import Mapping

import pytest

from deploy.kafka import Broker, Kind, KindMissingError, NoBrokerError, UnknownKindError, Wanted, given, start
from deploy.kafka.broker import Starter
from deploy.kafka.kinds import Report


class RealBroker(Broker):
    kind = Kind.JAVA

    def stop(self) -> None:
        """Nothing runs."""


class StandIn(RealBroker):
    real = False


def there(broker: Broker) -> Starter:
    return lambda wanted, report, environment: broker


def missing(kind: Kind, reason: str = "not here") -> Starter:
    def refuse(wanted: Wanted, report: Report, environment: Mapping[str, str]) -> Broker:
        raise KindMissingError(kind, reason)

    return refuse


def nobody() -> dict[Kind, Starter]:
    return {kind: missing(kind, f"no {kind} here") for kind in Kind}


def ignore(line: str) -> None:
    """A report that nobody reads."""


@pytest.mark.parametrize("place", range(len(Kind)))
def test_the_first_kind_that_is_there_is_chosen(place: int) -> None:
    """A given address comes before Docker, Docker before Java, and Java before the stand-in."""
    order = [Kind.GIVEN, Kind.DOCKER, Kind.JAVA, Kind.MEMORY]
    brokers = {kind: RealBroker() for kind in order[place:]}
    starters = nobody() | {kind: there(broker) for kind, broker in brokers.items()}

    chosen = start(ignore, environment={}, starters=starters)

    assert brokers[order[place]] is chosen


def test_a_given_address_is_used_as_it_is() -> None:
    """Whoever names a broker gets that one, whatever else there is."""
    starters = {kind: there(RealBroker()) for kind in Kind} | {Kind.GIVEN: given.start}
    environment = {"CLAIMWIRE_BOOTSTRAP_SERVERS": "one.example:9092,two.example:9092"}

    chosen = start(ignore, nodes=3, environment=environment, starters=starters)

    assert "one.example:9092,two.example:9092" == chosen.bootstrap_servers
    assert Kind.GIVEN is chosen.kind


def test_a_given_broker_is_passed_over_when_its_properties_would_have_to_change() -> None:
    """We cannot set up a broker that is not ours, so the next kind takes its place."""
    own = RealBroker()
    starters = nobody() | {Kind.GIVEN: given.start, Kind.JAVA: there(own)}
    environment = {"CLAIMWIRE_BOOTSTRAP_SERVERS": "one.example:9092"}

    chosen = start(ignore, overrides={"message.max.bytes": "2000"}, environment=environment, starters=starters)

    assert own is chosen


def test_the_kind_that_is_named_is_the_only_one_tried() -> None:
    """`BROKER_KIND` decides, even against an address that is given."""
    named = RealBroker()
    starters = {kind: there(RealBroker()) for kind in Kind} | {Kind.JAVA: there(named)}
    environment = {"BROKER_KIND": "java", "CLAIMWIRE_BOOTSTRAP_SERVERS": "one.example:9092"}

    assert named is start(ignore, environment=environment, starters=starters)


def test_a_named_kind_that_is_missing_is_not_replaced_by_another() -> None:
    """Whoever names a kind wants to know that it is not there."""
    starters = {kind: there(RealBroker()) for kind in Kind} | {Kind.DOCKER: missing(Kind.DOCKER)}

    with pytest.raises(NoBrokerError) as raised:
        start(ignore, environment={"BROKER_KIND": "docker"}, starters=starters)

    assert [Kind.DOCKER] == [reason.kind for reason in raised.value.missing]


def test_a_name_that_is_no_kind_is_refused() -> None:
    """A misspelt kind is not taken for "any"."""
    with pytest.raises(UnknownKindError, match="BROKER_KIND is 'jawa'; it names one of given, docker, java, memory"):
        start(ignore, environment={"BROKER_KIND": "jawa"}, starters=nobody())


def test_without_any_kind_each_reason_is_named() -> None:
    """The message has one line for each way to mend it."""
    with pytest.raises(NoBrokerError) as raised:
        start(ignore, environment={}, starters=nobody())

    expected = ["given: no given here", "docker: no docker here", "java: no java here", "memory: no memory here"]
    assert expected == [line.strip() for line in str(raised.value).splitlines()[1:]]


def test_a_stand_in_comes_with_the_reasons_why_there_is_no_real_broker() -> None:
    """Nobody takes the stand-in for a broker without having been told."""
    said: list[str] = []
    starters = nobody() | {Kind.MEMORY: there(StandIn())}

    start(said.append, environment={}, starters=starters)

    expected = "No real Kafka broker can be had here. given: no given here; docker: no docker here; java: no java here."
    assert [expected] == said


def test_a_real_broker_comes_without_a_word_about_the_kinds_before_it() -> None:
    """That Docker does not run is no news to somebody who gets a real broker anyway."""
    said: list[str] = []

    start(said.append, environment={}, starters=nobody() | {Kind.JAVA: there(RealBroker())})

    assert [] == said


def test_what_is_wanted_reaches_the_kind_that_starts() -> None:
    """Nodes, overrides and listeners arrive unchanged."""
    asked: list[Wanted] = []

    def remember(wanted: Wanted, report: Report, environment: Mapping[str, str]) -> Broker:
        asked.append(wanted)
        return RealBroker()

    start(ignore, 3, {"num.partitions": "7"}, {"SECURE": "SSL"}, environment={}, starters={Kind.GIVEN: remember})

    assert [Wanted(3, {"num.partitions": "7"}, {"SECURE": "SSL"})] == asked


def test_a_cluster_without_nodes_is_refused() -> None:
    """The mistake shows before anything is started."""
    with pytest.raises(ValueError, match="A cluster has at least one node, not 0"):
        start(ignore, nodes=0, environment={}, starters=nobody())


def test_a_broker_stops_when_its_block_ends() -> None:
    """Also when the block ends by an error."""
    stopped: list[bool] = []

    class Watched(RealBroker):
        def stop(self) -> None:
            stopped.append(True)

    with pytest.raises(ZeroDivisionError), Watched():
        raise ZeroDivisionError

    assert [True] == stopped
