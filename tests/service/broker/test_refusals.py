"""What is said when a broker does not let us in."""

import logging
import ssl

import pytest
from kafka.errors import InvalidReceiveError, KafkaConnectionError, KafkaError, SaslAuthenticationFailedError

from service.broker.refusals import HEARD_FROM, hung_up, not_allowed, not_let_in, overhearing
from service.settings import load

PLAIN = load({}, bootstrap_servers="kafka:9092")
LOGIN = load(
    {},
    bootstrap_servers="kafka:9092",
    security_protocol="SASL_SSL",
    sasl_mechanism="PLAIN",
    sasl_username="desk",
    sasl_password="invented",
)
HANGS_UP = KafkaConnectionError("socket disconnected")
NOBODY = KafkaConnectionError("[Errno 111] Connect call failed")


def untrusted() -> KafkaConnectionError:
    """What kafka-python makes of a certificate that is not trusted."""
    try:
        try:
            raise ssl.SSLCertVerificationError(1, "certificate verify failed")
        except ssl.SSLError:
            raise KafkaConnectionError("Handshake failed")  # noqa: B904 - as kafka-python does
    except KafkaConnectionError as error:
        return error


def test_errors_that_are_only_logged_are_heard() -> None:
    """What the client knows of its connections is among the arguments of its log lines."""
    log = logging.getLogger(HEARD_FROM + ".manager")

    with overhearing() as heard:
        log.warning("Bootstrap connection to %s failed: %s", "bootstrap-0", HANGS_UP)
        log.warning("no error in here: %s", 1)
    log.warning("after the end: %s", NOBODY)

    assert [HANGS_UP] == heard


def test_a_refused_login_comes_first() -> None:
    """One attempt that was answered says more than many that were cut off."""
    said = not_let_in([HANGS_UP, SaslAuthenticationFailedError("invalid credentials"), HANGS_UP], LOGIN)

    assert said is not None
    assert "login of desk: [Error 58] SaslAuthenticationFailedError: invalid credentials" in said


def test_a_certificate_that_is_not_trusted_is_no_matter_of_the_login() -> None:
    """The reason that OpenSSL gives is passed on."""
    said = not_let_in([untrusted()], LOGIN)

    assert said is not None
    assert "certificate verify failed" in said


@pytest.mark.parametrize(
    "end",
    [
        KafkaConnectionError("socket disconnected"),
        KafkaConnectionError(ConnectionResetError(104, "Connection reset by peer")),
        KafkaConnectionError(ssl.SSLEOFError(8, "EOF occurred in violation of protocol")),
        InvalidReceiveError("Invalid frame length: 352518912"),  # an alert of TLS, read by a client without
    ],
)
def test_hanging_up_is_said_as_it_is(end: KafkaError) -> None:
    """A broker that only hangs up has refused nothing; it may be spoken to wrongly, or there may be none."""
    said = hung_up([end, end], PLAIN)

    assert None is not_let_in([end, end], PLAIN)
    assert said is not None
    assert "kafka:9092 takes our connections and hangs up" in said


def test_a_broker_that_went_away_is_not_blamed() -> None:
    """Where an attempt found nobody, the hang-ups before it were a broker's end."""
    assert None is hung_up([HANGS_UP, NOBODY], LOGIN)
    assert None is hung_up([], LOGIN)


def test_an_error_that_is_not_about_rights_says_nothing_of_them() -> None:
    """Only a refused resource is explained by a right."""
    assert None is not_allowed(KafkaError("something else"), PLAIN)
