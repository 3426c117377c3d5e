"""Everything that can be set, by environment variable or by file, and what is refused."""

from service.settings.fields import PREFIX, Settings, key
from service.settings.loading import FILE_KEY, load
from service.settings.values import Delivery, LogFormat, LogLevel, SaslMechanism, SecurityProtocol

__all__ = [
    "FILE_KEY",
    "PREFIX",
    "Delivery",
    "LogFormat",
    "LogLevel",
    "SaslMechanism",
    "SecurityProtocol",
    "Settings",
    "key",
    "load",
]
