"""Topics that change under the services' hands."""

from collections.abc import Mapping

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # the package does not declare what it exports
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
)

from tests.chaos.scenarios.scenario import Scenario
from tests.chaos.stage import Stage

SMALL_BYTES = 1_200  # room for one event, not for a batch of them
ANSWER_S = 20.0  # for a change that every node has to learn of


def add_partitions(stage: Stage, rounds: int) -> None:
    """One partition more on the input topic, again and again."""
    for number in range(rounds):
        stage.struck()
        grow(stage, 5 + number)
        stage.pause(2, 4)


def add_partitions_during_joins(stage: Stage, rounds: int) -> None:
    """The same, while a service that was killed is about to join again."""
    for number in range(rounds):
        stage.struck()
        stage.kill(stage.supervisors[number % len(stage.supervisors)])
        stage.pause(1, 2.5)
        grow(stage, 5 + number)
        stage.pause(1, 2)


def grow(stage: Stage, total: int) -> None:
    """Give the input topic so many partitions."""
    topic = stage.newsroom.topics["sentences"]
    stage.parts.admin.create_partitions([NewPartitions(topic, total)])[topic].result(ANSWER_S)


def shrink_messages(stage: Stage, rounds: int) -> None:
    """The output topics take one event at a time, and no batch, just when many sentences wait."""
    for _ in range(rounds):
        stage.struck()
        for supervisor in stage.supervisors:
            supervisor.freeze()
        stage.pause(2, 3)
        _limit(stage, SMALL_BYTES)
        for supervisor in stage.supervisors:
            supervisor.thaw()
        stage.pause(4, 6)
        _limit(stage, 1_048_588)  # Kafka's default
        stage.pause(1, 2)


def _limit(stage: Stage, size: int) -> None:
    entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET)
    names = [stage.newsroom.topics[use] for use in ("claims", "denials", "clarifications", "other", "review")]
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=[entry]) for name in names]
    for change in stage.parts.admin.incremental_alter_configs(resources).values():
        change.result(ANSWER_S)


LARGE: Mapping[str, str] = {"BATCH_RECORDS": "1000"}

SCENARIOS = (
    Scenario("new partitions", "a partition added to the input topic", add_partitions, 4),
    Scenario("new partitions in a join", "the same, while a service joins", add_partitions_during_joins, 6),
    Scenario("small messages", "output topics that take one event, and no batch", shrink_messages, 2, settings=LARGE),
)
