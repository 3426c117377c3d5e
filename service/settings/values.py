"""What a single setting may be, whatever the others are."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field


class Delivery(StrEnum):
    """What a reader of the output topics can rely on."""

    EXACTLY_ONCE = "exactly_once"
    AT_LEAST_ONCE = "at_least_once"


class SecurityProtocol(StrEnum):
    """How a broker is spoken to; Kafka's own names."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    """How a user proves who they are; Kafka's own names."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class LogFormat(StrEnum):
    """`auto` is JSON unless standard error is a terminal."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """The least important line that is still written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _kafka_name(name: str) -> str:
    # KIP-345 and Kafka's Topic.validate use the same alphabet and length for topics and instance ids.
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", name) or name in {".", ".."}:
        raise ValueError("use 1 to 249 of the characters A-Z a-z 0-9 . _ -")
    return name


def host_and_port(address: str) -> tuple[str, int]:
    """Where one broker's address leads; an IPv6 address without its brackets. Raises ValueError."""
    found = _address.fullmatch(address.strip())
    port = int(found["port"] or KAFKA_PORT) if found else 0
    if not found or not 0 < port <= LAST_PORT:
        raise ValueError("write host:port, several separated by commas")
    return found["host"].strip("[]"), port


def _addresses(servers: str) -> str:
    for address in servers.split(","):
        host_and_port(address)
    return servers


def _readable_file(path: Path) -> Path:
    try:
        readable = path.is_file()
    except (OSError, ValueError):  # a name that no file can have, as too long a one
        readable = False
    if not readable:
        raise ValueError("there is no such file")
    return path


LAST_PORT = 65_535
KAFKA_PORT = 9092  # where a broker listens unless somebody says otherwise
_address = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9_-]{1,63}\.){0,8}[A-Za-z0-9_-]{1,63}\.?)(?::(?P<port>[0-9]{1,5}))?"
)
KafkaName = Annotated[str, AfterValidator(_kafka_name)]
Addresses = Annotated[str, AfterValidator(_addresses)]
ReadableFile = Annotated[Path, AfterValidator(_readable_file)]
Seconds = Annotated[float, Field(ge=0.001, le=2_147_483)]  # Kafka counts milliseconds, in 32 bits
