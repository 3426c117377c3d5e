"""`claimwire settings`: what is in force, for people and for scripts."""

from pathlib import Path

import pytest

from service.commands.settings import reference
from service.errors import SettingsError
from service.settings import Settings, key, load
from tests.service.commands.conftest import Command

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"
SECRET = "correct horse battery staple"


def test_it_prints_every_setting(command: Command) -> None:
    """One line each, in the form that a shell or an env file takes."""
    lines = command("settings", GROUP_ID="desk").stdout.splitlines()

    assert [key(name) for name in Settings.model_fields] == [line.partition("=")[0] for line in lines]
    assert "CLAIMWIRE_GROUP_ID=desk" in lines


def test_what_it_prints_can_be_read_back(command: Command) -> None:
    """The output is an environment with the same meaning."""
    given = {"SECURITY_PROTOCOL": "SSL", "TLS_CHECK_HOSTNAME": "false", "DEAD_LETTER_SHARE": "0.25"}
    lines = command("settings", **given).stdout.splitlines()
    environment = {name: value for name, _, value in (line.partition("=") for line in lines) if value}

    assert load({f"CLAIMWIRE_{name}": value for name, value in given.items()}) == load(environment)


def test_the_brackets_of_an_address_are_shown_in_a_terminal_too(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table there does not take them for an order."""
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "[fe80::1]:9092" in command("settings", BOOTSTRAP_SERVERS="[fe80::1]:9092").stdout


def test_it_shows_what_a_file_says(command: Command, tmp_path: Path) -> None:
    """The file's values are in force, and so they are shown."""
    file = tmp_path / "claimwire.toml"
    file.write_text('topic_claims = "desk.claims"\n', encoding="utf-8")

    assert "CLAIMWIRE_TOPIC_CLAIMS=desk.claims\n" in command("settings", SETTINGS_FILE=str(file)).stdout


def test_a_secret_is_never_shown(command: Command) -> None:
    """Only that it is set."""
    login = {"SECURITY_PROTOCOL": "SASL_SSL", "SASL_MECHANISM": "PLAIN", "SASL_USERNAME": "desk"}
    printed = command("settings", **login, SASL_PASSWORD=SECRET).stdout

    assert "CLAIMWIRE_SASL_PASSWORD=(set, not shown)\n" in printed
    assert SECRET not in printed


def test_a_setting_that_is_refused_is_named(command: Command) -> None:
    """Nothing is printed that might be taken for what is in force."""
    result = command("settings", METRICS_PORT="http")

    assert isinstance(result.exception, SettingsError)
    assert "CLAIMWIRE_METRICS_PORT" in str(result.exception)
    assert not result.stdout


def test_the_page_in_docs_is_the_one_that_it_prints(command: Command) -> None:
    """`make docs` writes it; a setting that is changed must be changed there too."""
    assert reference() + "\n" == command("settings", "--markdown").stdout == PAGE.read_text("utf-8")
