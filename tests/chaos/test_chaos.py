"""A short cut of `python -m tests.chaos`: services and a coordinator die under load, and nothing is lost or doubled."""

from pathlib import Path

import pytest

from deploy.kafka.java import JavaBroker
from tests.chaos.scenarios import brokers, services
from tests.chaos.scenarios.scenario import Scenario
from tests.chaos.site import Site
from tests.chaos.stage import Stage

pytestmark = pytest.mark.slow
SEED = 1


def kill_a_few(stage: Stage, rounds: int) -> None:
    """SIGKILL of services, then of the node that coordinates their group."""
    services.kill(stage, rounds)
    victim = brokers.node(stage, "group coordinator")
    stage.struck()
    stage.kill(victim)
    stage.pause(2, 3)
    stage.broker.start()


def test_every_sentence_comes_out_once(cluster: JavaBroker, tmp_path: Path) -> None:
    """Nothing is lost, doubled, reordered, mislabelled or set aside wrongly, and all is worked off."""
    scenario = Scenario("a few kills", "SIGKILL of services and of the coordinator", kill_a_few, 3)

    result = scenario.play(Site(cluster), SEED, tmp_path)

    assert [] == list(scenario.broken(result))
    assert 4 == result.faults
