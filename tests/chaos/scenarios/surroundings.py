"""What the service and its broker stand on: the network, the disk and the clock."""

from functools import partial

from tests.chaos.scenarios.scenario import Scenario
from tests.chaos.scenarios.topics import grow
from tests.chaos.site import behind_a_proxy, on_a_small_disk, under_a_clock_of_its_own
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


def hold_joins_back(stage: Stage, rounds: int) -> None:
    """A broker slow to say what each member gets, while services join and partitions are added."""
    proxy = stage.site.proxy
    assert proxy is not None
    for number in range(rounds):
        stage.struck()
        proxy.hold_s = stage.chance.uniform(1, 4)
        stage.kill(stage.supervisors[number % len(stage.supervisors)])
        stage.pause(1, 2.5)
        grow(stage, 5 + number)
        stage.pause(5, 8)
        proxy.mend()
        stage.pause(1, 2)
    stage.notes.append(f"{proxy.held} answers to SyncGroup were held back")
    if not proxy.held:
        stage.problems.append("no join was held back, so that nothing is proved")


def set_the_clock_off(stage: Stage, rounds: int) -> None:
    """The services' clock jumps by more than an hour or by seconds, ahead or behind, and back to the true time."""
    clock = stage.site.clock
    assert clock is not None
    for _ in range(rounds):
        for seconds in stage.chance.sample(JUMPS_S, len(JUMPS_S)):
            stage.struck()
            clock.set_off(seconds)
            stage.pause(3, 5)
            stage.struck()
            clock.set_off(0)
            stage.pause(1, 3)
    if not stage.said(REFUSED):
        stage.problems.append("no service lived ahead of its broker, so that nothing is proved")


JUMPS_S = (4_000, -4_000, 5, -5)  # by default a broker refuses records that are more than an hour ahead of its clock
REFUSED = b"InvalidTimestampError"  # what the log of a service says of that
SYNC_GROUP = 14  # the number of the request whose answer tells a member its partitions

SCENARIOS = (
    Scenario("bad network", "a network that is slow, silent and cut", trouble_the_network, 2, site=behind_a_proxy),
    Scenario(
        "slow joins",
        "SyncGroup answered after seconds, in joins under new partitions",
        hold_joins_back,
        4,
        site=partial(behind_a_proxy, SYNC_GROUP),
    ),
    Scenario("full disk", "a broker without disk space", fill_the_disk, 2, site=on_a_small_disk),
    Scenario(
        "wrong clock",
        "a clock that jumps by an hour, by seconds, and back",
        set_the_clock_off,
        1,
        site=under_a_clock_of_its_own,
    ),
)
