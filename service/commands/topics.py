"""`claimwire topics`: the topics that the service reads and writes, made and shown."""

import os

import click
from rich.console import Console
from rich.table import Table

from service.broker.clients import make_admin
from service.broker.reaching import reach, wait_for_broker
from service.broker.topics import HOUR_MS, left_to_broker, missing
from service.broker.topics import create as create_topics
from service.broker.topics import describe as describe_topics
from service.settings import key, load

PATIENCE_S = 10.0  # a person waits at the prompt; the service itself waits longer


@click.group()
def topics() -> None:
    """Create and describe the topics."""


@topics.command()
def create() -> None:
    """Create the topics that are missing; those that are there are left as they are."""
    settings = load(os.environ, broker_limit_s=PATIENCE_S)
    wait_for_broker(settings)
    if left_to_broker(settings):
        click.echo(f"{key('api_version')} is set, so the broker makes each topic at its first use")
        return
    with_admin = reach(settings, lambda: make_admin(settings))
    absent = reach(settings, lambda: missing(with_admin, settings.topics))
    made = reach(settings, lambda: create_topics(with_admin, settings, absent)) if absent else []
    for name in settings.topics:
        click.echo(f"{'created' if name in made else 'there'}  {name}")
    with_admin.close()


@topics.command()
def describe() -> None:
    """Show what the broker says of the topics."""
    settings = load(os.environ, broker_limit_s=PATIENCE_S)
    wait_for_broker(settings)
    admin = reach(settings, lambda: make_admin(settings))
    found = {topic.name: topic for topic in reach(settings, lambda: describe_topics(admin, settings.topics))}
    admin.close()
    table = Table("use", "topic", "partitions", "replicas", "kept", "largest record", box=None, pad_edge=False)
    table.columns[1].no_wrap = True
    for use, name in zip(settings.topics._fields, settings.topics, strict=True):
        topic = found.get(name)
        if topic is None:
            table.add_row(use, name, "missing", style="red")
            continue
        kept = "" if topic.retention_ms is None else f"{topic.retention_ms / HOUR_MS:g} h"
        largest = "" if topic.largest_record_bytes is None else f"{topic.largest_record_bytes / 1024:,.0f} KiB"
        table.add_row(use.replace("_", " "), name, str(topic.partitions), str(topic.replicas), kept, largest)
    Console().print(table)
    if len(found) < len(settings.topics):
        click.echo("`claimwire topics create` makes those that are missing.")
