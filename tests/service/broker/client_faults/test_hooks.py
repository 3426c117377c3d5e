"""The private parts of kafka-python that we reach for: a release that moves one has to be read again."""

import inspect
from importlib.metadata import version

from kafka.net.compat import KafkaNetClient
from kafka.producer.sender import Sender

READ = "3.0.12"  # the release whose source was read


def test_the_client_is_the_release_that_was_read() -> None:
    """Our cures belong to one release: before another is used, its `Sender` and the tests beside this one are read."""
    assert READ == version("kafka-python")


def test_a_sender_asks_its_client_whether_a_node_is_ready() -> None:
    """`retry_unreachable_coordinator` in service/broker/clients.py replaces `_client.await_ready` of a sender."""
    assert "self._client.await_ready(" in inspect.getsource(Sender._maybe_send_pending_request)
    assert ["self", "node_id", "timeout_ms"] == list(inspect.signature(KafkaNetClient.await_ready).parameters)


def test_a_sender_can_be_told_to_go_at_once() -> None:
    """`abandon` in service/broker/clients.py calls `force_close` of a sender that would not end."""
    assert ["self"] == list(inspect.signature(Sender.force_close).parameters)
