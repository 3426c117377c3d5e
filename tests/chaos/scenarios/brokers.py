"""Nodes of the cluster that are killed, frozen or restarted: leaders, coordinators, most of them, and all of them."""

import time
from collections.abc import Mapping

from deploy.kafka.node import Node
from tests.chaos.scenarios.scenario import Promise, Scenario
from tests.chaos.stage import Stage
from tests.chaos.supervisor import COMMITTED


def victims(stage: Stage, count: int) -> list[str]:
    """Which part the victim of each round plays: every part as often, in an order by chance."""
    parts = ["leader", "group coordinator", "transaction coordinator"]
    return [part for _ in range(-(-count // len(parts))) for part in stage.chance.sample(parts, len(parts))][:count]


def node(stage: Stage, part: str) -> Node:
    """The node that plays a part just now."""
    if part == "leader":
        return stage.parts.leader(stage.newsroom.topics[stage.chance.choice(["sentences", "claims", "denials"])])
    if part == "group coordinator":
        return stage.parts.group_coordinator(stage.newsroom.name)
    return stage.parts.transaction_coordinator(stage.transactional_id(stage.anyone()))


def kill(stage: Stage, rounds: int) -> None:
    """SIGKILL of a node, and a start on its data a few seconds later."""
    for part in victims(stage, rounds):
        victim = node(stage, part)
        stage.struck()
        stage.kill(victim)
        stage.pause(3, 5)
        stage.broker.start()
        stage.pause(2, 4)


def freeze(stage: Stage, rounds: int) -> None:
    """SIGSTOP of a node until another has taken its part, then SIGCONT: it believes that it still plays it."""
    for part in victims(stage, rounds):
        victim = node(stage, part)
        stage.struck()
        victim.freeze()
        stage.pause(5, 9)
        victim.thaw()
        stage.pause(3, 5)


def let_deliveries_expire(stage: Stage, rounds: int) -> None:
    """Freeze the leader of an output topic for longer than a delivery may take."""
    for _ in range(rounds):
        victim = stage.parts.leader(stage.newsroom.topics["claims"], stage.chance.randrange(4))
        stage.struck()
        victim.freeze()
        stage.pause(5, 7)
        victim.thaw()
        stage.pause(2, 4)


def stop_everything(stage: Stage, rounds: int) -> None:
    """SIGKILL of every node; they come back after a minute, or after `rounds` seconds."""
    stage.struck()
    down = time.time()
    for victim in stage.broker.nodes:
        stage.kill(victim)
    stage.pause(rounds, rounds)
    stage.broker.start()
    stage.notes.append(f"no node served for {time.time() - down:.0f} s")


def stop_most(stage: Stage, rounds: int) -> None:
    """SIGKILL of two nodes of three: the one that is left may take nothing for safe, until they are back."""
    for _ in range(rounds):
        stage.struck()
        for victim in stage.chance.sample(stage.broker.nodes, 2):
            stage.kill(victim)
        stage.pause(ANSWERED_S, ANSWERED_S)
        before = stage.said(COMMITTED)
        stage.pause(10, 14)
        if more := stage.said(COMMITTED) - before:
            stage.problems.append(f"{more} batches were committed with one node of three")
        stage.broker.start()
        stage.pause(5, 8)


def restart_in_turn(stage: Stage, rounds: int) -> None:
    """A rolling restart: SIGTERM of each node, and a start, before the next one's turn."""
    for _ in range(rounds):
        for each in stage.broker.nodes:
            stage.struck()
            stage.broker.restart(each)
            stage.pause(2, 4)


ANSWERED_S = 1.0  # for what was acknowledged before the kill to be logged
IMPATIENT: Mapping[str, str] = {"DELIVERY_TIMEOUT_S": "2", "REQUEST_TIMEOUT_S": "1"}

SCENARIOS = (
    Scenario("node kills", "SIGKILL of a leader, a group's or a transaction's coordinator", kill, 9),
    Scenario("node kills, at least once", "the same", kill, 3, promise=Promise.AT_LEAST_ONCE),
    Scenario("node freezes", "SIGSTOP and SIGCONT of the same", freeze, 6),
    Scenario("expired deliveries", "a frozen leader, deliveries of 2 s", let_deliveries_expire, 3, settings=IMPATIENT),
    Scenario("most nodes", "SIGKILL of two nodes of three", stop_most, 1),
    Scenario("no broker", "SIGKILL of all three nodes, for a minute", stop_everything, 60),
    Scenario("rolling restart of nodes", "each node stopped and started in turn", restart_in_turn, 1),
)
