"""Finds a Java that is new enough for Kafka, and says how Kafka's programs are started with it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from deploy.kafka.errors import KindMissingError
from deploy.kafka.kinds import Kind

OLDEST = 17  # brokers of Kafka 4 need it: https://kafka.apache.org/documentation/#java
VERSION_S = 20.0  # `java -version` takes a tenth of a second unless the machine is stuck
LOGGING = Path(__file__).with_name("log4j2.properties")

OPTIONS = (
    "-Xms64m",
    "-Xmx256m",  # many times what a few small topics need, so that three nodes fit beside everything else
    "-XX:MaxDirectMemorySize=64m",
    "-XX:+UseSerialGC",  # the other collectors start more threads than a small machine has cores
    "-XX:TieredStopAtLevel=1",  # a broker that lives for minutes does not earn back what the second compiler costs
    "-XX:-UsePerfData",  # no file in the shared temporary folder
    "-Djava.awt.headless=true",
    f"-Dlog4j2.configurationFile={LOGGING}",
)


class Jvm(NamedTuple):
    """A Java program, its major version, and the folder of the jars that it is to run."""

    java: str
    version: int
    jars: Path

    def command(self, main: str, *arguments: str) -> list[str]:
        """The command line that runs a main class with arguments."""
        return [self.java, *OPTIONS, "-cp", f"{self.jars}/*", main, *arguments]


def find_java(environment: Mapping[str, str]) -> tuple[str, int]:
    """Find Java in JAVA_HOME, or else on PATH; returns the program and its major version.

    Raises KindMissingError when there is none, or none that is new enough.
    """
    java = _java(environment)
    version = java and _major(java)
    if not java or not version:
        raise KindMissingError(Kind.JAVA, f"no Java {OLDEST} or newer on PATH")
    if version < OLDEST:
        raise KindMissingError(Kind.JAVA, f"no Java {OLDEST} or newer on PATH: {java} is Java {version}")
    return java, version


def _java(environment: Mapping[str, str]) -> str | None:
    home = environment.get("JAVA_HOME")
    search = os.pathsep.join(filter(None, [home and str(Path(home, "bin")), environment.get("PATH")]))
    return shutil.which("java", path=search)


def _major(java: str) -> int | None:
    """The major version that a Java reports; None when it runs no program, as the placeholder of macOS does."""
    command = [java, "-version"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=VERSION_S, check=False)  # noqa: S603 - Java
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)  # Java 8 calls itself 1.8
    return int(found[1]) if answer.returncode == 0 and found else None
