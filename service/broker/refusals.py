"""Says in words why a broker does not let us in or does not let us do something, and what to change."""

import logging
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    KafkaProtocolError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from service.broker.rights import refused
from service.settings import Settings, key

LOGIN_ERRORS = (SaslAuthenticationFailedError, UnsupportedSaslMechanismError, IllegalSaslStateError)
ENDS = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)  # the other side went away
HEARD_FROM = "kafka.net"  # the loggers of what kafka-python knows about its connections


class Overheard(logging.Handler):
    """Collects the errors that kafka-python 3.0.12 only writes to its log while it bootstraps, in order.

    What its constructors raise after that is a plain timeout, whatever the broker said.
    """

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[KafkaError] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the errors among the arguments of a line."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        self.errors += [argument for argument in arguments if isinstance(argument, KafkaError)]


@contextmanager
def overhearing() -> Iterator[Sequence[KafkaError]]:
    """Listen to the log of the connections; the errors come while the context is open."""
    handler = Overheard()
    logger = logging.getLogger(HEARD_FROM)
    logger.addHandler(handler)
    try:
        yield handler.errors
    finally:
        logger.removeHandler(handler)


def not_let_in(overheard: Sequence[KafkaError], settings: Settings) -> str | None:
    """Why a broker does not let us in, and what to change; None if no attempt to connect found it out."""
    if refusals := [error for error in overheard if isinstance(error, LOGIN_ERRORS)]:
        return f"The broker refuses the login{_of(settings)}: {refusals[-1]}. {_login_settings(settings)}"
    if encryption := [problem for error in overheard if (problem := _tls_problem(error))]:
        return (
            f"No TLS connection to {settings.bootstrap_servers} comes about: {encryption[-1]}. Correct "
            f"{key('tls_ca_file')}, {key('tls_cert_file')} or {key('bootstrap_servers')}, or see whether "
            f"{key('security_protocol')} fits."
        )
    return None


def hung_up(overheard: Sequence[KafkaError], settings: Settings) -> str | None:
    """What it may mean that a broker takes connections and ends them; None if any attempt ended in another way."""
    ends = [error for error in overheard if isinstance(error, KafkaConnectionError | KafkaProtocolError)]
    if not ends or not all(map(_hangs_up, ends)):
        return None
    return (
        f"{settings.bootstrap_servers} takes our connections and hangs up. A broker does so when it is spoken to in "
        f"another way than it expects, and whatever stands in front of one when no broker is there. "
        f"{_login_settings(settings)}"
    )


def not_allowed(error: BaseException, settings: Settings) -> str | None:
    """Which rights are missing and how they are granted; None if the error is not about rights."""
    missing = refused(error, settings)
    if not missing:
        return None
    user = settings.sasl_username or "us"
    resources = " or ".join(f"{right.resource} {right.name}" for right in missing)
    needed = ", ".join(f"{right.operation} on {right.resource} {right.name}" for right in missing)
    grants = ", ".join(f"`kafka-acls.sh --add --allow-principal User:{user} {right}`" for right in missing)
    return (
        f"The broker refuses {user} {resources} ({error}). The service needs {needed}; have somebody run {grants}. "
        "docs/security.md lists what each command needs."
    )


def _of(settings: Settings) -> str:
    return f" of {settings.sasl_username}" if settings.sasl_username else ""


def _login_settings(settings: Settings) -> str:
    if settings.sasl_username is None:
        return f"See whether {key('security_protocol')} fits the broker's listener."
    return (
        f"Correct {key('sasl_username')}, {key('sasl_password')} or {key('sasl_mechanism')}, or see whether "
        f"{key('security_protocol')} fits the broker's listener."
    )


def _tls_problem(error: KafkaError) -> ssl.SSLError | None:
    return next(
        (cause for cause in _causes(error) if isinstance(cause, ssl.SSLError) and not isinstance(cause, ENDS)), None
    )


def _causes(error: KafkaError) -> tuple[object, ...]:
    return error.__context__, *error.args


def _hangs_up(error: KafkaError) -> bool:
    # A client without TLS takes the alert of a broker with TLS for an answer that it cannot parse.
    return isinstance(error, KafkaProtocolError) or any(
        isinstance(cause, ENDS) or cause == "socket disconnected" for cause in _causes(error)
    )
