"""The event that comes in: one sentence, and the news item that it was taken from."""

# gc=False on these and other events: they are trees without cycles, and a batch makes thousands of them.
# forbid_unknown_fields: what is not a field of ours may be one under another name, which the reader has to look up.

from typing import Annotated, Literal

from msgspec import Meta, Struct

TYPE = "claimwire.sentence.extracted.v1"  # what our own splitter calls it; a newsroom's own type is as good
SCHEMA = "urn:claimwire:schema:sentence-extracted:1.0.0"  # a name, not an address; the file is in docs/schemas

Count = Annotated[
    int, Meta(ge=0, le=2**53 - 1)
]  # the integers that every JSON reader keeps exact (RFC 8259, section 6)
Identifier = Annotated[str, Meta(min_length=1, max_length=512)]
Language = Annotated[str, Meta(max_length=64)]  # BCP 47 asks for room for 35; the rest is for private subtags
Urgency = Annotated[int, Meta(ge=1, le=9)]
Unit = Literal["unicode_codepoint", "utf8_byte", "utf16_unit"]
PubStatus = Literal["usable", "withheld", "canceled"]
Role = Literal[
    "headline",
    "subheadline",
    "lead",
    "body",
    "caption",
    "byline",
    "dateline",
    "correction_note",
    "editor_note",
    "live_blog_entry",
    "unknown",
]


class Span(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """Where the sentence stands in the text of its item."""

    start: Annotated[Count, Meta(description="Where the sentence starts.")]
    end: Annotated[Count, Meta(description="Where it ends; the character at this place is no longer part of it.")]
    unit: Annotated[Unit, Meta(description="What start and end count.")] = "unicode_codepoint"


class AltId(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """Another name of the item, and in which system it is known by it."""

    role: Annotated[Identifier, Meta(description="Which kind of name this is, such as `canonical_url`.")]
    value: Annotated[str, Meta(description="The name.")]


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """The news item that the sentence was taken from; names as in IPTC ninjs, in snake case."""

    uri: Annotated[Identifier | None, Meta(description="Name of the item. Recommended as the record's key.")] = None
    version: Annotated[Identifier | None, Meta(description="Version of the item; a correction is a new one.")] = None
    version_created: Annotated[str | None, Meta(description="When this version was made (RFC 3339).")] = None
    first_created: Annotated[str | None, Meta(description="When the first version was made (RFC 3339).")] = None
    pub_status: Annotated[PubStatus | None, Meta(description="`canceled` is a kill or a recall. Passed on.")] = None
    embargoed_until: Annotated[str | None, Meta(description="Not to be published before (RFC 3339). Passed on.")] = None
    headline: Annotated[str | None, Meta(description="Headline of the item.")] = None
    provider: Annotated[str | None, Meta(description="Who published it.")] = None
    by: Annotated[str | None, Meta(description="Who wrote it.")] = None
    canonical_url: Annotated[str | None, Meta(description="Address at which readers find it. Passed on.")] = None
    urgency: Annotated[Urgency | None, Meta(description="1 is the most urgent, 9 the least.")] = None
    alt_ids: Annotated[tuple[AltId, ...], Meta(description="Other names of the item. Passed on.")] = ()


class Context(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """The sentences around this one."""

    previous: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


class SentenceEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """One sentence of a news item. Only the text is required; fields that are not listed here are ignored."""

    sentence_id: Annotated[
        Identifier | None,
        Meta(description="The same at every delivery. Recommended: `<item.uri>#v<item.version>/s<index>`."),
    ] = None
    text: Annotated[
        str,
        Meta(
            description="The sentence, as it was published. Blank and overlong texts become dead letters.",
            extra_json_schema={
                "minLength": 1,
                "maxLength": 10_000,
            },  # the longest is a setting, so the decoder checks it
        ),
    ]
    index: Annotated[Count | None, Meta(description="Which sentence of the item this is, from 0.")] = None
    paragraph_index: Annotated[Count | None, Meta(description="Which paragraph of the item it is in, from 0.")] = None
    span: Annotated[Span | None, Meta(description="Where it stands in the item's text.")] = None
    role: Annotated[Role, Meta(description="What it is in the item.")] = "unknown"
    language: Annotated[Language | None, Meta(description="Language of the text (BCP 47).")] = None
    item: Annotated[Item | None, Meta(description="The item that it was taken from.")] = None
    context: Annotated[Context | None, Meta(description="The sentences around it; not read today.")] = None
