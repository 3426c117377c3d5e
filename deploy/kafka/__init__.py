"""Starts a Kafka broker to try and to test with, from whatever this machine has."""

from deploy.kafka.broker import start
from deploy.kafka.errors import (
    BrokerError,
    KindMissingError,
    NoBrokerError,
    PortTakenError,
    StartError,
    UnknownKindError,
)
from deploy.kafka.kinds import Broker, Kind, Wanted

__all__ = [
    "Broker",
    "BrokerError",
    "Kind",
    "KindMissingError",
    "NoBrokerError",
    "PortTakenError",
    "StartError",
    "UnknownKindError",
    "Wanted",
    "start",
]
