"""Fills in the properties of one node, the same for a process on this machine and for a container."""

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).with_name("server.properties")


def fill(blanks: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """Fill the blanks of `server.properties`, then lay the overrides over it.

    Raises KeyError when a blank of the template is not filled.
    """
    lines = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(blanks).splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs} | dict(overrides)


def replication(nodes: int) -> dict[str, str]:
    """The blanks that depend on nothing but the number of nodes."""
    return {"nodes": str(nodes), "majority": str(nodes // 2 + 1)}


def joined(pairs: Mapping[str, str], between: str) -> str:
    """Write pairs as Kafka writes them in one value: `joined({"A": "x", "B": "y"}, ":")` is "A:x,B:y"."""
    return ",".join(f"{name}{between}{value}" for name, value in pairs.items())


def write(properties: Mapping[str, str], path: Path) -> None:
    """Write the properties as a file that Kafka reads."""
    path.write_text("".join(f"{name}={_escaped(value)}\n" for name, value in properties.items()), encoding="utf-8")


def _escaped(value: str) -> str:
    return json.dumps(value)[1:-1]  # java.util.Properties reads every escape of a JSON string, and nothing but Latin-1
