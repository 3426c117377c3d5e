"""What becomes of the nodes when their owner dies without a word."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from deploy.kafka.readiness import until
from deploy.kafka.reaper import Reaper, reap

OWN_A_CLUSTER = """
import sys
from pathlib import Path
from deploy.kafka.reaper import Reaper
reaper = Reaper(Path(sys.argv[1]))
print("watching", flush=True)
sys.stdin.read()
"""

Node: TypeAlias = "subprocess.Popen[bytes]"


@pytest.fixture
def begin_node(tmp_path: Path) -> Iterator[Callable[[str], Node]]:
    """Starts a process that would run for an hour, in a cluster's folder that knows it."""
    nodes = []

    def begin(name: str) -> Node:
        node = subprocess.Popen(["/bin/sleep", "3600"], start_new_session=True)
        nodes.append(node)
        home = tmp_path / "cluster" / name
        home.mkdir(parents=True)
        (home / "pid").write_text(f"{node.pid}\n")
        return node

    yield begin
    for node in nodes:
        node.kill()
        node.wait()


def test_reaping_ends_every_node_and_removes_the_folder(tmp_path: Path, begin_node: Callable[[str], Node]) -> None:
    """No process goes on, on data that is gone."""
    nodes = [begin_node("node-1"), begin_node("node-2")]

    reap(tmp_path / "cluster")

    assert [-signal.SIGKILL] * 2 == [node.wait(timeout=10) for node in nodes]
    assert not (tmp_path / "cluster").exists()


def test_a_node_that_has_ended_or_has_not_begun_is_passed_over(
    tmp_path: Path, begin_node: Callable[[str], Node]
) -> None:
    """The others are ended all the same."""
    ended = begin_node("node-1")
    ended.kill()
    ended.wait()
    (tmp_path / "cluster" / "node-2").mkdir()
    (tmp_path / "cluster" / "node-2" / "pid").touch()
    last = begin_node("node-3")

    reap(tmp_path / "cluster")

    assert -signal.SIGKILL == last.wait(timeout=10)


def test_an_owner_that_is_killed_takes_its_nodes_along(tmp_path: Path, begin_node: Callable[[str], Node]) -> None:
    """SIGKILL leaves the owner no time to do it."""
    node, folder = begin_node("node-1"), tmp_path / "cluster"
    owner = subprocess.Popen(
        [sys.executable, "-c", OWN_A_CLUSTER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdout
    assert b"watching\n" == owner.stdout.readline()

    owner.kill()
    owner.communicate()

    assert -signal.SIGKILL == node.wait(timeout=10)
    assert until(lambda: not folder.exists(), limit=10)


def test_a_reaper_that_is_let_go_touches_nothing_that_came_later(tmp_path: Path) -> None:
    """It ends with the cluster that it watched over."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    reaper = Reaper(folder)
    folder.rmdir()

    reaper.release()
    folder.mkdir()

    assert folder.exists()
