"""Logging in: over TLS, with a password or with a certificate, and what is said when it fails."""

from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError

from service.broker.clients import make_admin
from service.broker.reaching import reach
from service.errors import BrokerRefusedError, BrokerUnavailableError
from service.settings import Settings, load
from tests.end_to_end.newsroom import free_port
from tests.security.certificates import Authority
from tests.security.locked import HOST, LOGIN, MUTUAL, USER, Locked

LIMIT_S = 1.5  # a login that fails is tried again until this has passed; the first try takes a tenth of it
PATIENCE_S = 15.0  # a login that works ends with the first try, however busy the machine
SECRET = "another invented pass phrase"


def refusal(locked: Locked, **changed: Any) -> str:
    """What is said with these settings instead of the right ones."""
    with pytest.raises(BrokerRefusedError) as caught:
        enter(settings(locked, **changed))
    return str(caught.value)


def settings(locked: Locked, **changed: Any) -> Settings:
    """The settings with which a login works, but for these."""
    return load(locked.settings(), **{"request_timeout_s": LIMIT_S} | changed)


def enter(settings: Settings) -> None:
    """Connect to the broker as the service does, and leave."""
    reach(settings, lambda: make_admin(settings)).close()


def test_a_login_with_a_password_works(locked: Locked) -> None:
    """SCRAM over TLS, with the authority's certificate as all that is trusted."""
    enter(settings(locked, request_timeout_s=PATIENCE_S))


def test_a_login_with_a_certificate_works(locked: Locked) -> None:
    """Where the broker wants one, we show a certificate of our own."""
    certificate, key = locked.authority.vouch_for("service", HOST)

    enter(without_password(locked, tls_cert_file=certificate, tls_key_file=key, request_timeout_s=PATIENCE_S))


def test_a_wrong_password_is_said_to_be_one(locked: Locked) -> None:
    """Nobody has to look for a broker that is there; the password itself is in no message."""
    said = refusal(locked, sasl_password=SECRET)

    assert f"refuses the login of {USER}: [Error 58] SaslAuthenticationFailedError" in said
    assert "CLAIMWIRE_SASL_PASSWORD" in said
    assert SECRET not in said


def test_a_user_that_does_not_exist_is_refused_in_the_same_words(locked: Locked) -> None:
    """Nobody learns which users there are."""
    assert "refuses the login of nobody: [Error 58]" in refusal(locked, sasl_username="nobody")


def test_a_wrong_mechanism_is_said_to_be_one(locked: Locked) -> None:
    """A way to log in that the broker does not offer is a matter of settings."""
    assert "UnsupportedSaslMechanismError" in refusal(locked, sasl_mechanism="PLAIN")


def test_a_certificate_of_another_authority_is_refused(locked: Locked) -> None:
    """A broker that cannot prove who it is gets no password."""
    stranger = Authority(locked.authority.certificate.parent, "stranger")

    said = refusal(locked, tls_ca_file=stranger.certificate)

    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert "CLAIMWIRE_TLS_CA_FILE" in said


def test_a_certificate_for_another_host_is_refused(locked: Locked) -> None:
    """The certificate has to name the host that was asked for, unless that is switched off."""
    elsewhere = locked.broker.servers_of(LOGIN).replace(HOST, "localhost")

    assert "Hostname mismatch" in refusal(locked, bootstrap_servers=elsewhere)
    enter(settings(locked, bootstrap_servers=elsewhere, tls_check_hostname=False, request_timeout_s=PATIENCE_S))


def test_a_missing_certificate_of_our_own_is_named(locked: Locked) -> None:
    """A broker that wants to know who we are says so in the language of TLS."""
    with pytest.raises(BrokerRefusedError, match="CLAIMWIRE_TLS_CERT_FILE"):
        enter(without_password(locked))


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT"])
def test_speaking_without_tls_to_a_listener_with_it_is_said(locked: Locked, protocol: str) -> None:
    """The broker hangs up without a word, and the message says when brokers do that."""
    login = (
        {} if protocol.startswith("SASL") else {"sasl_mechanism": None, "sasl_username": None, "sasl_password": None}
    )

    with pytest.raises(BrokerUnavailableError, match=r"hangs up.*CLAIMWIRE_SECURITY_PROTOCOL"):
        enter(settings(locked, security_protocol=protocol, tls_ca_file=None, **login))


def test_nobody_is_not_taken_for_a_refusal(locked: Locked) -> None:
    """Where nobody listens, no login is blamed."""
    nowhere = settings(locked, bootstrap_servers=f"{HOST}:{free_port()}")

    with pytest.raises(BrokerUnavailableError, match="No broker answers"):
        enter(nowhere)


def test_the_client_itself_only_says_that_time_is_up(locked: Locked) -> None:
    """Once kafka-python's constructors raise what they know, its log need not be overheard."""
    wrong = settings(locked, sasl_password=SECRET)

    with pytest.raises(KafkaTimeoutError) as caught:
        make_admin(wrong)

    assert "SaslAuthenticationFailedError" not in repr(caught.value), (
        "kafka-python no longer hides a refused login: remove Overheard from service/broker/refusals.py"
    )


def without_password(locked: Locked, **changed: Any) -> Settings:
    """The settings for the listener that wants a certificate instead."""
    servers = locked.broker.servers_of(MUTUAL)
    authority = {"CLAIMWIRE_SECURITY_PROTOCOL": "SSL", "CLAIMWIRE_TLS_CA_FILE": str(locked.authority.certificate)}
    return load(authority, bootstrap_servers=servers, **{"request_timeout_s": LIMIT_S} | changed)
