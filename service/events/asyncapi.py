"""The AsyncAPI document: which events walk over which topics, told to programs."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from models.labels import LABELS
from service.dead_letters import HEADERS, PREFIX
from service.errors import Reason, Stage
from service.events import example, labelled, sentence
from service.records import Outgoing
from service.topics import Topics

Document = dict[str, Any]  # Any: JSON, as AsyncAPI 3.0.0 lays it out

BINDING: Final = {"bindingVersion": "0.5.0"}
KEY: Final = {"kafka": {"key": {"type": ["string", "null"], "description": "Recommended: item.uri."}, **BINDING}}

TRAITS: Final[Mapping[str, Mapping[str, Document]]] = {
    "cloudEvents": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"description": "With ce_source, unique to this event."},
        "ce_source": {"description": "Who published the event."},
        "ce_type": {"description": "What happened."},
        "ce_time": {"description": "When it was published.", "format": "date-time"},
        "ce_subject": {"description": "The sentence_id."},
        "ce_dataschema": {"description": "The $id of the schema that the value follows."},
        "ce_correlationid": {"description": "What the event belongs to; copied from record to record."},
        "ce_causationid": {"description": "The ce_id of the event that caused this one, or its place in Kafka."},
        "ce_partitionkey": {"description": "Copied from record to record."},
        "content-type": {"const": "application/json"},
    },
    "traceContext": {
        "traceparent": {"description": "W3C Trace Context; passed on when it is valid."},
        "tracestate": {"description": "W3C Trace Context; passed on when it and traceparent are valid."},
    },
    "routing": {
        "claimwire-label": {"enum": [str(label) for label in LABELS], "description": "The label of the event."},
        "claimwire-confidence": {"pattern": r"^[01]\.\d{3}$", "description": "Its confidence, rounded down."},
    },
}
ALWAYS: Final = (
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_subject",
    "ce_dataschema",
    "ce_causationid",
    "content-type",
    "claimwire-label",
    "claimwire-confidence",
)
"""The headers that every labelled sentence has."""

DEAD_LETTER: Final[Mapping[str, Document]] = {
    "topic": {"description": "Where the record came from, and where `claimwire replay` puts it back."},
    "partition": {"pattern": r"^\d+$", "description": "Its partition there."},
    "offset": {"pattern": r"^\d+$", "description": "Its offset there."},
    "timestamp": {"pattern": r"^-?\d+$", "description": "Its timestamp there, in milliseconds since 1970 (UTC)."},
    "stage": {"enum": [str(stage) for stage in Stage], "description": "The step at which it was given up."},
    "reason": {"enum": [str(reason) for reason in Reason], "description": "Why."},
    "class": {"description": "The error's class in the program."},
    "message": {"maxLength": 1000, "description": "The error in words, with a remedy; nothing of the text."},
    "null-headers": {"pattern": r"^(\d+(,\d+)*)?$", "description": "Places of headers that came without a value."},
    "service-version": {"description": "Version of Claimwire."},
    "model-version": {"description": "Version of its model."},
    "time": {"format": "date-time", "description": "When it was set aside."},
}


def asyncapi() -> Document:
    """The document, for the topics' default names."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Claimwire",
            "version": "1.0.0",
            "description": "Labels news sentences. Every record that comes in goes out on exactly one other topic.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "localhost:9092", "protocol": "kafka", "description": "Where yours is."}},
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": {"sentence": _sentence(), "labelled": _labelled(), "deadLetter": _dead_letter()},
            "messageTraits": {name: {"headers": _headers(headers)} for name, headers in TRAITS.items()},
        },
    }


def _channels() -> Document:
    topics = Topics()
    told = {
        "sentences": (topics.sentences, "sentence", "Sentences to label."),
        "claims": (topics.claims, "labelled", "Sentences that assert something."),
        "denials": (topics.denials, "labelled", "Sentences that deny something."),
        "clarifications": (topics.clarifications, "labelled", "Sentences that put something right."),
        "other": (topics.other, "labelled", "Sentences that do none of these."),
        "review": (topics.review, "labelled", "Sentences on which the model abstained; for people to look at."),
        "deadLetters": (topics.dead_letters, "deadLetter", "Records that cannot be labelled."),
    }
    return {name: _channel(*facts) for name, facts in told.items()}


def _channel(address: str, message: str, description: str) -> Document:
    return {
        "address": address,
        "description": description,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"kafka": BINDING},
    }


def _operations() -> Document:
    group = {"kafka": {"groupId": {"type": "string", "default": "claimwire"}, **BINDING}}
    read = {"readSentences": "sentences", "replayDeadLetters": "deadLetters"}
    written = {
        "publishClaims": "claims",
        "publishDenials": "denials",
        "publishClarifications": "clarifications",
        "publishOther": "other",
        "publishForReview": "review",
        "setAside": "deadLetters",
        "putBack": "sentences",
    }
    operations = {name: _operation("receive", channel) for name, channel in read.items()}
    operations |= {name: _operation("send", channel) for name, channel in written.items()}
    operations["readSentences"]["bindings"] = group
    return operations


def _operation(action: str, channel: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _sentence() -> Document:
    return {
        "name": sentence.TYPE,
        "title": "Sentence to label",
        "summary": "One sentence of a news item. Every header is optional.",
        "traits": _traits("cloudEvents", "traceContext"),
        "payload": {"$ref": "./sentence-extracted.json"},
        "bindings": KEY,
        "examples": [_example(example.extracted())],
    }


def _labelled() -> Document:
    return {
        "name": labelled.TYPE,
        "title": "Labelled sentence",
        "summary": "The sentence, and what a model says of it.",
        "traits": _traits("cloudEvents", "traceContext", "routing"),
        "headers": {"type": "object", "required": list(ALWAYS)},
        "payload": {"$ref": "./sentence-labelled.json"},
        "bindings": KEY,
        "examples": [_example(example.labelled())],
    }


def _dead_letter() -> Document:
    named = {PREFIX + name: schema for name, schema in DEAD_LETTER.items()}
    return {
        "name": "claimwire.dead-letter",
        "title": "Dead letter",
        "summary": "A record as it came - key, value and headers - and, in its last headers, why it was set aside.",
        "contentType": "application/octet-stream",
        "headers": {**_headers(named), "required": list(HEADERS)},
        "payload": {"description": "The value as it came, whatever it was."},
        "examples": [_example(example.set_aside())],
    }


def _headers(properties: Mapping[str, Document]) -> Document:
    return {"type": "object", "properties": {name: {"type": "string", **rest} for name, rest in properties.items()}}


def _traits(*names: str) -> list[Document]:
    return [{"$ref": f"#/components/messageTraits/{name}"} for name in names]


def _example(record: Outgoing) -> Document:
    headers = {name: value.decode() for name, value in record.headers}
    return {"headers": headers, "payload": msgspec.json.decode(record.value or b"null")}
