"""What CloudEvents says about a record: where it comes from, and what it belongs to."""

import base64
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from service.errors import BadRecordError, Reason, Stage
from service.events.reading import read_json
from service.events.trace_context import NO_TRACE, TraceContext, trace_context

STRUCTURED: Final = b"application/cloudevents+json"
LONGEST: Final = 512  # characters of an attribute; the same as of a sentence's id, which it may have to stand for

_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Attributes(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a record is wrapped in, as far as it is used; None for what it lacks.

    All of it is a stranger's word: an attribute that is too long, not UTF-8 or not printable counts as absent.
    """

    id: str | None = None
    source: str | None = None
    subject: str | None = None
    correlationid: str | None = None
    partitionkey: str | None = None
    trace: TraceContext = NO_TRACE


NOTHING: Final = Attributes()


def unwrap(headers: Sequence[tuple[str, bytes | None]], value: bytes) -> tuple[Attributes, bytes]:
    """Separate a record's attributes from its event, in binary and in structured content mode.

    The record is in structured mode when its `content-type` says so (CloudEvents, Kafka binding, section 3). Of two
    headers of the same name the last one counts.

    Raises BadRecordError when the envelope of structured mode cannot be read or has no data.
    """
    if not headers:
        return NOTHING, value
    named = dict(headers)
    content_type = named.get("content-type") or named.get("Content-Type") or b""
    if content_type[: len(STRUCTURED)].lower() == STRUCTURED:
        envelope = read_json(value, _objects.decode)
        return _from_envelope(envelope, named), _data(envelope)
    return _from_headers(named), value


def _from_headers(named: Mapping[str, bytes | None]) -> Attributes:
    return Attributes(
        id=_text(named.get("ce_id")),
        source=_text(named.get("ce_source")),
        subject=_text(named.get("ce_subject")),
        # X-Request-Id is what newsrooms that grew up with HTTP call the same thing.
        correlationid=_text(named.get("ce_correlationid") or named.get("X-Request-Id")),
        partitionkey=_text(named.get("ce_partitionkey")),
        trace=_trace(named, _text(named.get("ce_traceparent")), _text(named.get("ce_tracestate"))),
    )


def _from_envelope(envelope: Mapping[str, msgspec.Raw], named: Mapping[str, bytes | None]) -> Attributes:
    return Attributes(
        id=_member(envelope, "id"),
        source=_member(envelope, "source"),
        subject=_member(envelope, "subject"),
        correlationid=_member(envelope, "correlationid"),
        partitionkey=_member(envelope, "partitionkey"),
        trace=_trace(named, _member(envelope, "traceparent"), _member(envelope, "tracestate")),
    )


def _trace(named: Mapping[str, bytes | None], parent: str | None, state: str | None) -> TraceContext:
    # The plain headers tell of the last hop, the attributes only of where the event began.
    hop = _text(named.get("traceparent"))
    return trace_context(parent, state) if hop is None else trace_context(hop, _text(named.get("tracestate")))


def _text(value: bytes | None) -> str | None:
    if not value or len(value) > LONGEST * 4:  # UTF-8 takes up to 4 bytes a character
        return None
    try:
        return _believable(value.decode())
    except UnicodeDecodeError:
        return None


def _member(envelope: Mapping[str, msgspec.Raw], name: str) -> str | None:
    value = bytes(envelope.get(name, b""))
    return _believable(msgspec.json.decode(value, type=str)) if value.startswith(b'"') else None


def _believable(text: str) -> str | None:
    return text if text.isprintable() and 0 < len(text) <= LONGEST else None


def _data(envelope: Mapping[str, msgspec.Raw]) -> bytes:
    if "data" in envelope:
        return bytes(envelope["data"])
    if "data_base64" in envelope:
        return read_json(bytes(envelope["data_base64"]), _from_base64)
    raise BadRecordError(
        Reason.MISSING_TEXT, Stage.DECODE, "The CloudEvent has no data. Put the sentence event into `data`."
    )


def _from_base64(value: bytes) -> bytes:
    encoded = msgspec.json.decode(value, type=str)
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        pass
    raise msgspec.ValidationError("Expected base64 - at `$.data_base64`")
