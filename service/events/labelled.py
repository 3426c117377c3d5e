"""The event that goes out: the sentence again, and what a model says of it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from models.labels import Label
from service.events.sentence import AltId, Count, PubStatus, Role, Span

TYPE = "claimwire.sentence.labelled.v1"
SCHEMA = "urn:claimwire:schema:sentence-labelled:1.0.0"  # a name, not an address; the file is in docs/schemas

Probability = Annotated[float, Meta(ge=0, le=1)]
Decision = Literal["accepted", "abstained"]


class Scores(Struct, frozen=True, gc=False):
    """The calibrated probability of each label; they add up to 1."""

    claim: Probability
    denial: Probability
    clarification: Probability
    other: Probability


class Model(Struct, frozen=True, gc=False):
    """The model that read the sentence."""

    name: Annotated[str, Meta(description="Which family of models it belongs to.")]
    version: Annotated[str, Meta(description="Its version.")]
    sha256: Annotated[str, Meta(description="Hash of its file, so that nobody has to trust the version.")]


class LabelledEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One sentence with its label. A field that is absent is null, or was not given by the sentence's producer."""

    sentence_id: Annotated[
        str, Meta(description="As it came in, or the record's place in Kafka when the producer gave none.")
    ]
    text: Annotated[str, Meta(description="The sentence, as it came in.")]
    label: Annotated[Label, Meta(description="The best label, before any abstention.")]
    confidence: Annotated[Probability, Meta(description="The calibrated probability of that label.")]
    scores: Annotated[Scores, Meta(description="The calibrated probability of every label.")]
    decision: Annotated[
        Decision, Meta(description="`abstained`: below the threshold; published on the review topic only.")
    ]
    threshold: Annotated[Probability, Meta(description="What the confidence had to reach for this label.")]
    reason: Annotated[str | None, Meta(description="Why the text was not shown to a reader; null when it was.")] = None
    model: Annotated[Model, Meta(description="Which model said so.")]
    labelled_at: Annotated[str, Meta(description="When (RFC 3339, UTC).", extra_json_schema={"format": "date-time"})]
    language: Annotated[str | None, Meta(description="As it came in.")] = None
    index: Annotated[Count | None, Meta(description="As it came in.")] = None
    paragraph_index: Annotated[Count | None, Meta(description="As it came in.")] = None
    span: Annotated[Span | None, Meta(description="As it came in.")] = None
    role: Annotated[Role, Meta(description="As it came in.")] = "unknown"
    item_uri: Annotated[str | None, Meta(description="The `uri` of the item, as it came in.")] = None
    item_version: Annotated[str | None, Meta(description="The `version` of the item, as it came in.")] = None
    item_version_created: Annotated[str | None, Meta(description="The `version_created` of the item.")] = None
    item_pub_status: Annotated[PubStatus | None, Meta(description="The `pub_status` of the item.")] = None
    item_embargoed_until: Annotated[str | None, Meta(description="The `embargoed_until` of the item.")] = None
    item_canonical_url: Annotated[str | None, Meta(description="The `canonical_url` of the item.")] = None
    item_alt_ids: Annotated[tuple[AltId, ...], Meta(description="The `alt_ids` of the item.")] = ()
