"""What chance brings too seldom, brought about on purpose."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from deploy.kafka import Broker
from service.settings import load
from tests.chaos.by_hand import ByHand, by_hand
from tests.chaos.checker import Findings
from tests.chaos.judge import Judge
from tests.chaos.sentences import NUMBER, numbered
from tests.end_to_end.newsroom import Newsroom

pytestmark = pytest.mark.slow
SEED = 6
WELL = Findings([], [], [], [], [], [], [], [])


@pytest.fixture
def room(real_broker: Broker, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom on whose input topic, of two partitions, four hundred sentences wait."""
    opened = Newsroom(real_broker, tmp_path, partitions=2)
    for number in range(400):
        sent = numbered(number, SEED)
        opened.send(sent.value, key=sent.key, headers=[(NUMBER, str(number).encode())])
    opened.producer.flush()
    yield opened
    opened.close()


def missed_generation(room: Newsroom, *, trusting: bool) -> Findings:
    """Let a member miss the generation in which another one had its partition.

    The first one's join ends between two of its polls and is thrown away by kafka-python, so it never hears that a
    partition was taken. When the second one leaves, the first gets the partition back, and with it its old position.
    """
    settings = load({**room.settings, "CLAIMWIRE_BATCH_RECORDS": "10", "CLAIMWIRE_SESSION_TIMEOUT_S": "6"})
    with (
        closing(Judge(room.broker.bootstrap_servers, room.name, room.topics, SEED)) as judge,
        by_hand(settings, "first", trusting=trusting) as first,
    ):
        first.turn_until(lambda: first.committed >= 20)
        with by_hand(settings, "second") as second:
            join_unseen(first, second)
            second.turn_until(lambda: second.committed >= 60)
        first.consumer.hasty = False
        first.turn_until(lambda: judge.waiting() == 0)
        return judge.judge().findings


def join_unseen(first: ByHand, second: ByHand) -> None:
    """Let the second join while the first polls too briefly to see it happen."""
    first.consumer.hasty = True
    while not first.joining:
        second.turn()
        first.turn()


def test_a_leader_that_starts_again_notices_new_partitions(room: Newsroom) -> None:
    """The broker takes it back without a rebalance, and does not tell it that it leads the group."""
    settings = load({**room.settings, "CLAIMWIRE_BATCH_RECORDS": "10"})
    with by_hand(settings, "desk", static=True) as service:
        service.turn_until(lambda: service.committed >= 20)
    with by_hand(settings, "desk", static=True, metadata_max_age_ms=300) as service:
        service.turn_until(lambda: service.committed >= 20)
        with KafkaAdminClient(**room.client) as admin:
            admin.create_partitions({room.topics["sentences"]: 3})

        service.turn_until(lambda: len(service.consumer.assignment()) == 3, turns=40)


def test_a_generation_that_was_missed_doubles_nothing(room: Newsroom) -> None:
    """A member that gets a partition back goes on where the other one stopped."""
    assert WELL == missed_generation(room, trusting=False)


def test_believing_an_old_position_would_double_records(room: Newsroom) -> None:
    """The same without our cure: should it double nothing, the reproduction or kafka-python's fault is gone."""
    findings = missed_generation(room, trusting=True)

    assert len(findings.doubled) >= 10
    assert [] == findings.lost
