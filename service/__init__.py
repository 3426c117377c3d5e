"""Runs a model on a Kafka topic: every sentence in comes out once, labelled, on the topic of its label."""

from importlib.metadata import version

__version__ = version("claimwire")
