"""What can be set, and what is refused."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import Delivery, Settings, key, load
from service.settings.values import host_and_port

SECRET = "correct horse battery staple"


def refused(environment: dict[str, str], secrets: Path = Path("/nonexistent")) -> SettingsError:
    """The error for these settings."""
    with pytest.raises(SettingsError) as caught:
        load(environment, secrets)
    return caught.value


def test_the_address_is_enough() -> None:
    """Everything but the brokers' address has a default."""
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": "kafka:9092"})

    assert ("claimwire", Delivery.EXACTLY_ONCE) == (settings.group_id, settings.delivery)
    assert ("news.sentences", "news.denials") == (settings.topics.sentences, settings.topics.denials)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A file holds what is common, the environment what is special to one process."""
    file = tmp_path / "claimwire.toml"
    file.write_text('group_id = "from-file"\nmetrics_port = 9000\n', encoding="utf-8")

    settings = load({"CLAIMWIRE_SETTINGS_FILE": str(file), "CLAIMWIRE_METRICS_PORT": "9001"})

    assert ("from-file", 9001) == (settings.group_id, settings.metrics_port)


def test_a_secret_can_be_a_file(tmp_path: Path) -> None:
    """Orchestrators mount secrets as files, named like the variable."""
    (tmp_path / "claimwire_sasl_password").write_text(SECRET, encoding="utf-8")
    environment = {
        "CLAIMWIRE_SECURITY_PROTOCOL": "SASL_SSL",
        "CLAIMWIRE_SASL_MECHANISM": "SCRAM-SHA-512",
        "CLAIMWIRE_SASL_USERNAME": "claimwire",
    }

    settings = load(environment, tmp_path)

    assert settings.sasl_password is not None
    assert SECRET == settings.sasl_password.get_secret_value()


@pytest.mark.parametrize(
    "addresses", ["kafka", "kafka:9092", "a.b-c.example.:1, 10.0.0.1:9092", "[::1]:9092", "127.0.0.1:65535"]
)
def test_addresses_are_hosts_and_ports(addresses: str) -> None:
    """Names, IPv4 and bracketed IPv6 addresses, with a port or without."""
    assert addresses == load({"CLAIMWIRE_BOOTSTRAP_SERVERS": addresses}).bootstrap_servers


@pytest.mark.parametrize(
    ("expected", "address"),
    [
        (("kafka", 9092), "kafka"),
        (("kafka.example", 9093), " kafka.example:9093"),
        (("::1", 9092), "[::1]"),
        (("fe80::1", 19092), "[fe80::1]:19092"),
    ],
)
def test_an_address_without_a_port_has_that_of_kafka(expected: tuple[str, int], address: str) -> None:
    """An IPv6 address too, whose last colon is none of a port's."""
    assert expected == host_and_port(address)


@pytest.mark.parametrize(
    "addresses", ["", ",", "kafka:", "kafka:x", "kafka:0", "kafka:65536", "::1:9092", "a b:1", "a" * 64, "kafka:1,"]
)
def test_what_is_no_address_is_refused(addresses: str) -> None:
    """A mistake is found before anybody looks for the broker."""
    assert ("CLAIMWIRE_BOOTSTRAP_SERVERS",) == refused({"CLAIMWIRE_BOOTSTRAP_SERVERS": addresses}).keys


def test_a_secret_that_is_no_text_is_named(tmp_path: Path) -> None:
    """The file is named, and nothing of what it holds is shown."""
    (tmp_path / "claimwire_sasl_password").write_bytes(SECRET.encode() + b"\xff")

    error = refused({}, tmp_path)

    assert ("CLAIMWIRE_SASL_PASSWORD",) == error.keys
    assert "claimwire_sasl_password" in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("named", "environment"),
    [
        ("CLAIMWIRE_GROUPID", {"CLAIMWIRE_GROUPID": "x"}),
        ("CLAIMWIRE_DELIVERY", {"CLAIMWIRE_DELIVERY": "exactly_twice"}),
        ("CLAIMWIRE_METRICS_PORT", {"CLAIMWIRE_METRICS_PORT": "http"}),
        ("CLAIMWIRE_METRICS_PORT", {"CLAIMWIRE_METRICS_PORT": "65536"}),
        ("CLAIMWIRE_TOPIC_CLAIMS", {"CLAIMWIRE_TOPIC_CLAIMS": "news claims"}),
        ("CLAIMWIRE_INSTANCE_ID", {"CLAIMWIRE_INSTANCE_ID": "desk/1"}),
        ("CLAIMWIRE_TLS_CA_FILE", {"CLAIMWIRE_TLS_CA_FILE": "/nonexistent/ca.pem"}),
        ("CLAIMWIRE_TLS_CA_FILE", {"CLAIMWIRE_TLS_CA_FILE": "a" * 5_000}),
        ("CLAIMWIRE_API_VERSION", {"CLAIMWIRE_API_VERSION": "newest"}),
        ("CLAIMWIRE_SESSION_TIMEOUT_S", {"CLAIMWIRE_SESSION_TIMEOUT_S": "inf"}),
        ("CLAIMWIRE_SESSION_TIMEOUT_S", {"CLAIMWIRE_SESSION_TIMEOUT_S": "0.0001"}),
        ("CLAIMWIRE_STOP_DEADLINE_S", {"CLAIMWIRE_STOP_DEADLINE_S": "9.5"}),
        ("CLAIMWIRE_SETTINGS_FILE", {"CLAIMWIRE_SETTINGS_FILE": "/nonexistent.toml"}),
    ],
)
def test_a_bad_setting_is_named(named: str, environment: dict[str, str]) -> None:
    """The message names the variable, so that nobody has to guess which."""
    error = refused(environment)

    assert named in error.keys
    assert named in str(error)


def test_an_unknown_key_in_the_file_is_named(tmp_path: Path) -> None:
    """A misspelt key must not be silently ignored."""
    file = tmp_path / "claimwire.toml"
    file.write_text('groupid = "x"\n', encoding="utf-8")

    error = refused({"CLAIMWIRE_SETTINGS_FILE": str(file)})

    assert "groupid" in str(error)


@pytest.mark.parametrize(
    "environment",
    [
        {"CLAIMWIRE_REQUEST_TIMEOUT_S": "25"},
        {"CLAIMWIRE_DELIVERY_TIMEOUT_S": "30"},
        {"CLAIMWIRE_TRANSACTION_TIMEOUT_S": "90"},
        {"CLAIMWIRE_STALL_LIMIT_S": "120"},
        {"CLAIMWIRE_UNSTABLE_LIMIT_S": "120"},
    ],
)
def test_time_limits_that_contradict_each_other_are_refused(environment: dict[str, str]) -> None:
    """A record must be delivered or given up before its transaction dies, and so on up to the watchdog."""
    (name,) = environment

    assert name in refused(environment).keys


def test_the_watchdog_waits_for_the_longest_step() -> None:
    """Making a producer may take an answer and a delivery; an outage must not look like a standstill."""
    limits = {"REQUEST": "10", "DELIVERY": "29.9", "TRANSACTION": "30", "STALL": "39.9", "POLL": "40"}
    names = {"STALL": "CLAIMWIRE_STALL_LIMIT_S", "POLL": "CLAIMWIRE_POLL_INTERVAL_S"}
    environment = {names.get(name, f"CLAIMWIRE_{name}_TIMEOUT_S"): value for name, value in limits.items()}

    error = refused(environment)

    together = ("CLAIMWIRE_STALL_LIMIT_S", "CLAIMWIRE_REQUEST_TIMEOUT_S", "CLAIMWIRE_DELIVERY_TIMEOUT_S")
    assert together == error.keys
    assert "raise it, or lower these" in str(error)
    assert 39.95 == load(environment | {"CLAIMWIRE_STALL_LIMIT_S": "39.95"}).stall_limit_s


def test_a_watchdog_that_is_too_quick_is_refused() -> None:
    """The loop's own pauses and questions take up to half a minute."""
    short = {"REQUEST_TIMEOUT_S": "1", "DELIVERY_TIMEOUT_S": "2", "TRANSACTION_TIMEOUT_S": "3", "STALL_LIMIT_S": "29"}

    assert ("CLAIMWIRE_STALL_LIMIT_S",) == refused({f"CLAIMWIRE_{name}": value for name, value in short.items()}).keys


def test_a_login_without_sasl_is_refused() -> None:
    """A password that would silently not be used is a mistake."""
    assert "CLAIMWIRE_SECURITY_PROTOCOL" in str(refused({"CLAIMWIRE_SASL_PASSWORD": SECRET}))


def test_sasl_without_a_login_is_refused() -> None:
    """The missing parts are named."""
    error = refused({"CLAIMWIRE_SECURITY_PROTOCOL": "SASL_SSL", "CLAIMWIRE_SASL_USERNAME": "claimwire"})

    assert ("CLAIMWIRE_SECURITY_PROTOCOL", "CLAIMWIRE_SASL_MECHANISM", "CLAIMWIRE_SASL_PASSWORD") == error.keys


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("TLS_CA_FILE", __file__), ("TLS_KEY_PASSWORD", SECRET), ("TLS_CHECK_HOSTNAME", "false")],
)
def test_tls_that_would_not_be_used_is_refused(protocol: str, name: str, value: str) -> None:
    """Whoever sets a certificate believes that the connection is encrypted."""
    login = {"SASL_MECHANISM": "PLAIN", "SASL_USERNAME": "desk", "SASL_PASSWORD": "other"}
    given = {name: value, "SECURITY_PROTOCOL": protocol} | (login if protocol.startswith("SASL") else {})

    error = refused({f"CLAIMWIRE_{name}": value for name, value in given.items()})

    assert (f"CLAIMWIRE_{name}", "CLAIMWIRE_SECURITY_PROTOCOL") == error.keys
    assert SECRET not in str(error)


def test_two_uses_of_one_topic_are_refused() -> None:
    """A loop of the service into itself is no feed."""
    assert "same topic" in str(refused({"CLAIMWIRE_TOPIC_CLAIMS": "news.sentences"}))


@pytest.mark.parametrize("name", ["SASL_PASSWORD", "TLS_KEY_PASSWORD"])
def test_a_secret_is_in_no_message(name: str) -> None:
    """Neither the settings' text nor an error shows it."""
    environment = {
        "CLAIMWIRE_SECURITY_PROTOCOL": "SASL_SSL",
        "CLAIMWIRE_SASL_MECHANISM": "PLAIN",
        "CLAIMWIRE_SASL_USERNAME": "claimwire",
        "CLAIMWIRE_SASL_PASSWORD": "other",
        f"CLAIMWIRE_{name}": SECRET,
    }

    assert SECRET not in repr(load(environment))
    assert SECRET not in str(refused(environment | {"CLAIMWIRE_METRICS_PORT": "x"}))


def test_every_setting_explains_itself() -> None:
    """The reference page has a meaning for each."""
    assert [] == [key(name) for name, field in Settings.model_fields.items() if not field.description]
