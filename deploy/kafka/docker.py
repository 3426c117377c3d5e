"""Whether a broker can be had from a Docker engine; `container.py` says how."""

from collections.abc import Mapping

from deploy.kafka.errors import KindMissingError
from deploy.kafka.kinds import Broker, Kind, Report, Wanted


def start(wanted: Wanted, report: Report, environment: Mapping[str, str]) -> Broker:
    """Start a node in a container and wait until it is ready; downloads the image when it is not there yet.

    Raises KindMissingError when no Docker engine answers within about a second, when the image cannot be had, or when
    several nodes or further listeners are wanted, and StartError when Kafka does not start.
    """
    if wanted.nodes != 1 or wanted.listeners:
        raise KindMissingError(Kind.DOCKER, "here it runs one node with one listener, and more is asked for")
    try:
        from deploy.kafka import container  # noqa: PLC0415 - testcontainers, a development dependency, may be missing
    except ImportError as error:
        raise KindMissingError(Kind.DOCKER, f"testcontainers is missing ({error}); `make setup` installs it") from error
    container.require_engine()
    return container.start(wanted.overrides, report)
