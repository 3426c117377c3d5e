"""Which trace a record is believed to belong to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.events.trace_context import NO_TRACE, TraceContext, trace_context

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
STATE = "rojo=00f067aa0ba902b7,congo@vendor=t61rcWkgMzE"


def test_what_the_standard_allows_is_kept() -> None:
    """A valid parent and state are kept as they are."""
    assert TraceContext(PARENT, STATE) == trace_context(PARENT, STATE)


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        PARENT + "\n",
        PARENT + "-00",
        PARENT.upper(),
        PARENT.replace("00-4b", "ff-4b"),
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    ],
)
def test_without_a_valid_parent_there_is_no_trace(parent: str | None) -> None:
    """A malformed parent is dropped, and the state with it."""
    assert NO_TRACE == trace_context(parent, STATE)


@pytest.mark.parametrize(
    "state",
    [
        "rojo",
        "rojo=",
        "=1",
        "Rojo=1",
        "rojo=a=b",
        "rojo=1\nevil=2",
        "ro jo=1",
        "rojo=\u00e9",
        "a=" + "1" * 511,
        "a=1," * 32,
    ],
)
def test_an_invalid_state_leaves_the_parent(state: str) -> None:
    """A malformed state is dropped alone."""
    assert TraceContext(PARENT, None) == trace_context(PARENT, state)


@pytest.mark.parametrize("state", ["a=" + "1" * 256, "a=1, b=2 ,,c=3", "a=1," * 31, "1tenant@sys=x y"])
def test_an_unusual_state_is_kept(state: str) -> None:
    """Blanks around members, empty members and long values are valid."""
    assert TraceContext(PARENT, state) == trace_context(PARENT, state)


@given(parent=st.text(), state=st.text())
def test_nothing_else_gets_through(parent: str, state: str) -> None:
    """No text whatever makes it fail, or lets through more than 512 printable ASCII characters."""
    kept = trace_context(PARENT, state).state or ""

    assert (NO_TRACE, True) == (trace_context(parent, state), kept.isascii() and len(kept) <= 512)
