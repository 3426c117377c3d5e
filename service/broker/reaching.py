"""Waiting for a broker at start-up, without hanging on one that is not there and without going deaf to signals."""

import socket
import time
from collections.abc import Callable
from typing import TypeVar

from kafka.errors import BrokerResponseError, KafkaError

from models.errors import ClaimwireError
from service.broker.clients import connection
from service.broker.refusals import hung_up, not_allowed, not_let_in, overhearing
from service.broker.remedies import Remedy, remedy
from service.errors import (
    BrokerRefusedError,
    BrokerUnavailableError,
    FencedError,
    ServiceError,
    UnreadableBatchError,
)
from service.settings import Settings, key
from service.settings.values import host_and_port

CONNECT_S = 1.0  # a broker that takes longer to accept a connection would not serve us either
PAUSE_S = 0.5  # between two attempts

Client = TypeVar("Client")


class Stopped(ClaimwireError):  # noqa: N818 - somebody asked for it, so it is no failure
    """A signal came while no broker had answered yet."""


def wait_for_broker(
    settings: Settings,
    stopping: Callable[[], bool] = lambda: False,
    beat: Callable[[], object] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Block until one of the addresses accepts a connection.

    The clients of kafka-python bootstrap in their constructors and leave a thread behind when that fails, so none is
    made before somebody listens. Raises BrokerUnavailableError after `broker_limit_s`, Stopped when `stopping()`, and
    SettingsError when no address is set.
    """
    addresses: list[str] = connection(settings)["bootstrap_servers"]
    give_up = clock() + settings.broker_limit_s
    while not any(map(_listens, addresses)):
        if stopping():
            raise Stopped("A signal came before a broker had answered. Start the service again when there is one.")
        if clock() >= give_up:
            raise unavailable(settings)
        beat()
        sleep(PAUSE_S)


def _listens(address: str) -> bool:
    try:
        with socket.create_connection(host_and_port(address), CONNECT_S):
            return True
    except OSError:
        return False


def reach(settings: Settings, make: Callable[[], Client]) -> Client:
    """Make a client; raises the ServiceError that says what to change when the broker does not let us."""
    with overhearing() as overheard:
        try:
            return make()
        except KafkaError as error:
            if remedy(error) is Remedy.RETRY:  # what the constructors raise, whatever the reason
                if reason := not_let_in(overheard, settings):
                    raise BrokerRefusedError(reason) from error
                if reason := hung_up(overheard, settings):
                    raise BrokerUnavailableError(reason) from error
            raise stop_for(error, settings) from error


def unavailable(settings: Settings, cause: KafkaError | None = None) -> BrokerUnavailableError:
    """The error for brokers that do not answer, as far as anybody knows because of `cause`."""
    why = f" ({cause!r})" if cause else ""
    return BrokerUnavailableError(
        f"No broker answers at {settings.bootstrap_servers}{why}. Start one, or correct {key('bootstrap_servers')}; if "
        f"one runs there, see whether {key('security_protocol')} fits."
    )


def failing(settings: Settings, cause: KafkaError) -> BrokerUnavailableError:
    """The error for brokers that answer, but do not do what they are asked."""
    return BrokerUnavailableError(
        f"The brokers at {settings.bootstrap_servers} answer, and fail: {cause!r}. Look at what that names in their "
        "logs, and start again once they are well."
    )


def stop_for(error: KafkaError, settings: Settings) -> ServiceError:
    """The ServiceError with which the process ends for an error that waiting does not mend."""
    match remedy(error):
        case Remedy.FENCED:
            return FencedError(
                f"Another process runs under our instance id, or a transaction of ours outlived "
                f"{key('transaction_timeout_s')} ({error}). Give each process a {key('instance_id')} of its own, then "
                "start this one again."
            )
        case Remedy.REFUSED | Remedy.SET_ASIDE:
            return BrokerRefusedError(
                not_allowed(error, settings)
                or not_let_in([error], settings)
                or f"The broker refuses us: {error}. Correct the setting that it names, or its own configuration."
            )
        case Remedy.UNREADABLE:
            return UnreadableBatchError(
                f"A batch cannot be parsed ({error!r}). Look at the broker's disk and log; to go on without the batch, "
                "move the group's offset past it."
            )
        case _:
            return failing(settings, error) if isinstance(error, BrokerResponseError) else unavailable(settings, error)
