"""The one port for metrics and health."""

import gzip
import http.client
import socket
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from prometheus_client import CollectorRegistry, Counter

from service.errors import SettingsError
from service.operations.health import Health
from service.operations.http import HOST_KEY, PORT_KEY, OperationsServer
from service.settings import Settings, key

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def health() -> Health:
    """A service that has just been constructed."""
    return Health(clock=lambda: 0.0, stall_limit_s=90, unstable_limit_s=150, broker_limit_s=300)


@pytest.fixture
def registry() -> CollectorRegistry:
    """One metric, with a value that is easy to find."""
    registry = CollectorRegistry()
    Counter("kettles", "Kettles that have boiled.", registry=registry).inc(3)
    return registry


@pytest.fixture
def server(registry: CollectorRegistry, health: Health) -> Iterator[OperationsServer]:
    """A server on a free port."""
    with OperationsServer(registry, health, port=0) as server:
        yield server


def ask(server: OperationsServer, path: str, method: str = "GET", **headers: str) -> Reply:
    """Ask over HTTP; a header's name has `_` for `-`."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def test_metrics_are_served(server: OperationsServer) -> None:
    """Prometheus fetches its text format by default."""
    reply = ask(server, "/metrics")

    assert 200 == reply.status
    assert "kettles_total 3.0" in reply.body.decode().splitlines()


def test_metrics_are_compressed_for_those_who_ask(server: OperationsServer) -> None:
    """Prometheus always asks."""
    reply = ask(server, "/metrics", Accept_Encoding="gzip")

    assert "gzip" == reply.headers["Content-Encoding"]
    assert "kettles_total 3.0" in gzip.decompress(reply.body).decode().splitlines()


def test_metrics_are_openmetrics_for_those_who_ask(server: OperationsServer) -> None:
    """The newer format ends with a line that shows it was not cut short."""
    reply = ask(server, "/metrics", Accept=OPENMETRICS)

    assert reply.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "# EOF" == reply.body.decode().splitlines()[-1]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/startupz"])
def test_a_healthy_answer_is_200(server: OperationsServer, health: Health, path: str) -> None:
    """A supervisor looks at the status, a person at the text."""
    health.started()
    health.membership(stable=True)
    health.broker_answered()

    reply = ask(server, path)

    assert 200 == reply.status
    assert b"ok " == reply.body[:3]


@pytest.mark.parametrize("path", ["/readyz", "/startupz"])
def test_an_unhealthy_answer_is_503(server: OperationsServer, path: str) -> None:
    """Before the start nothing is ready, but the port answers already."""
    reply = ask(server, path)

    assert 503 == reply.status
    assert b"FAIL" == reply.body[:4]


def test_each_path_asks_its_own_question(server: OperationsServer, health: Health) -> None:
    """The texts are the answers of `Health`, unchanged."""
    expected = [health.live().text(), health.ready().text(), health.startup().text()]

    assert expected == [ask(server, path).body.decode() for path in ("/livez", "/readyz", "/startupz")]


def test_health_is_never_cached(server: OperationsServer) -> None:
    """An answer of a minute ago is no answer."""
    assert "no-store" == ask(server, "/livez").headers["Cache-Control"]


def test_another_path_is_404_and_lists_those_there_are(server: OperationsServer) -> None:
    """Whoever guessed wrong sees where to go."""
    reply = ask(server, "/health")

    assert 404 == reply.status
    assert ["Paths:", "/metrics", "/livez", "/readyz", "/startupz"] == reply.body.decode().splitlines()


@pytest.mark.parametrize("path", ["/metrics", "/livez"])
def test_another_method_is_405(server: OperationsServer, path: str) -> None:
    """Nothing here can be changed from outside."""
    reply = ask(server, path, method="POST")

    assert 405 == reply.status
    assert "GET" in reply.headers["Allow"]


def test_requests_leave_no_trace_in_the_log(server: OperationsServer, capfd: pytest.CaptureFixture[str]) -> None:
    """A scrape every few seconds is not worth a line."""
    ask(server, "/metrics")
    ask(server, "/nowhere")

    assert ("", "") == capfd.readouterr()


def test_a_client_that_says_nothing_keeps_nobody_waiting(server: OperationsServer) -> None:
    """Each connection has a thread of its own."""
    with socket.create_connection((server.host, server.port)):
        assert 200 == ask(server, "/livez").status


def test_it_listens_to_this_machine_only_by_default(server: OperationsServer) -> None:
    """Metrics tell much about a newsroom; who wants them elsewhere says so."""
    assert "127.0.0.1" == server.host


def test_closing_frees_the_port(registry: CollectorRegistry, health: Health) -> None:
    """The next process can have it at once."""
    first = OperationsServer(registry, health, port=0)
    first.close()

    with OperationsServer(registry, health, port=first.port) as second:
        assert first.port == second.port


def test_closing_twice_is_closing_once(registry: CollectorRegistry, health: Health) -> None:
    """Whoever cleans up need not know who has done so before."""
    server = OperationsServer(registry, health, port=0)
    server.close()

    server.close()

    with pytest.raises(ConnectionRefusedError):
        ask(server, "/livez")


def test_a_port_that_is_taken_is_an_error_with_a_remedy(server: OperationsServer, health: Health) -> None:
    """The message names the port, the setting, and what to set it to."""
    with pytest.raises(SettingsError) as raised:
        OperationsServer(CollectorRegistry(), health, port=server.port)

    assert ("CLAIMWIRE_METRICS_PORT",) == raised.value.keys
    assert (
        f"Metrics and health cannot be served on 127.0.0.1 port {server.port}: the port is taken, perhaps by another "
        "Claimwire. Set CLAIMWIRE_METRICS_PORT to a free port, or to 0 for any."
    ) == str(raised.value)


def test_an_address_that_is_not_ours_is_an_error_with_a_remedy(health: Health) -> None:
    """The message names the setting of the address, not that of the port."""
    documentation_only = "192.0.2.1"  # RFC 5737 gives it to no machine

    with pytest.raises(SettingsError, match="Set CLAIMWIRE_METRICS_HOST to an address of this machine") as raised:
        OperationsServer(CollectorRegistry(), health, port=0, host=documentation_only)

    assert ("CLAIMWIRE_METRICS_HOST",) == raised.value.keys


def test_the_settings_that_are_named_exist() -> None:
    """What a message tells to set can be set."""
    assert {HOST_KEY, PORT_KEY} <= {key(field) for field in Settings.model_fields}
