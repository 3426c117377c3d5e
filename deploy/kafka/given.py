"""Uses the broker whose address somebody gave us."""

from collections.abc import Mapping

from deploy.kafka.errors import KindMissingError
from deploy.kafka.kinds import Broker, Kind, Report, Wanted

ADDRESS_KEY = "CLAIMWIRE_BOOTSTRAP_SERVERS"


class GivenBroker(Broker):
    """A broker that was there before us and stays when we are done."""

    kind = Kind.GIVEN

    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.description = f"the broker at {bootstrap_servers}, named by {ADDRESS_KEY}"

    def stop(self) -> None:
        """Leave the broker alone: it is not ours."""


def start(wanted: Wanted, report: Report, environment: Mapping[str, str]) -> GivenBroker:
    """Take the address as it is, however many nodes are behind it; nothing is connected to.

    Raises KindMissingError when no address is given, or when the broker would have to be set up in a special way.
    """
    address = environment.get(ADDRESS_KEY, "").strip()
    if not address:
        raise KindMissingError(Kind.GIVEN, f"{ADDRESS_KEY} is not set")
    if wanted.overrides or wanted.listeners:
        raise KindMissingError(Kind.GIVEN, f"the properties of the broker at {address} are not ours to change")
    return GivenBroker(address)
