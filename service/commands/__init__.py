"""The command line of Claimwire, one file a command."""

import sys

import click

from models.errors import ClaimwireError
from service.commands.classify import classify
from service.commands.publish import publish
from service.commands.replay import replay
from service.commands.run import run
from service.commands.settings import settings
from service.commands.topics import topics
from service.errors import ServiceError, SettingsError

SETTINGS_EXIT = 2  # as click's own usage errors
MODEL_EXIT = 10


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="claimwire")
def claimwire() -> None:
    """Tell claims, denials and clarifications apart in a stream of news sentences."""


for command in (run, topics, publish, replay, classify, settings):
    claimwire.add_command(command)


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
