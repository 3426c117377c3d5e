"""One sentence on its way through the service, for schemas and docs to show."""

from typing import Final, NamedTuple

import msgspec

from models.decision import Verdict
from models.labels import Label
from service.dead_letters import DeadLetterWriter
from service.decode import Decoder
from service.encode import Encoder
from service.errors import BadRecordError
from service.events.sentence import SCHEMA, TYPE, AltId, Item, SentenceEvent, Span
from service.records import Headers, Outgoing
from service.topics import Topics

URI: Final = "urn:newsml:example.com:20260314:harbour-tunnel"
SENTENCE: Final = SentenceEvent(
    sentence_id=f"{URI}#v2/s7",
    text="The port authority denied that the tunnel had been closed on the engineers' advice.",
    index=7,
    paragraph_index=3,
    span=Span(start=1204, end=1287),
    role="body",
    language="en",
    item=Item(
        uri=URI,
        version="2",
        version_created="2026-03-14T17:02:11Z",
        pub_status="usable",
        headline="Harbour tunnel closed without notice",
        provider="example.com",
        canonical_url="https://example.com/harbour-tunnel",
        alt_ids=(AltId(role="cms", value="4471"),),
    ),
)
VERDICT: Final = Verdict(Label.DENIAL, 0.9712, (0.0201, 0.9712, 0.0079, 0.0008), accepted=True, threshold=0.8)
MOMENT: Final = 1_773_507_732.031  # 14 March 2026, 17:02:12.031 UTC


class _Record(NamedTuple):
    value: bytes | None
    headers: Headers
    topic: str = Topics().sentences
    partition: int = 3
    offset: int = 1_042
    timestamp: int = 1_773_507_731_500
    key: bytes | None = URI.encode()


def extracted() -> Outgoing:
    """The sentence, as a producer may publish it."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_type", TYPE.encode()),
        ("ce_source", b"/newsroom/splitter"),
        ("ce_id", b"6a2f1c1e-58f5-4f0a-9d43-0b8f4b6b1c55"),
        ("ce_time", b"2026-03-14T17:02:11.500Z"),
        ("ce_dataschema", SCHEMA.encode()),
        ("ce_correlationid", b"tid_k3v9q2"),
        ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("content-type", b"application/json"),
    ]
    return Outgoing(Topics().sentences, URI.encode(), msgspec.json.encode(SENTENCE), headers)


def labelled() -> Outgoing:
    """The same sentence, as the service publishes it."""
    published = extracted()
    incoming = Decoder()(_Record(published.value, published.headers))
    encoder = Encoder(Topics(), "first-reader", "1.0.0", "5f" * 32, clock=lambda: MOMENT)
    return encoder(incoming, VERDICT)


def set_aside() -> Outgoing:
    """What becomes of a record that has no text in it."""
    record = _Record(b'{"headline": "Harbour tunnel closed without notice"}', [("X-Request-Id", b"tid_k3v9q2")])
    writer = DeadLetterWriter(Topics().dead_letters, "0.1.0", "1.0.0", clock=lambda: MOMENT)
    try:
        Decoder()(record)
    except BadRecordError as error:
        return writer(record, error)
    raise AssertionError("the example has a text")
