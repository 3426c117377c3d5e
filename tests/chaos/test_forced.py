"""What chance brings too seldom, brought about on purpose."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition
from structlog.testing import capture_logs

from deploy.kafka import Broker
from service.broker.membership import Membership
from service.settings import load
from tests.chaos.by_hand import ByHand, Patient, Trusting, by_hand
from tests.chaos.checker import Findings
from tests.chaos.judge import Judge, Judgement
from tests.chaos.proxy import Proxy
from tests.chaos.scenarios.surroundings import SYNC_GROUP
from tests.chaos.sentences import NUMBER, numbered
from tests.chaos.site import behind_a_proxy
from tests.end_to_end.newsroom import Newsroom

pytestmark = pytest.mark.slow
SEED = 6
WELL = Findings([], [], [], [], [], [], [], [])


@pytest.fixture
def room(real_broker: Broker, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom of the run's broker."""
    with waiting_room(real_broker, tmp_path) as opened:
        yield opened


@contextmanager
def waiting_room(broker: Broker, folder: Path) -> Iterator[Newsroom]:
    """A newsroom on whose input topic, of two partitions, four hundred sentences wait."""
    opened = Newsroom(broker, folder, partitions=2)
    for number in range(400):
        sent = numbered(number, SEED)
        opened.send(sent.value, key=sent.key, headers=[(NUMBER, str(number).encode())])
    opened.producer.flush()
    yield opened
    opened.close()


def missed_generation(room: Newsroom, kind: type[Membership], reset: str = "none") -> Findings:
    """Let a member miss the generation in which another one had its partition.

    The first one's join ends between two of its polls and is thrown away by kafka-python, so it never hears that a
    partition was taken. When the second one leaves, the first gets the partition back, and with it its old position.
    """
    settings = load({**room.settings, "CLAIMWIRE_BATCH_RECORDS": "10", "CLAIMWIRE_SESSION_TIMEOUT_S": "6"})
    with (
        closing(Judge(room.broker.bootstrap_servers, room.name, room.topics, SEED)) as judge,
        by_hand(settings, "first", kind=kind, auto_offset_reset=reset) as first,
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
    settings = load({**room.settings, "CLAIMWIRE_BATCH_RECORDS": "10", "CLAIMWIRE_SESSION_TIMEOUT_S": "2"})
    with by_hand(settings, "desk", static=True) as service:
        service.turn_until(lambda: service.committed >= 20)
    with by_hand(settings, "desk", static=True, metadata_max_age_ms=300) as service:
        service.turn_until(lambda: service.committed >= 20)
        add_a_partition(room)

        service.turn_until(lambda: len(service.consumer.assignment()) == 3, turns=40)


def add_a_partition(room: Newsroom) -> None:
    """The third one of the input topic."""
    with KafkaAdminClient(**room.client) as admin:
        admin.create_partitions({room.topics["sentences"]: 3})


@pytest.fixture
def proxied(java_is_here: None, tmp_path: Path) -> Iterator[tuple[Newsroom, Proxy]]:
    """A newsroom like the other, whose services speak to their broker through a proxy that can hold joins back."""
    with behind_a_proxy(SYNC_GROUP) as site, waiting_room(site.broker, tmp_path) as opened:
        opened.settings |= {f"CLAIMWIRE_{name}": value for name, value in site.settings.items()}
        assert site.proxy is not None
        yield opened, site.proxy


@contextmanager
def stranded(room: Newsroom, proxy: Proxy, kind: type[Membership]) -> Iterator[ByHand]:
    """A service that hears too late what a join gave it, after its topic got a partition; from then on all is well."""
    settings = load({**room.settings, "CLAIMWIRE_BATCH_RECORDS": "10", "CLAIMWIRE_SESSION_TIMEOUT_S": "3"})
    with by_hand(settings, "desk", kind=kind, metadata_max_age_ms=300) as service:
        service.turn_until(lambda: service.committed >= 20)
        proxy.hold_s = 2.0  # four polls
        add_a_partition(room)
        service.turn_until(lambda: proxy.held > 0)
        proxy.mend()
        yield service


def test_a_leader_that_is_told_too_late_what_it_got_comes_back(proxied: tuple[Newsroom, Proxy]) -> None:
    """It subscribes again, and labels all that waits, once."""
    room, proxy = proxied
    with (
        closing(Judge(room.broker.bootstrap_servers, room.name, room.topics, SEED)) as judge,
        stranded(room, proxy, Membership) as service,
    ):
        service.turn_until(lambda: judge.waiting() == 0)

        assert WELL == judge.judge().findings
        assert 3 == len(service.consumer.assignment())


def test_waiting_would_never_bring_it_back(proxied: tuple[Newsroom, Proxy]) -> None:
    """The same without our cure: should it come back, the reproduction or kafka-python's fault is gone."""
    with stranded(*proxied, Patient) as service:
        before = service.committed
        for _ in range(20):
            service.turn()

        assert service.joining
        assert before == service.committed


def label_some(room: Newsroom) -> None:
    """Let a service label some of the sentences, and leave."""
    with by_hand(load({**room.settings, "CLAIMWIRE_BATCH_RECORDS": "10"}), "first") as first:
        first.turn_until(lambda: first.committed >= 300)  # of both partitions


def label_the_rest(room: Newsroom) -> Judgement:
    """Let another service label whatever it finds, and look at what came of it all."""
    with (
        closing(Judge(room.broker.bootstrap_servers, room.name, room.topics, SEED)) as judge,
        by_hand(load(room.settings), "second") as second,
    ):
        second.turn_until(lambda: judge.waiting() == 0)
        return judge.judge()


def test_offsets_that_have_expired_double_what_was_labelled(room: Newsroom) -> None:
    """A group that is forgotten reads all that is kept again; every copy has the id of the first."""
    label_some(room)
    with KafkaAdminClient(**room.client) as admin:
        admin.delete_groups([room.name])

    findings = label_the_rest(room).findings

    assert len(findings.doubled) >= 300
    assert WELL == findings._replace(doubled=[], reordered=[])


def test_sentences_that_were_deleted_before_they_were_read_are_told(room: Newsroom) -> None:
    """Nobody can label them any more; the service says how many there were, and goes on with what is kept."""
    label_some(room)
    with KafkaAdminClient(**room.client) as admin:
        ends = room.consumer.end_offsets([TopicPartition(room.topics["sentences"], number) for number in (0, 1)])
        admin.delete_records({partition: end - 10 for partition, end in ends.items()})

    with capture_logs() as lines:
        judged = label_the_rest(room)

    told = sum(line["lost"] for line in lines if line["event"] == "records were deleted before they were read")
    assert 20 == judged.sentences
    assert 400 - 20 - told == len(judged.findings.invented)
    assert told > 0


def test_a_generation_that_was_missed_doubles_nothing(room: Newsroom) -> None:
    """A member that gets a partition back goes on where the other one stopped."""
    assert WELL == missed_generation(room, Membership)


def test_believing_an_old_position_would_double_records(room: Newsroom) -> None:
    """The same without our cure: should it double nothing, the reproduction or kafka-python's fault is gone."""
    findings = missed_generation(room, Trusting, "earliest")

    assert len(findings.doubled) >= 10
    assert [] == findings.lost
