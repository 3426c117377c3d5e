"""A short cut of `python -m tests.chaos`: services and coordinators die under load, and nothing is lost or doubled."""

from pathlib import Path

import pytest

from deploy.kafka.java import JavaBroker
from tests.chaos.scenarios import brokers, services
from tests.chaos.scenarios.scenario import Promise, Scenario
from tests.chaos.site import Site
from tests.chaos.stage import Stage

pytestmark = pytest.mark.slow
SEED = 1


def kill_the_coordinators(stage: Stage, rounds: int) -> None:
    """SIGKILL of the group's coordinator, then of a transaction's."""
    for part in ("group coordinator", "transaction coordinator")[:rounds]:
        victim = brokers.node(stage, part)
        stage.struck()
        victim.kill()
        stage.pause(3, 4)
        stage.broker.start()


SHORT = (
    Scenario("kills", "SIGKILL of a service", services.kill, 4),
    Scenario("kills, at least once", "the same", services.kill, 2, promise=Promise.AT_LEAST_ONCE),
    Scenario("coordinators", "SIGKILL of each coordinator", kill_the_coordinators, 2),
)


@pytest.mark.parametrize("scenario", SHORT, ids=lambda scenario: scenario.name)
def test_a_promise_is_kept(scenario: Scenario, cluster: JavaBroker, tmp_path: Path) -> None:
    """Nothing is lost, doubled, reordered, mislabelled or set aside wrongly, and all is worked off."""
    result = scenario.play(Site(cluster), SEED, tmp_path)

    assert [] == list(scenario.broken(result))
    assert scenario.rounds == result.faults
