"""Which trace a record belongs to, believed only when it is written as the W3C says."""

import re
from typing import NamedTuple

LONGEST_STATE = 512  # what everybody has to pass on; nobody has to pass on more (W3C Trace Context, 3.3.1)
MOST_MEMBERS = 32  # the same section

_parent = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_member = re.compile(
    r"[ \t]*(?:[a-z0-9][a-z0-9_\-*/]{0,255}(?:@[a-z][a-z0-9_\-*/]{0,13})?"
    r"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e][ \t]*)?"
)


class TraceContext(NamedTuple):
    """The headers `traceparent` and `tracestate`; None for one that a record lacks or that is not valid."""

    parent: str | None
    state: str | None


NO_TRACE = TraceContext(None, None)


def trace_context(parent: str | None, state: str | None) -> TraceContext:
    """Keep what is valid by W3C Trace Context, section 3; a state without a valid parent never is."""
    if parent is None or not _parent.fullmatch(parent):
        return NO_TRACE
    return TraceContext(parent, state if state is not None and _valid_state(state) else None)


def _valid_state(state: str) -> bool:
    if len(state) > LONGEST_STATE or state.count(",") >= MOST_MEMBERS:
        return False
    return all(map(_member.fullmatch, state.split(",")))
