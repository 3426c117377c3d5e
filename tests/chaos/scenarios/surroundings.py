"""What the service and its broker stand on: the network and the disk."""

from tests.chaos.scenarios.scenario import Scenario
from tests.chaos.site import behind_a_proxy, on_a_small_disk
from tests.chaos.stage import Stage


def trouble_the_network(stage: Stage, rounds: int) -> None:
    """Slow, then silent, then cut; mended after each."""
    proxy = stage.site.proxy
    assert proxy is not None
    for _ in range(rounds):
        stage.struck()
        proxy.delay_s = 0.3
        stage.pause(4, 6)
        proxy.mend()
        stage.pause(1, 2)
        stage.struck()
        proxy.silence()
        stage.pause(4, 10)
        proxy.mend()
        stage.pause(2, 4)
        stage.struck()
        proxy.cut()
        stage.pause(2, 8)
        proxy.mend()
        stage.pause(2, 4)


def fill_the_disk(stage: Stage, rounds: int) -> None:
    """The broker runs out of disk and stops; then somebody makes room and starts it."""
    disk = stage.site.disk
    assert disk is not None
    for _ in range(rounds):
        stage.struck()
        disk.fill()
        stage.notes.append(f"the broker ended with {stage.broker.nodes[0].wait(30)}")
        disk.empty()
        stage.broker.start()
        stage.pause(2, 4)


SCENARIOS = (
    Scenario("bad network", "a network that is slow, silent and cut", trouble_the_network, 2, site=behind_a_proxy),
    Scenario("full disk", "a broker without disk space", fill_the_disk, 2, site=on_a_small_disk),
)
