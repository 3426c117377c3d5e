"""How the tests run a command: in this process, with the settings that a test gives and no others."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.kafka import Broker
from service.commands import claimwire
from tests.end_to_end.newsroom import Newsroom


class Command:
    """Runs a command of `claimwire`; an error of ours is in the result's `exception`, as `main` would meet it."""

    def __call__(self, *arguments: str, text: str | bytes | None = None, **settings: str) -> Result:
        """Run it with `text` on standard input, and with settings that are named without their prefix."""
        ours = {f"CLAIMWIRE_{name}": value for name, value in settings.items()}
        absent = dict.fromkeys(name for name in os.environ if name.startswith("CLAIMWIRE_"))
        runner = CliRunner(env={**absent, **ours, "COLUMNS": "100"})
        return runner.invoke(claimwire, list(arguments), input=text)


@pytest.fixture
def command() -> Command:
    """A runner without any settings of its own."""
    return Command()


@pytest.fixture
def newsroom(broker: Broker, tmp_path: Path) -> Iterator[Newsroom]:
    """Topics that no other test uses, at the run's broker, whatever its kind."""
    opened = Newsroom(broker, tmp_path)
    yield opened
    opened.close()
