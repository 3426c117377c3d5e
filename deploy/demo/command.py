"""Runs `claimwire`, the program, as anybody would, and says what it is to know of the broker and the topics."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.demo.errors import DemoError
from deploy.demo.topics import NAMES
from deploy.kafka import Broker

CLAIMWIRE = Path(sys.executable).with_name("claimwire")
PROTOCOL_KEY = "CLAIMWIRE_SECURITY_PROTOCOL"


def environment(broker: Broker, names: Mapping[str, str], group: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables for `claimwire`: whatever the person has set, and over it where the broker and the topics are.

    Raises DemoError when a login is set: what reads the topics here has none.
    """
    if inherited.get(PROTOCOL_KEY, "PLAINTEXT") != "PLAINTEXT":
        raise DemoError(f"The demo reads the topics without a login. Unset {PROTOCOL_KEY}, or name another broker.")
    settings = {
        "BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "GROUP_ID": group,
        "BROKER_LIMIT_S": "20",  # a service whose demo was killed ends soon after its broker
        **{f"TOPIC_{use.upper()}": names[use] for use in NAMES},
    }
    if broker.api_version:
        settings["API_VERSION"] = ".".join(map(str, broker.api_version))
    if not broker.real:
        settings["SESSION_TIMEOUT_S"] = "6"  # for so long the stand-in waits for a member that has given up joining
    return {**inherited, **{f"CLAIMWIRE_{name}": value for name, value in settings.items()}}


def program() -> str:
    """Where `claimwire` is; raises DemoError when it is not installed beside the Python that runs this."""
    if not os.access(CLAIMWIRE, os.X_OK):
        raise DemoError(f"{CLAIMWIRE} is missing. `make demo` installs it; `make setup` does only that.")
    return str(CLAIMWIRE)


def run(settings: Mapping[str, str], *arguments: str) -> str:
    """Run a command to its end and return what it printed; raises DemoError with what it complained of."""
    command = [program(), *arguments]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise DemoError(f"`claimwire {arguments[0]}` ended with exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def line(settings: Mapping[str, str], *arguments: str) -> str:
    """A command line that does the same from a shell that has none of the settings."""
    needed = {
        "CLAIMWIRE_BOOTSTRAP_SERVERS": None,
        "CLAIMWIRE_API_VERSION": None,
        "CLAIMWIRE_TOPIC_SENTENCES": NAMES["sentences"],
    }  # and the values that need not be said
    said = [f"{name}={settings[name]}" for name, usual in needed.items() if settings.get(name, usual) != usual]
    return " ".join([*said, str(CLAIMWIRE), *arguments])
