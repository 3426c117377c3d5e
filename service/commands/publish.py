"""`claimwire publish`: splits articles into sentences and puts them on the input topic."""

import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
import msgspec
from kafka import KafkaProducer
from kafka.producer.future import FutureRecordMetadata
from rich.console import Console
from rich.progress import Progress

from service.articles import split_article
from service.broker.clients import abandon, make_producer
from service.broker.delivery import CLOSE_S
from service.broker.reaching import reach, wait_for_broker
from service.broker.remedies import remedy
from service.broker.sending import answers
from service.commands.needed_topics import look_for
from service.commands.texts import STANDARD_INPUT, opened
from service.events.sentence import SentenceEvent
from service.records import Headers
from service.settings import Settings, load

PATIENCE_S = 10.0  # a person waits at the prompt
SOURCE = b"/claimwire/publish"
TYPE = b"claimwire.sentence.extracted.v1"


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
def publish(files: tuple[Path, ...]) -> None:
    """Publish the sentences of FILES, or of standard input, as events.

    A file is an article: its headline on the first line, a blank line between paragraphs. Publishing the same article
    again makes the same sentence ids.
    """
    settings = load(os.environ, broker_limit_s=PATIENCE_S)
    wait_for_broker(settings)
    look_for(settings, "topic_sentences")
    articles = [_read(path) for path in files or (STANDARD_INPUT,)]  # all of them, or none is published
    producer = reach(settings, lambda: make_producer(settings, None))
    futures = []
    try:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            for article in progress.track(articles, description="Publishing"):
                futures += reach(settings, partial(_send, settings, producer, article))
        reach(settings, lambda: _confirm(settings, producer, futures))
    finally:
        abandon(producer, CLOSE_S)
    click.echo(f"published {len(futures)} sentences on {settings.topic_sentences}")


def _read(path: Path) -> str:
    with opened(path) as (_, text):
        return text.read()


def _send(settings: Settings, producer: KafkaProducer, article: str) -> list[FutureRecordMetadata]:
    return [
        producer.send(settings.topic_sentences, key=keyed, value=value, headers=headers)
        for keyed, value, headers in map(record, split_article(article))
    ]


def _confirm(settings: Settings, producer: KafkaProducer, futures: Sequence[FutureRecordMetadata]) -> None:
    errors = answers(producer, futures, settings.delivery_timeout_s, time.monotonic)
    if failures := [error for error in errors if error is not None]:
        raise max(failures, key=remedy)


def record(sentence: SentenceEvent) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of a sentence's event: keyed by its item, so that an item's sentences keep their order."""
    uri = sentence.item.uri if sentence.item and sentence.item.uri else sentence.sentence_id
    identity = (sentence.sentence_id or "").encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", identity),
        ("ce_source", SOURCE),
        ("ce_type", TYPE),
        ("ce_subject", identity),
        ("content-type", b"application/json"),
    ]
    return (uri or "").encode(), msgspec.json.encode(sentence), headers
