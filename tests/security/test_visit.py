"""What a visit of the service leaves behind: its work, and no word of it anywhere else."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from service.broker.rights import rights
from service.settings import Settings, load
from tests.end_to_end.newsroom import Newsroom, Read
from tests.security.locked import PASSWORD, Locked

SENTENCE = "The council bought"  # every numbered sentence begins like this


class Visit(NamedTuple):
    """What came out, what was logged, and what the metrics said in the end."""

    arrived: list[Read]
    log: str
    metrics: str


@pytest.fixture(scope="module")
def visit(locked: Locked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """Five good sentences and one record that is none, over TLS, with a password and the rights of `rights`."""
    newsroom = Newsroom(locked.broker, tmp_path_factory.mktemp("visit"))
    newsroom.settings |= locked.settings()
    locked.grant(rights(load(newsroom.settings)))
    newsroom.send_numbered(range(5))
    newsroom.send(f"{SENTENCE} nothing at all.".encode())
    newsroom.producer.flush()
    with newsroom.service() as service:
        arrived = newsroom.read(6)
        metrics = service.ready().get("/metrics")[1]
        assert 0 == service.stop()
    yield Visit(arrived, service.text(), metrics)
    newsroom.close()


def test_the_service_works_with_exactly_its_rights(visit: Visit) -> None:
    """Nothing more than the page lists is needed, transactions and dead letters included."""
    assert 6 == len(visit.arrived)
    assert 1 == [record.topic for record in visit.arrived].count("dead_letters")


def test_no_sentence_is_in_the_log(visit: Visit) -> None:
    """Neither of a record that was labelled nor of one that was set aside."""
    assert '"event": "batch"' in visit.log
    assert SENTENCE not in visit.log


def test_no_sentence_is_in_the_metrics(visit: Visit) -> None:
    """Numbers, topics and reasons are."""
    assert "claimwire_" in visit.metrics
    assert SENTENCE not in visit.metrics


def test_no_password_is_in_the_log(visit: Visit) -> None:
    """Not even in what the client says of its login."""
    assert PASSWORD not in visit.log


def test_metrics_stay_on_the_machine_unless_told_otherwise() -> None:
    """They have neither login nor encryption, so nobody else is to reach them by accident."""
    assert "127.0.0.1" == Settings.model_fields["metrics_host"].default
