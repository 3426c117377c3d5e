"""The service as the demonstration runs it: ready, asked, stopped, and when it breaks."""

from pathlib import Path

import pytest

from deploy.demo import command, topics
from deploy.demo.errors import DemoError
from deploy.demo.service import Service
from deploy.kafka import Broker, ports
from deploy.kafka.readiness import accepts


def settings(broker: Broker, **more: str) -> dict[str, str]:
    """What the service needs on this broker, whatever else this process was started with."""
    return command.environment(broker, topics.NAMES, topics.group_for(broker), more)


def test_it_is_ready_answers_and_leaves_in_order(stand_in: Broker, tmp_path: Path) -> None:
    """Its metrics are on its port, its log in its file, and nothing listens when it has stopped."""
    topics.touch(stand_in, topics.NAMES)
    (port,) = ports.free(1)
    with Service(settings(stand_in), port, tmp_path / "logs" / "service.log") as service:
        service.wait_until_ready()

        assert ["claimwire_records_consumed_total 0.0"] == service.metrics(["claimwire_records_consumed_total", "none"])
        assert 0 == service.stop()

    assert not accepts(f"{ports.HOST}:{port}")
    assert "running" in service.log.read_text("utf-8")


def test_its_last_words_are_shown_when_it_ends_by_itself(stand_in: Broker, tmp_path: Path) -> None:
    """The exit code, where the log is, and what the service itself said of it."""
    unusable = settings(stand_in, CLAIMWIRE_MODEL="/nonexistent/model")
    with (
        Service(unusable, ports.free(1)[0], tmp_path / "service.log") as service,
        pytest.raises(DemoError) as caught,
    ):
        service.wait_until_ready()

    assert "exit code 10" in str(caught.value)
    assert str(service.log) in str(caught.value)
    assert "/nonexistent/model" in str(caught.value)
