"""Fetches the jars of Apache Kafka from Maven, once, into the repository's own ignored folder."""

import fcntl
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.kafka.errors import KindMissingError
from deploy.kafka.kinds import Kind, Report

POM = Path(__file__).with_name("pom.xml")
CACHE = Path(__file__).parents[2] / ".kafka"
PLUGIN = (
    "org.apache.maven.plugins:maven-dependency-plugin"  # in full, or Maven would first ask the network for its name
)
RESOLVE_S = 600.0  # 45 MB; a network that silently drops packets would hold Maven up for hours
KAFKA_VERSION = re.compile(r"<kafka\.version>(.+?)</kafka\.version>")


def kafka_version(pom: Path = POM) -> str:
    """The version of Kafka that a POM names."""
    found = KAFKA_VERSION.search(pom.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{pom} has no property kafka.version.")
    return found[1]


def resolve(report: Report, environment: Mapping[str, str], cache: Path = CACHE, pom: Path = POM) -> Path:
    """The folder of the jars that a POM names; fetched when there is none yet for exactly this POM.

    Of several processes that come at once one fetches and the others wait. Raises KindMissingError when Maven is not
    there or does not get them, or when the folder cannot be written.
    """
    jars = cache / "jars" / hashlib.sha256(pom.read_bytes()).hexdigest()[:12]  # ample to tell two POMs apart
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn", path=environment.get("PATH"))
    if not maven:
        raise KindMissingError(Kind.JAVA, "no Maven (mvn) on PATH, which fetches Apache Kafka")
    try:
        with _alone(jars.parent, report):
            if not jars.is_dir():
                _fetch(maven, pom, jars, report)
    except OSError as error:
        raise KindMissingError(Kind.JAVA, f"the jars cannot be kept in {jars.parent}: {error}") from error
    return jars


@contextmanager
def _alone(folder: Path, report: Report) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Another process is fetching Apache Kafka from Maven; waiting for it…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(maven: str, pom: Path, jars: Path, report: Report) -> None:
    name = f"Apache Kafka {kafka_version(pom)}"
    report(f"Fetching {name} from Maven (once, about 45 MB)…")
    partial = jars.with_name("partial")
    shutil.rmtree(partial, ignore_errors=True)  # what a process that was killed here may have left
    problem = _copy_dependencies(maven, pom, partial)
    if problem:
        raise KindMissingError(Kind.JAVA, f"Maven could not resolve {name}: {problem}")
    partial.rename(jars)  # in one step, so that a folder of jars is there complete or not at all


def _copy_dependencies(maven: str, pom: Path, target: Path) -> str | None:
    """Let Maven fill the target; returns what kept it from its work, on one line, or None."""
    quietly = ["--batch-mode", "--quiet", "--strict-checksums", "-Dstyle.color=never"]
    task = ["--file", str(pom), f"{PLUGIN}:copy-dependencies", f"-DoutputDirectory={target}"]
    command = [maven, *quietly, *task]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=RESOLVE_S, check=False)  # noqa: S603 - Maven
    except subprocess.TimeoutExpired:
        return f"it took longer than {RESOLVE_S:g} seconds"
    return None if answer.returncode == 0 else _first_error(answer.stdout + answer.stderr)


def _first_error(output: str) -> str:
    found = re.search(r"\[ERROR\] (.+?)(?: -> \[Help 1\])?$", output, re.MULTILINE)
    return found[1] if found else " ".join(output.split()) or "it failed without a word"
