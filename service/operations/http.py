"""One port on which Prometheus fetches the metrics and a supervisor asks after the health."""

import errno
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from prometheus_client import CollectorRegistry, make_wsgi_app

from service.errors import SettingsError
from service.operations.health import Answer, Health

HOST_KEY, PORT_KEY = "CLAIMWIRE_METRICS_HOST", "CLAIMWIRE_METRICS_PORT"
PATIENCE_S = 10  # for one request; a client that stops halfway must not hold a thread for ever
CLOSING_POLL_S = 0.1  # how often the server looks whether it should stop

log = structlog.get_logger("http")


def application(registry: CollectorRegistry, health: Health) -> WSGIApplication:
    """The four paths as a WSGI application; `/metrics` gives gzip and OpenMetrics to those who ask for them."""
    metrics: WSGIApplication = make_wsgi_app(registry)
    questions: dict[str, Callable[[], Answer]] = {
        "/livez": health.live,
        "/readyz": health.ready,
        "/startupz": health.startup,
    }

    def dispatch(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environ, start_response)
        if path not in questions:
            return _text(start_response, "404 Not Found", "\n".join(["Paths:", "/metrics", *questions, ""]))
        if environ["REQUEST_METHOD"] != "GET":
            return _text(start_response, "405 Method Not Allowed", "Use GET.\n", ("Allow", "GET"))
        answer = questions[path]()
        return _text(start_response, "200 OK" if answer.healthy else "503 Service Unavailable", answer.text())

    return dispatch


def _text(start_response: StartResponse, status: str, body: str, *headers: tuple[str, str]) -> list[bytes]:
    content = body.encode()
    start_response(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            *headers,
        ],
    )
    return [content]


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE_S

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server names it so
        """Write nothing: a scrape every few seconds is not worth a line."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_port = False  # two processes on one port would each get some of the scrapes

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server for our name, as http.server does: it may be slow or not there."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # typeshed allows bytes
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong with one request, where the base class prints a traceback."""
        log.warning("A request for metrics or health failed", client=str(client_address), exc_info=sys.exception())


class OperationsServer:
    """Serves metrics and health from a thread of its own until it is closed.

    Port 0 takes any free port; `port` says which. Raises SettingsError when it cannot listen there.
    """

    def __init__(self, registry: CollectorRegistry, health: Health, port: int, host: str = "127.0.0.1") -> None:
        try:
            self._server = _Server(host, port)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error
        self._server.set_app(application(registry, health))
        self.host = host
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(CLOSING_POLL_S,), name="operations-http", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def close(self) -> None:
        """Stop listening; blocks for a moment, and does nothing the second time."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        """Serve; it does already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close."""
        self.close()


def _cannot_listen(host: str, port: int, error: OSError) -> SettingsError:
    where = f"Metrics and health cannot be served on {host} port {port}"
    match error.errno:
        case errno.EADDRINUSE:
            problem = f"the port is taken, perhaps by another Claimwire. Set {PORT_KEY} to a free port, or to 0 for any"
            return SettingsError((PORT_KEY,), f"{where}: {problem}.")
        case errno.EACCES:
            problem = f"this user may not open it. Set {PORT_KEY} to 1024 or above"
            return SettingsError((PORT_KEY,), f"{where}: {problem}.")
    return SettingsError((HOST_KEY,), f"{where}: {error.strerror}. Set {HOST_KEY} to an address of this machine.")
