"""When the service is live, ready and started, and what it says of it."""

import pytest

from service.operations.health import Answer, Check, Health
from tests.service.operations.clock import Clock

STALL_S, UNSTABLE_S, BROKER_S = 90.0, 150.0, 300.0


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test moves it."""
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    """A service that has just been constructed."""
    return Health(clock, STALL_S, UNSTABLE_S, BROKER_S)


@pytest.fixture
def running(health: Health) -> Health:
    """A service that has started, joined and heard from a broker."""
    health.started()
    health.membership(stable=True)
    health.broker_answered()
    return health


def failed(answer: Answer) -> list[str]:
    """The names of the checks that have not passed."""
    return [check.name for check in answer.checks if not check.passed]


def test_a_running_service_is_live_ready_and_started(running: Health) -> None:
    """Every check of every question passes."""
    assert [] == failed(running.live()) + failed(running.ready()) + failed(running.startup())


def test_startup_fails_until_the_service_has_started(health: Health) -> None:
    """A supervisor waits while the model is verified and the first broker is reached."""
    before = health.startup().healthy
    health.started()

    assert (False, True) == (before, health.startup().healthy)


def test_a_slow_start_is_not_a_dead_process(health: Health, clock: Clock) -> None:
    """While the service starts, and perhaps waits for a broker, only /startupz counts the time."""
    clock.now += 10 * (STALL_S + UNSTABLE_S)

    assert [] == failed(health.live())


def test_the_limits_count_from_the_start(health: Health, clock: Clock) -> None:
    """A slow start leaves the loop and the group their full time."""
    clock.now += 10 * (STALL_S + UNSTABLE_S)
    health.started()

    assert [] == failed(health.live())


def test_a_loop_that_stands_still_is_not_live(running: Health, clock: Clock) -> None:
    """Past its limit without a turn, only a restart helps."""
    clock.now += STALL_S + 1

    assert ["loop"] == failed(running.live())


def test_a_loop_that_turns_is_live(running: Health, clock: Clock) -> None:
    """Each turn gives it the whole limit again."""
    clock.now += STALL_S
    running.turned()
    clock.now += STALL_S

    assert [] == failed(running.live())


def test_a_member_that_stays_unstable_is_not_live(running: Health, clock: Clock) -> None:
    """A group's leader can be stranded for good with a loop that turns."""
    running.membership(stable=False)
    clock.now += UNSTABLE_S + 1
    running.turned()
    running.membership(stable=False)

    assert ["membership"] == failed(running.live())


def test_a_member_that_is_stable_now_and_then_is_live(running: Health, clock: Clock) -> None:
    """Only one stretch of instability counts, not the sum of many rebalances."""
    for stable in (False, True, False):
        running.membership(stable)
        clock.now += UNSTABLE_S - 1
    running.turned()

    assert [] == failed(running.live())


def test_a_process_that_never_joins_is_not_live(health: Health, clock: Clock) -> None:
    """It counts as unstable from its start, even if nothing is ever said of its membership."""
    health.started()
    clock.now += UNSTABLE_S + 1
    health.turned()

    assert ["membership"] == failed(health.live())


def test_a_broker_that_is_away_kills_nobody(running: Health, clock: Clock) -> None:
    """A restart helps nobody while the brokers are down."""
    clock.now += 10 * BROKER_S
    running.turned()

    assert [] == failed(running.live())


def test_a_broker_that_is_away_makes_unready(running: Health, clock: Clock) -> None:
    """A roll-out waits until brokers answer."""
    clock.now += BROKER_S + 1

    assert ["broker"] == failed(running.ready())


def test_an_answer_makes_ready_again(running: Health, clock: Clock) -> None:
    """Each answer of a broker gives it the whole limit again."""
    clock.now += BROKER_S + 1
    running.broker_answered()

    assert [] == failed(running.ready())


def test_a_process_outside_the_group_is_not_ready(running: Health) -> None:
    """In a rebalance nobody is ready."""
    running.membership(stable=False)

    assert ["membership"] == failed(running.ready())


def test_nothing_is_ready_at_first(health: Health) -> None:
    """Start, membership and broker are all still to come."""
    assert ["start", "membership", "broker"] == failed(health.ready())


def test_the_text_has_a_line_for_each_check() -> None:
    """A person sees at a glance which check has failed, and by how much."""
    answer = Answer(
        (
            Check("loop", passed=True, seen="last turned 0.2 s ago"),
            Check("membership", passed=False, seen="not stable for 151 s"),
        )
    )

    assert "ok   loop: last turned 0.2 s ago\nFAIL membership: not stable for 151 s\n" == answer.text()


def test_a_check_says_how_far_it_is_from_its_limit(running: Health, clock: Clock) -> None:
    """The number and the limit stand side by side."""
    clock.now += 12.34

    assert "ok   loop: last turned 12.3 s ago, limit 90 s\nok   membership: stable\n" == running.live().text()
