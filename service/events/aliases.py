"""What other houses call the fields of a sentence event, and what each of those names means here."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias, get_args

import msgspec

from service.events.sentence import AltId, Context, PubStatus, Role, Span

Table: TypeAlias = Mapping[str, tuple[str, ...]]

ITEM: Final[Table] = {
    "uri": ("uri", "article_id", "content_uri", "uuid", "guid", "id", "canonical_url"),
    "version": ("version",),
    "version_created": ("version_created", "last_modified", "publish_date"),
    "first_created": ("first_created",),
    "pub_status": ("pub_status", "state"),
    "embargoed_until": ("embargoed_until", "embargoed"),
    "headline": ("headline",),
    "provider": ("provider",),
    "by": ("by",),
    "canonical_url": ("canonical_url",),
    "urgency": ("urgency",),
    "alt_ids": ("alt_ids",),
}
"""A field of the item -> the names under which it is found inside `item`, the best first."""

FLAT_ITEM: Final[Table] = {
    field: (f"item_{field}", *(name for name in names if name != "id")) for field, names in ITEM.items()
}
"""The same beside the text, for an event without an `item`; `id` is then the sentence's own."""

EVENT: Final[Table] = {
    "text": ("text", "sentence", "content", "body", "value"),
    "sentence_id": ("sentence_id", "id", "guid"),
    "language": ("language", "lang", "in_language"),
    "index": ("index",),
    "paragraph_index": ("paragraph_index",),
    "span": ("span",),
    "role": ("role",),
    "context": ("context",),
}
"""A field of the event -> its names. `guid` names the item, unless the item has a better name."""

IDENTIFIERS: Final = frozenset({"sentence_id", "uri", "version"})
"""Fields whose value may also come as a whole number."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "role": {word: word for word in get_args(Role)},
    "pub_status": {word: word for word in get_args(PubStatus)}
    | dict.fromkeys(("published", "corrected", "being_corrected"), "usable")
    | dict.fromkeys(("cancelled", "killed", "recalled", "unpublished"), "canceled"),
}
"""A field that takes one word of a list -> the words that are understood, in lower case, and what they mean."""

LENIENT: Final = frozenset({"state", "role"})
"""Names left out when their word is not in the list: `state` may be a place, and houses have roles of their own."""

NESTED: Final[Mapping[str, tuple[str, ...]]] = {
    "span": Span.__struct_fields__,
    "context": Context.__struct_fields__,
    "alt_ids": AltId.__struct_fields__,
}
"""Fields that hold objects, or lists of them -> the fields of those, which have no other names."""

Members: TypeAlias = dict[str, msgspec.Raw]

_objects = msgspec.json.Decoder(Members)
_lists = msgspec.json.Decoder(list[msgspec.Raw])
_whole_number = re.compile(rb"-?\d{1,19}")  # 19 digits hold any 64-bit integer


def in_our_names(value: bytes) -> dict[str, object]:
    """Rename the members of a JSON object, leaving out those that no field answers to.

    `versionCreated`, `versioncreated` and `version_created` are one name. A null counts as absent, and so does an empty
    string for anything but the text. Of several names for one field the first in the table wins, and a value is used
    for one field only. Under a name that is not our own for its place, only a string is believed to be meant for us.

    Raises msgspec.DecodeError when `value` is no JSON object, or its `item` is neither an object nor null.
    """
    members = _members(value)
    item: Members = {}
    if "item" in members:
        _move(_ITEM, _members(members.pop("item")), item)
    _move(_FLAT_ITEM, members, item, guessing=True)
    event: Members = {}
    _move(_EVENT, members, event)
    return {**event, "item": item} if item else {**event}


def _members(value: bytes) -> dict[str, bytes]:
    members = ((_plain(name), bytes(raw)) for name, raw in _objects.decode(value).items())
    return {name: raw for name, raw in members if raw != b"null"}


def _move(table: Table, members: dict[str, bytes], found: Members, *, guessing: bool = False) -> None:
    """Move what the table asks for, and has not been found yet, out of `members`."""
    for field, names in table.items():
        for name in names:
            if name not in members or field in found:
                continue
            meaning = _meaning(field, name, members[name], guessed=guessing or name != names[0])
            if meaning:
                found[field] = msgspec.Raw(meaning)
                del members[name]


def _meaning(field: str, name: str, value: bytes, *, guessed: bool) -> bytes | None:
    """The value in our words, or None when it tells us nothing under this name."""
    if value == b'""' and field != "text":
        return None
    if field in IDENTIFIERS and _whole_number.fullmatch(value):
        return b'"%b"' % value
    if field in WORDS:
        word = WORDS[field].get(value.strip(b'"').decode().lower())
        if word:
            return b'"%b"' % word.encode()
        return None if name in LENIENT else value
    if guessed and not value.startswith(b'"'):
        return None
    return _known(NESTED[field], value) if field in NESTED else value


def _known(fields: tuple[str, ...], value: bytes) -> bytes:
    """What is known of an object, or of each object in a list; anything else as it is, for the types to refuse."""
    if value.startswith(b"["):
        return b"[%b]" % b",".join(_known_of_one(fields, bytes(element)) for element in _lists.decode(value))
    return _known_of_one(fields, value)


def _known_of_one(fields: tuple[str, ...], value: bytes) -> bytes:
    if not value.startswith(b"{"):
        return value
    members = _members(value)
    return msgspec.json.encode({field: msgspec.Raw(members[field]) for field in fields if field in members})


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _plainly(table: Table) -> Table:
    return {field: tuple(_plain(name) for name in names) for field, names in table.items()}


_ITEM, _FLAT_ITEM, _EVENT = _plainly(ITEM), _plainly(FLAT_ITEM), _plainly(EVENT)
