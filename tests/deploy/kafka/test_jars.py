"""How the jars of Kafka come to this machine, and what is said when they do not."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.kafka import KindMissingError
from deploy.kafka.jars import kafka_version, resolve
from deploy.kafka.kinds import Report

POM = "<project><properties><kafka.version>{version}</kafka.version></properties></project>"
FETCHES = 'for last; do :; done; mkdir -p "${last#*=}"; touch "${last#*=}/kafka.jar"; echo run >>"$0.runs"'


class Place(NamedTuple):
    """A folder with a POM, an empty cache, and a Maven that does what it is told."""

    folder: Path

    @property
    def pom(self) -> Path:
        return self.folder / "pom.xml"

    @property
    def maven(self) -> Path:
        return self.folder / "mvn"

    @property
    def runs(self) -> int:
        return len(Path(f"{self.maven}.runs").read_text().splitlines())

    def install_maven(self, script: str) -> None:
        self.maven.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        self.maven.chmod(0o755)

    def ask(self, report: Report = lambda line: None) -> Path:
        return resolve(report, {"PATH": str(self.folder)}, self.folder / "cache", self.pom)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.pom.write_text(POM.format(version="4.9.9"))
    return place


def test_the_jars_are_fetched_once(place: Place) -> None:
    """A second start finds them, and needs neither Maven nor a network."""
    place.install_maven(FETCHES)
    first = place.ask()
    place.maven.unlink()

    assert first == place.ask()
    assert ["kafka.jar"] == [jar.name for jar in first.iterdir()]


def test_a_changed_pom_fetches_again(place: Place) -> None:
    """Jars of another version are never mixed in; those in use by a running broker stay where they are."""
    place.install_maven(FETCHES)
    before = place.ask()
    place.pom.write_text(POM.format(version="4.9.10"))

    assert before != place.ask()
    assert before.is_dir()


def test_two_that_come_at_once_fetch_once(place: Place) -> None:
    """Whoever comes second says so and waits for the first."""
    place.install_maven(f'while [ ! -e "$0.go" ]; do sleep 0.01; done; {FETCHES}')
    said: list[str] = []

    def report(line: str) -> None:
        said.append(line)
        if line.startswith("Another"):
            Path(f"{place.maven}.go").touch()

    with ThreadPoolExecutor(2) as both:
        folders = list(both.map(place.ask, [report, report]))

    assert 1 == place.runs
    assert folders[0] == folders[1]
    assert [
        "Fetching Apache Kafka 4.9.9 from Maven (once, about 45 MB)…",
        "Another process is fetching Apache Kafka from Maven; waiting for it…",
    ] == sorted(said, reverse=True)


def test_without_maven_that_is_the_reason(place: Place) -> None:
    """Maven is asked for only when there is something to fetch."""
    with pytest.raises(KindMissingError) as raised:
        place.ask()

    assert "java: no Maven (mvn) on PATH, which fetches Apache Kafka" == str(raised.value)


def test_what_maven_could_not_do_is_said_in_its_own_first_words(place: Place) -> None:
    """Of Maven's pages the first error is the one that tells."""
    error = "Could not transfer artifact kafka_2.13 from central: Connection refused"
    place.install_maven(
        f"echo '\x1b[0m[ERROR] {error} -> [Help 1]'; echo '[ERROR] To see the full stack trace…'; exit 1"
    )

    with pytest.raises(KindMissingError) as raised:
        place.ask()

    assert f"Maven could not resolve Apache Kafka 4.9.9: {error}" == raised.value.reason


def test_half_a_set_of_jars_is_not_kept(place: Place) -> None:
    """After a failure the next start begins anew."""
    place.install_maven(f"{FETCHES}; exit 1")
    with pytest.raises(KindMissingError):
        place.ask()
    place.install_maven(FETCHES)
    place.ask()

    assert 2 == place.runs


def test_a_cache_that_cannot_be_written_is_named(place: Place) -> None:
    """The reason holds the folder, since somebody has to look at it."""
    place.install_maven(FETCHES)
    (place.folder / "cache").write_text("a file where the folder should be")

    with pytest.raises(KindMissingError, match=f"the jars cannot be kept in {place.folder}/cache/jars: "):
        place.ask()


def test_the_version_of_kafka_is_the_one_in_the_project_s_pom() -> None:
    """Brokers need Kafka 4: earlier ones have another way to keep their own records."""
    assert "4" == kafka_version().split(".")[0]


def test_a_pom_without_a_version_is_refused(place: Place) -> None:
    """The message names the file and the property."""
    place.pom.write_text("<project/>")

    with pytest.raises(ValueError, match=r"pom\.xml has no property kafka\.version"):
        kafka_version(place.pom)
