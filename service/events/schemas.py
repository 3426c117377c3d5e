"""Writes the schemas of the events into docs/schemas; run as `python -m service.events.schemas`."""

from pathlib import Path
from typing import Any, Final

import msgspec

from service.events import labelled, sentence
from service.events.asyncapi import asyncapi

DIRECTORY: Final = Path(__file__).parents[2] / "docs" / "schemas"

Document = dict[str, Any]  # Any: a JSON Schema


def sentence_schema() -> Document:
    """What a producer publishes."""
    return _schema(sentence.SentenceEvent, sentence.SCHEMA, "Sentence to label")


def labelled_schema() -> Document:
    """What the service publishes."""
    return _schema(labelled.LabelledEvent, labelled.SCHEMA, "Labelled sentence")


def files() -> dict[str, str]:
    """The text of every file in docs/schemas, by name."""
    import yaml  # noqa: PLC0415 - only those who change Claimwire need PyYAML

    return {
        "sentence-extracted.json": _json(sentence_schema()),
        "sentence-labelled.json": _json(labelled_schema()),
        "asyncapi.yaml": yaml.safe_dump(_apart(asyncapi()), sort_keys=False, allow_unicode=True, width=120),
    }


def write(directory: Path = DIRECTORY) -> None:
    """Write all of them."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (directory / name).write_text(text, encoding="utf-8")


def _schema(event: type[msgspec.Struct], identifier: str, title: str) -> Document:
    _, types = msgspec.json.schema_components([event], ref_template="#/$defs/{name}")
    for described in types.values():
        # The types refuse what they do not know; the reader leaves it out before they see it.
        described.pop("additionalProperties", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": identifier}
    return {**head, **types.pop(event.__name__), "title": title, "$defs": types}


def _apart(document: Document) -> object:
    # Parts that are one object in Python would become anchors and references in YAML, which few people read with ease.
    return msgspec.json.decode(msgspec.json.encode(document))


def _json(document: Document) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


if __name__ == "__main__":
    write()
