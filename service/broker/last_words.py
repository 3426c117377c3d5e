"""Has the client hear what a broker says before it hangs up, such as why it refuses a login."""

from collections.abc import Callable
from typing import Any, Final

from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

Receive = Callable[[Any], tuple[bytes, Exception | None]]

RECEIVE: Final[dict[Any, Receive]] = {
    transport: transport._sock_recv  # noqa: SLF001 - the hook that `hear_last_words` names
    for transport in (KafkaTCPTransport, KafkaSSLTransport)
}
"""What each kind of connection reads with, before anything is changed."""


def hear_last_words() -> None:
    """Have every connection of this process pass on what it has read before it reports that the other side is gone.

    In kafka-python 3.0.12 the two come from one call of `_sock_recv`, and whoever calls it looks at the error only. The
    end is met again at the next call, so nothing is lost by reporting it then. The private hook is pinned by
    tests/service/broker/client_faults.
    """
    for transport, receive in RECEIVE.items():
        transport._sock_recv = _words_first(receive)  # noqa: SLF001 - the hook that the docstring names


def _words_first(receive: Receive) -> Receive:
    def received(transport: Any) -> tuple[bytes, Exception | None]:
        words, end = receive(transport)
        return words, None if words else end

    return received
