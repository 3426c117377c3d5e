"""Says at once which topic a command needs and the broker does not have; a producer would only time out."""

from service.broker.clients import make_admin
from service.broker.reaching import reach
from service.broker.topics import left_to_broker, missing
from service.errors import BrokerRefusedError
from service.settings import Settings, key


def look_for(settings: Settings, *fields: str) -> None:
    """Find out whether the topics that these fields of the settings name are there.

    Raises BrokerRefusedError for the first that is missing or that we may not know of.
    """
    if left_to_broker(settings):
        return
    names = {getattr(settings, field): field for field in fields}
    with reach(settings, lambda: make_admin(settings)) as admin:
        absent = reach(settings, lambda: missing(admin, names))
    for name in absent:
        raise BrokerRefusedError(
            f"The topic {name} is missing. Create it with `claimwire topics create`, or correct {key(names[name])}."
        )
