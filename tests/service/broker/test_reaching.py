"""Waiting for a broker at start-up."""

import socket
from collections.abc import Iterator

import pytest
from kafka.errors import (
    CorruptRecordError,
    FencedInstanceIdError,
    GroupAuthorizationFailedError,
    KafkaError,
    KafkaTimeoutError,
    NotEnoughReplicasError,
)

from service.broker.reaching import Stopped, stop_for, wait_for_broker
from service.errors import (
    BrokerRefusedError,
    BrokerUnavailableError,
    FencedError,
    SettingsError,
    UnreadableBatchError,
)
from service.settings import Settings, load
from tests.service.kafka_doubles import FakeClock


@pytest.fixture
def listening() -> Iterator[str]:
    """The address of somebody who listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def silent() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def at(*addresses: str) -> Settings:
    """Settings with these brokers."""
    return load({"CLAIMWIRE_BOOTSTRAP_SERVERS": ", ".join(addresses)})


def test_one_broker_that_listens_is_enough(listening: str, silent: str) -> None:
    """The others of the list may be down."""
    wait_for_broker(at(silent, listening))


def test_a_broker_that_never_comes_is_named(silent: str) -> None:
    """After the limit the error says which address was tried, and which setting holds it."""
    clock = FakeClock()

    def sleep(seconds: float) -> None:
        clock.now += 100

    with pytest.raises(BrokerUnavailableError, match=f"{silent}.*CLAIMWIRE_BOOTSTRAP_SERVERS"):
        wait_for_broker(at(silent), clock=clock, sleep=sleep)


def test_a_signal_ends_the_waiting(silent: str) -> None:
    """A supervisor can stop a service that has not found its broker."""
    with pytest.raises(Stopped):
        wait_for_broker(at(silent), stopping=lambda: True)


def test_each_attempt_is_a_sign_of_life(silent: str) -> None:
    """The watchdog does not mistake waiting for standing still."""
    clock, beats = FakeClock(), []

    def sleep(seconds: float) -> None:
        clock.now += 100

    with pytest.raises(BrokerUnavailableError):
        wait_for_broker(at(silent), beat=lambda: beats.append(clock.now), clock=clock, sleep=sleep)

    assert [1000, 1100, 1200] == beats


def test_no_address_is_a_setting_that_is_missing() -> None:
    """The error names the variable to set."""
    with pytest.raises(SettingsError, match="CLAIMWIRE_BOOTSTRAP_SERVERS is not set"):
        wait_for_broker(load({}))


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        (FencedError, FencedInstanceIdError()),
        (BrokerRefusedError, GroupAuthorizationFailedError("claimwire")),
        (BrokerUnavailableError, KafkaTimeoutError()),
        (BrokerUnavailableError, NotEnoughReplicasError()),
        (UnreadableBatchError, CorruptRecordError()),
    ],
)
def test_what_waiting_does_not_mend_ends_the_process(expected: type[Exception], error: Exception) -> None:
    """Each kind of refusal has an error, and so an exit code, of its own."""
    assert isinstance(stop_for(error, at("127.0.0.1:1")), expected)


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        ("No broker answers at 127.0.0.1:1 (KafkaTimeoutError('no metadata'", KafkaTimeoutError("no metadata")),
        ("127.0.0.1:1 answer, and fail: NotEnoughReplicasError(", NotEnoughReplicasError()),
    ],
)
def test_what_failed_is_in_the_message(expected: str, error: KafkaError) -> None:
    """Whoever reads it is not sent to start a broker that runs."""
    assert expected in str(stop_for(error, at("127.0.0.1:1")))
