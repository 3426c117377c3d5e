"""The command line as a whole: its commands, and what becomes of an error."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from models.errors import ModelMissingError
from service import commands, errors
from service.commands import exit_code
from service.errors import ServiceError, SettingsError
from tests.service.commands.conftest import Command

RUNNING = Path(__file__).parents[3] / "docs" / "running.md"
PROGRAM = Path(sys.executable).with_name("claimwire")


def kinds(error: type[ServiceError]) -> Iterator[type[ServiceError]]:
    """Every kind of error below one."""
    for kind in error.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_the_commands_are_there(command: Command) -> None:
    """The names are a promise."""
    assert ("run", "topics", "publish", "replay", "classify", "explain", "settings") == commands.NAMES
    assert all(re.search(rf"^  {name} ", command("--help").stdout, re.MULTILINE) for name in commands.NAMES)
    assert version("claimwire") in command("--version").stdout


def test_a_command_that_is_not_there_is_a_mistake(command: Command) -> None:
    """It ends as a mistyped option does."""
    result = command("label")

    assert 2 == result.exit_code
    assert "No such command 'label'" in result.stderr


@pytest.mark.parametrize("name", commands.NAMES)
def test_every_command_explains_itself(command: Command, name: str) -> None:
    """Help needs no settings and no broker."""
    result = command(name, "--help")

    assert 0 == result.exit_code
    assert f"Usage: claimwire {name}" in result.stdout


def test_an_error_is_one_message_and_an_exit_code() -> None:
    """It goes to standard error, without a traceback."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
    done = subprocess.run(
        [PROGRAM, "settings"],
        env={**plain, "CLAIMWIRE_COLOUR": "red"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    expected = "claimwire: Unknown setting CLAIMWIRE_COLOUR. `claimwire settings` lists those there are.\n"
    assert (2, "", expected) == (done.returncode, done.stdout, done.stderr)


def test_every_reason_to_stop_has_an_exit_code_of_its_own() -> None:
    """A supervisor can tell them apart, and none from a mistyped command or a crash of Python."""
    codes = [kind.exit_code for kind in kinds(ServiceError)]

    assert len(set(codes)) == len(codes)
    assert not {0, 1, commands.SETTINGS_EXIT, commands.MODEL_EXIT} & set(codes)


def test_an_error_of_the_settings_or_of_the_model_has_its_code() -> None:
    """They are no errors of the service, which has not begun yet."""
    assert 2 == exit_code(SettingsError(("CLAIMWIRE_MODEL",), "wrong"))
    assert 10 == exit_code(ModelMissingError(Path("nowhere"), "it is not there", "Train one."))


def test_the_page_lists_every_exit_code() -> None:
    """docs/running.md has a row for each, under the name of its error."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", RUNNING.read_text("utf-8"), re.MULTILINE)
    expected = {kind.__name__: kind.exit_code for kind in kinds(ServiceError)}
    expected |= {"SettingsError": commands.SETTINGS_EXIT, "ModelError": commands.MODEL_EXIT}

    assert expected == {name: int(code) for code, name in rows}
    assert all(hasattr(errors, name) for name in expected if name != "ModelError")
