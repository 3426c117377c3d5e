"""The command line of Claimwire, one file a command."""

import importlib
import sys

import click

from models.errors import ClaimwireError
from service.errors import ServiceError, SettingsError

SETTINGS_EXIT = 2  # as click's own usage errors
MODEL_EXIT = 10
NAMES = ("run", "topics", "publish", "replay", "classify", "explain", "settings")


class Commands(click.Group):
    """Imports a command when it is asked for: scikit-learn takes a second, and most commands do without it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of use."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in NAMES:
            return None
        command: click.Command = getattr(importlib.import_module(f"service.commands.{cmd_name}"), cmd_name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="claimwire")
def claimwire() -> None:
    """Tell claims, denials and clarifications apart in a stream of news sentences."""


def main() -> None:
    """Run a command; an error of ours is one message and an exit code, without a traceback."""
    try:
        claimwire()
    except ClaimwireError as error:
        click.echo(f"claimwire: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: ClaimwireError) -> int:
    """The status with which the process ends for an error; docs/running.md lists them."""
    match error:
        case ServiceError():
            return error.exit_code
        case SettingsError():
            return SETTINGS_EXIT
        case _:
            return MODEL_EXIT
