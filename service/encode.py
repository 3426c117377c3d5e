"""Turns a sentence and its verdict into the event that is published."""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from models.decision import Verdict
from models.labels import LABELS
from service.decode import Incoming
from service.events.labelled import SCHEMA, TYPE, LabelledEvent, Model, Scores
from service.events.moment import rfc3339
from service.events.sentence import Item
from service.records import Headers, Outgoing
from service.topics import Topics

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:claimwire:event:sentence-labelled")

_Header = tuple[str, bytes]
# Made once and shared by all records.
_LABEL_HEADERS: Final[dict[str, _Header]] = {label: ("claimwire-label", label.encode()) for label in LABELS}
_CONFIDENCE_HEADERS: Final[list[_Header]] = [("claimwire-confidence", b"%.3f" % (i / 1000)) for i in range(1001)]
_VARIANT: Final = "89ab" * 4  # the two bits that say "RFC 9562" replace the highest of this digit (section 4.1)
_NO_ITEM: Final = Item()
_encode = msgspec.json.Encoder().encode


class Encoder:
    """Makes events in the name of one model.

    Every event carries CloudEvents 1.0 attributes as headers (binary mode of its Kafka binding), and two headers to
    route by without opening the value: `claimwire-label`, and `claimwire-confidence`, rounded down to three decimals.

    The id of an event depends only on what caused it and on the model, so that a sentence that is labelled twice comes
    out under the same id twice.
    """

    def __init__(
        self,
        topics: Topics,
        model_name: str,
        model_version: str,
        model_sha256: str,
        clock: Callable[[], float] = time.time,
        source: str = "/claimwire",
    ) -> None:
        self._topics = {label: topics.of(label) for label in LABELS}
        self._review = topics.review
        self._model = Model(name=model_name, version=model_version, sha256=model_sha256)
        self._clock = clock
        self._constant: Headers = [
            ("ce_specversion", b"1.0"),
            ("ce_type", TYPE.encode()),
            ("ce_source", source.encode()),
            ("ce_dataschema", SCHEMA.encode()),
            ("content-type", b"application/json"),
        ]

    def __call__(self, incoming: Incoming, verdict: Verdict) -> Outgoing:
        """The record to publish for one sentence: on its label's topic when accepted, for review otherwise."""
        return self.batch([(incoming, verdict)])[0]

    def batch(self, judged: Iterable[tuple[Incoming, Verdict]]) -> list[Outgoing]:
        """The records to publish for many sentences, in order; they share one time."""
        now = rfc3339(self._clock())
        shared = [*self._constant, ("ce_time", now.encode())]
        return [
            Outgoing(
                self._topics[verdict.label] if verdict.accepted else self._review,
                incoming.record.key,
                _encode(self._event(incoming, verdict, now)),
                self._headers(incoming, verdict, shared),
            )
            for incoming, verdict in judged
        ]

    def _event(self, incoming: Incoming, verdict: Verdict, now: str) -> LabelledEvent:
        sentence = incoming.sentence
        item = sentence.item or _NO_ITEM
        return LabelledEvent(
            sentence_id=incoming.sentence_id,
            text=sentence.text,
            label=verdict.label,
            confidence=verdict.confidence,
            scores=Scores(*verdict.scores),
            decision="accepted" if verdict.accepted else "abstained",
            threshold=verdict.threshold,
            reason=verdict.reason,
            model=self._model,
            labelled_at=now,
            language=sentence.language,
            index=sentence.index,
            paragraph_index=sentence.paragraph_index,
            span=sentence.span,
            role=sentence.role,
            item_uri=item.uri,
            item_version=item.version,
            item_version_created=item.version_created,
            item_pub_status=item.pub_status,
            item_embargoed_until=item.embargoed_until,
            item_canonical_url=item.canonical_url,
            item_alt_ids=item.alt_ids,
        )

    def _headers(self, incoming: Incoming, verdict: Verdict, shared: Headers) -> Headers:
        headers = [
            *shared,
            ("ce_id", self._id(incoming)),
            ("ce_subject", incoming.sentence_id.encode()),
            ("ce_causationid", incoming.cause_id.encode()),
            _LABEL_HEADERS[verdict.label],
            _CONFIDENCE_HEADERS[int(verdict.confidence * 1000)],
        ]
        if incoming.correlation_id:
            headers.append(("ce_correlationid", incoming.correlation_id.encode()))
        if incoming.partition_key:
            headers.append(("ce_partitionkey", incoming.partition_key.encode()))
        if incoming.trace.parent:
            headers.append(("traceparent", incoming.trace.parent.encode()))
        if incoming.trace.state:
            headers.append(("tracestate", incoming.trace.state.encode()))
        return headers

    def _id(self, incoming: Incoming) -> bytes:
        # Decoding lets neither a NUL nor an empty source through, so that no two causes are written alike.
        cause = f"{incoming.cause_source or ''}\0{incoming.cause_id}\0{self._model.name}\0{self._model.version}"
        return uuid5(NAMESPACE, cause)


def uuid5(namespace: uuid.UUID, name: str) -> bytes:
    """The text of `uuid.uuid5(namespace, name)`, in less than half the time (RFC 9562, section 5.5)."""
    digits = hashlib.sha1(namespace.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[int(digits[16], 16)]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}".encode()
