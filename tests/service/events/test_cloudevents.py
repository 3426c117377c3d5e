"""How a record is unwrapped, in both content modes of CloudEvents."""

import base64
import json
from typing import Any

import pytest

from service.errors import BadRecordError, Reason
from service.events.cloudevents import LONGEST, NOTHING, Attributes, unwrap
from service.events.trace_context import TraceContext

EVENT = b'{"text": "The quay is open."}'
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


def attributes(*headers: tuple[str, bytes | None]) -> Attributes:
    """What a record with these headers is wrapped in."""
    return unwrap(headers, EVENT)[0]


def envelope(**members: Any) -> bytes:
    """A record's value in structured mode."""
    return json.dumps({"specversion": "1.0", "id": "1", "source": "/desk", "type": "t", **members}).encode()


def test_a_record_without_headers_is_wrapped_in_nothing() -> None:
    """Without headers there are no attributes, and the value is the event."""
    assert (NOTHING, EVENT) == unwrap([], EVENT)


def test_binary_mode_has_its_attributes_in_headers() -> None:
    """In binary mode the attributes are headers, and the value is the event."""
    headers = [
        ("ce_id", b"1"),
        ("ce_source", b"/desk"),
        ("ce_subject", b"s7"),
        ("ce_correlationid", b"tid_1"),
        ("ce_partitionkey", b"urn:x:1"),
        ("content-type", b"application/json"),
    ]
    expected = Attributes(id="1", source="/desk", subject="s7", correlationid="tid_1", partitionkey="urn:x:1")

    assert (expected, EVENT) == unwrap(headers, EVENT)


def test_structured_mode_has_them_around_the_event() -> None:
    """In structured mode the value holds the attributes, and the event as `data`."""
    value = envelope(subject="s7", correlationid="tid_1", partitionkey="urn:x:1", data=json.loads(EVENT))
    expected = Attributes(id="1", source="/desk", subject="s7", correlationid="tid_1", partitionkey="urn:x:1")

    assert (expected, EVENT) == unwrap(STRUCTURED, value)


def test_structured_data_may_be_base64() -> None:
    """Producers that hold bytes write the event as `data_base64`."""
    value = envelope(data_base64=base64.b64encode(EVENT).decode())

    assert EVENT == unwrap(STRUCTURED, value)[1]


def test_the_content_type_may_be_written_as_in_http() -> None:
    """The mode is recognised whatever the case of the content type and of its name."""
    headers = [("Content-Type", b"Application/CloudEvents+JSON")]

    assert EVENT == unwrap(headers, envelope(data=json.loads(EVENT)))[1]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (envelope(), Reason.MISSING_TEXT),
        (envelope(data_base64="The quay!"), Reason.WRONG_TYPE),
        (envelope(data_base64=5), Reason.WRONG_TYPE),
        (b"[]", Reason.WRONG_TYPE),
        (b"{", Reason.INVALID_JSON),
        (b'{"\xff": 1}', Reason.INVALID_UTF8),
        (b'{"data":' * 1000, Reason.INVALID_JSON),
    ],
)
def test_a_broken_envelope_is_refused(value: bytes, reason: Reason) -> None:
    """An envelope that cannot be read, or is empty, has a reason of its own."""
    with pytest.raises(BadRecordError) as caught:
        unwrap(STRUCTURED, value)

    assert reason == caught.value.reason


def test_a_request_id_is_a_correlation_id() -> None:
    """The header that newsrooms use over HTTP is understood."""
    assert Attributes(correlationid="tid_1") == attributes(("X-Request-Id", b"tid_1"))


@pytest.mark.parametrize(
    "value", [None, b"", b"\xff", b"a\nb", b"a\0b", "a\u200bb".encode(), b"x" * (LONGEST + 1), b"x" * 1_000_000]
)
def test_an_attribute_that_is_not_believable_counts_as_absent(value: bytes | None) -> None:
    """What is not printable UTF-8 of bearable length is left out."""
    assert NOTHING == attributes(("ce_id", value))


def test_an_attribute_of_another_type_counts_as_absent() -> None:
    """In structured mode an attribute that is no string is left out."""
    value = envelope(correlationid=5, subject=None, data={})

    assert Attributes(id="1", source="/desk") == unwrap(STRUCTURED, value)[0]


def test_of_two_headers_of_one_name_the_last_counts() -> None:
    """A header that was added later stands for the one before."""
    assert Attributes(id="2") == attributes(("ce_id", b"1"), ("ce_id", b"2"))


def test_the_last_hop_comes_before_the_origin() -> None:
    """Of the two places for a trace the plain headers are believed first."""
    found = attributes(
        ("ce_traceparent", OTHER_PARENT.encode()), ("traceparent", PARENT.encode()), ("tracestate", b"a=1")
    )

    assert TraceContext(PARENT, "a=1") == found.trace


def test_the_origin_stands_in_for_a_missing_hop() -> None:
    """Without plain headers the attributes tell of the trace, in either mode."""
    binary = attributes(("ce_traceparent", PARENT.encode()))
    structured = unwrap(STRUCTURED, envelope(traceparent=PARENT, data={}))[0]

    assert (TraceContext(PARENT, None), TraceContext(PARENT, None)) == (binary.trace, structured.trace)
