"""What any test may ask for: a Kafka broker, a cluster to break, and names that no other test uses."""

import os
import re
import uuid
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, NoReturn, TypeAlias

import pytest
from kafka import KafkaAdminClient

from deploy.kafka import Broker, KindMissingError, Wanted, java, start

MARKERS = {
    "kafka": "needs a Kafka broker, be it the in-memory one; given to every test that uses one",
    "real_kafka": "needs a real Kafka broker; given to every test that uses one",
    "slow": "takes longer than two seconds",
}
MARKED_BY = {"kafka": {"broker", "java_is_here"}, "real_kafka": {"real_broker", "java_is_here"}}
USED = pytest.StashKey[list[str]]()  # the brokers of this run, in words
SAID = pytest.StashKey[list[str]]()  # what was reported while the run's broker was chosen

MakeTopic: TypeAlias = Callable[..., str]
StartBroker: TypeAlias = Callable[..., java.JavaBroker]


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and remember which brokers this run starts."""
    config.stash[USED] = []
    config.stash[SAID] = []
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    # kafka-python never closes a socket whose connection was refused, as happens whenever a test kills a node.
    config.addinivalue_line("filterwarnings", "ignore:unclosed <socket:ResourceWarning")  # while a test runs
    warnings.filterwarnings("ignore", "unclosed <socket", ResourceWarning)  # when the run ends


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the brokers it uses, so that no marker can be forgotten."""
    for item in items:
        for marker, fixtures in MARKED_BY.items():
            if fixtures & set(getattr(item, "fixturenames", ())):
                item.add_marker(marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the broker said last."""
    report = yield
    if report.failed:
        arguments = getattr(item, "funcargs", {}).values()
        for broker in {argument for argument in arguments if isinstance(argument, Broker)}:
            report.sections.append((f"Log of {broker.description}", broker.recent_log()))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which brokers the run was against, since a stand-in proves less."""
    for line in config.stash[USED]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def broker(pytestconfig: pytest.Config) -> Iterator[Broker]:
    """One broker for the whole run, of the first kind that can be had; tests share it and must not break it."""
    with start(pytestconfig.stash[SAID].append) as broker:
        pytestconfig.stash[USED].append(f"Tests that need a broker used {broker.description}.")
        yield broker


@pytest.fixture(scope="session")
def real_broker(broker: Broker, pytestconfig: pytest.Config) -> Broker:
    """The run's broker, if it is a real one."""
    if not broker.real:
        said = pytestconfig.stash[SAID]
        _do_without(f"needs a real Kafka broker, and this run has {broker.description}. {' '.join(said)}")
    return broker


@pytest.fixture(scope="session")
def java_is_here() -> None:
    """Nodes that can be killed need Java, whatever the run's broker is."""
    try:
        java.find_jvm(lambda line: None, os.environ)
    except KindMissingError as error:
        _do_without(f"needs nodes that can be killed. {error}")


@pytest.fixture(scope="session")
def _three_nodes(java_is_here: None, pytestconfig: pytest.Config) -> Iterator[java.JavaBroker]:
    with _java(nodes=3) as cluster:
        pytestconfig.stash[USED].append(f"Tests that need a cluster used {cluster.description}.")
        yield cluster


@pytest.fixture
def cluster(_three_nodes: java.JavaBroker) -> java.JavaBroker:
    """The run's cluster of three nodes, all of them up, whatever the test before did to them."""
    _three_nodes.start()
    return _three_nodes


@pytest.fixture
def own_broker(java_is_here: None) -> Iterator[StartBroker]:
    """Starts a broker that nobody else uses, from the fields of `deploy.kafka.Wanted`; it stops with the test."""
    with ExitStack() as running:
        yield lambda **wanted: running.enter_context(_java(**wanted))


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes a name out of a word, the test's name and chance, such as "group-a_zombie_is_fenced-1f0c9a3e"."""
    test = re.sub(r"[^a-z0-9_]+", "-", request.node.name.removeprefix("test_").lower())
    return lambda what: f"{what}-{test[:80]}-{uuid.uuid4().hex[:8]}"  # Kafka takes 249 characters


@pytest.fixture
def group(unique: Callable[[str], str]) -> str:
    """A consumer group that no other test uses."""
    return unique("group")


@pytest.fixture
def transactional_id(unique: Callable[[str], str]) -> str:
    """A transactional id that no other test uses."""
    return unique("transactional")


@pytest.fixture
def make_topic(unique: Callable[[str], str]) -> MakeTopic:
    """Makes a topic for this test, on a broker, with a number of partitions and its properties; returns its name.

    On the in-memory broker nothing can be made: a topic appears there at its first use, with four partitions.
    """

    def make(broker: Broker, partitions: int = 1, properties: Mapping[str, str] | None = None) -> str:
        topic = unique("topic")
        if broker.real:
            with KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers.split(",")) as admin:
                wanted = {"num_partitions": partitions, "configs": dict(properties or {})}
                admin.create_topics({topic: wanted}, wait_for_metadata=True)
        return topic

    return make


def _java(**wanted: Any) -> java.JavaBroker:
    return java.start(Wanted(**wanted), lambda line: None, os.environ)


def _do_without(reason: str) -> NoReturn:
    """Skip the test; but where continuous integration runs, a broker that is missing is a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
