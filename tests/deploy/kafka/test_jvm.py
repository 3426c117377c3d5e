"""Which Java is good enough for Kafka."""

from pathlib import Path

import pytest

from deploy.kafka import KindMissingError
from deploy.kafka.jvm import find_java


def install_java(folder: Path, version: str, exit_code: int = 0) -> Path:
    """Put a program there that answers as that Java does."""
    folder.mkdir(parents=True, exist_ok=True)
    java = folder / "java"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-20' >&2\nexit {exit_code}\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(("version", "major"), [("17.0.15", 17), ("21", 21), ("26-ea", 26)])
def test_java_17_and_newer_are_taken(tmp_path: Path, version: str, major: int) -> None:
    """The major version is read from whatever form Java writes it in."""
    java = install_java(tmp_path, version)

    assert (str(java), major) == find_java({"PATH": str(tmp_path)})


@pytest.mark.parametrize(("version", "major"), [("11.0.2", 11), ("1.8.0_402", 8)])
def test_an_older_java_is_refused_by_name(tmp_path: Path, version: str, major: int) -> None:
    """The message says which Java was found, so that nobody wonders why theirs is not taken."""
    java = install_java(tmp_path, version)

    with pytest.raises(KindMissingError) as raised:
        find_java({"PATH": str(tmp_path)})

    assert f"no Java 17 or newer on PATH: {java} is Java {major}" == raised.value.reason


def test_no_java_at_all_is_said_in_one_line(tmp_path: Path) -> None:
    """An empty PATH is no error of ours."""
    with pytest.raises(KindMissingError) as raised:
        find_java({"PATH": str(tmp_path)})

    assert "java: no Java 17 or newer on PATH" == str(raised.value)


def test_a_placeholder_that_runs_no_java_counts_as_none(tmp_path: Path) -> None:
    """Apple's system has a `java` that only says where to get one, and fails."""
    install_java(tmp_path, "17.0.15", exit_code=1)

    with pytest.raises(KindMissingError, match=r"no Java 17 or newer on PATH$"):
        find_java({"PATH": str(tmp_path)})


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    """JAVA_HOME is how people say which of several they mean."""
    at_home = install_java(tmp_path / "home" / "bin", "21.0.1")
    install_java(tmp_path / "path", "17.0.1")

    found, _ = find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path")})

    assert str(at_home) == found
