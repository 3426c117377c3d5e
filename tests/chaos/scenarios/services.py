"""Services that are killed, frozen, joined by others, restarted in turn, or doubled."""

import tempfile
from collections.abc import Mapping

from kafka import KafkaAdminClient
from kafka.admin import TransactionState
from kafka.errors import KafkaError

from tests.chaos.scenarios.scenario import Promise, Scenario
from tests.chaos.stage import Stage
from tests.chaos.supervisor import Supervisor

STARTING_SHARE = 0.15  # of the kills; a start has steps of its own, such as settling the dead one's transaction
TRIES = 100  # to catch a service inside a transaction, in which it is most of the time
FENCED = 5  # the exit code of a service whose name another one has taken


def kill(stage: Stage, rounds: int) -> None:
    """SIGKILL, in turn: mostly at work, and now and then while the victim is still starting."""
    for number in range(rounds):
        victim = stage.supervisors[number % len(stage.supervisors)]
        if stage.chance.random() > STARTING_SHARE:
            victim.at_work()
        stage.pause(0.1, 1.5)
        stage.struck()
        stage.kill(victim)


def freeze_past_the_session(stage: Stage, rounds: int) -> None:
    """SIGSTOP inside a transaction, SIGCONT when the group has long given the partitions away."""
    for number in range(rounds):
        zombie = stage.supervisors[number % len(stage.supervisors)]
        freeze_inside_a_transaction(stage, zombie)
        stage.struck()
        stage.pause(7, 9)
        zombie.thaw()
        stage.pause(1, 2)
        zombie.at_work()


def freeze_past_the_transaction(stage: Stage, rounds: int) -> None:
    """The same, until the broker has aborted the transaction."""
    for number in range(rounds):
        zombie = stage.supervisors[number % len(stage.supervisors)]
        freeze_inside_a_transaction(stage, zombie)
        stage.struck()
        stage.pause(14, 16)
        zombie.thaw()
        stage.pause(1, 2)
        zombie.at_work()


def freeze_inside_a_transaction(stage: Stage, zombie: Supervisor) -> None:
    """Freeze a service while the broker holds a transaction of it open; raises TimeoutError when it never has one."""
    name = stage.transactional_id(zombie)
    for _ in range(TRIES):
        stage.pause(0.05, 0.3)
        zombie.freeze()
        if _open_transaction(stage, name):
            return
        zombie.thaw()
    raise TimeoutError(f"{zombie.name} was never seen inside a transaction.")


def _open_transaction(stage: Stage, name: str) -> bool:
    try:
        with KafkaAdminClient(bootstrap_servers=stage.broker.bootstrap_servers.split(",")) as admin:
            return bool(admin.describe_transactions([name])[name].state is TransactionState.ONGOING)
    except KafkaError:
        return False  # a service that has just started has no transaction yet


def come_and_go(stage: Stage, rounds: int) -> None:
    """A second and a third service join under load, and leave again."""
    for _ in range(rounds):
        for _ in range(2):
            stage.struck()
            stage.join()
            stage.pause(3, 5)
        for _ in range(2):
            stage.struck()
            stage.leave(stage.anyone())
            stage.pause(3, 8)


def restart_in_turn(stage: Stage, rounds: int) -> None:
    """A rolling restart: each is stopped in good order and started again before the next is."""
    for _ in range(rounds):
        for supervisor in stage.supervisors:
            stage.struck()
            supervisor.restart()
            stage.pause(0.5, 1.5)


def double(stage: Stage, rounds: int) -> None:
    """A second process under the same name on what seems another host; who is pushed out comes back."""
    for number in range(rounds):
        first = stage.supervisors[number % len(stage.supervisors)]
        stage.struck()
        with tempfile.TemporaryDirectory() as elsewhere, stage.service(host=elsewhere, INSTANCE_ID=first.name):
            stage.pause(7, 10)
        stage.pause(1, 3)


def freeze_shortly(stage: Stage, rounds: int) -> None:
    """SIGSTOP for longer than a transaction may last, and shorter than a session."""
    for _ in range(rounds):
        victim = stage.anyone()
        freeze_inside_a_transaction(stage, victim)
        stage.struck()
        stage.pause(2, 3)
        victim.thaw()
        stage.pause(1, 2)
        victim.at_work()


TINY: Mapping[str, str] = {"TRANSACTION_TIMEOUT_S": "1", "DELIVERY_TIMEOUT_S": "0.9", "REQUEST_TIMEOUT_S": "0.7"}

SCENARIOS = (
    Scenario("kills", "SIGKILL of a service", kill, 100),
    Scenario("kills, at least once", "the same", kill, 10, promise=Promise.AT_LEAST_ONCE),
    Scenario("zombies", "a service frozen inside a transaction, past its session", freeze_past_the_session, 4),
    Scenario("long zombies", "the same, past its transaction", freeze_past_the_transaction, 2),
    Scenario("coming and going", "one, two and three services", come_and_go, 3, services=1),
    Scenario("rolling restart", "three services stopped and started in turn", restart_in_turn, 2, services=3),
    Scenario("doubles", "a second process under the same name on another host", double, 4),
    Scenario(
        "tiny transactions", "a service frozen for longer than a transaction of 1 s", freeze_shortly, 5, settings=TINY
    ),
)
