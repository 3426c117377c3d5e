"""What a hostile producer, operator or courier would try first, and what can be made of it by chance."""

import os
from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st

from service.dead_letters import HEADERS as OURS
from service.events import aliases

EXAMPLES_KEY = "FUZZ_EXAMPLES"
CANARY = "zebra finch"  # a secret or a text of this name must be in no message

fuzzed: Callable[[Any], Any] = settings(max_examples=int(os.environ.get(EXAMPLES_KEY, "100")), deadline=None)
"""Decorates a test that runs as many examples as `python -m tests.fuzz` asks for, or a hundred."""

Headers: TypeAlias = list[tuple[str, bytes | None]]

MEBIBYTE = 1_048_576
TEXTS = (
    "",
    " \t\r\n",
    CANARY,
    "\0",
    "\ud83d",  # half a character, which JSON can write and UTF-8 cannot
    "\u202e\u2066.desrever",  # letters that run from right to left
    "\u200b\u2060\ufeff",
    "a" * MEBIBYTE,
    "e" + "\u0301" * 10_000,
    "\U0001f468\u200d" * 1_000,
    "\\u0000\\ud800",
    "'; DROP TABLE news; --",
    "{{7*7}}${jndi:ldap://127.0.0.1/a}%n%s",
    "../../../../etc/passwd",
    "\x1b[2J\x1b]0;title\x07",
    "\r\nce_id: forged",
    "\u2028\u2029\x85",
    "İıſK",  # letters that change their number or their alphabet with their case
)
VALUES = (
    b"",
    b"null",
    b'"text"',
    b"[" * MEBIBYTE,
    b'{"a":' * (MEBIBYTE // 5),
    b"[" * (MEBIBYTE // 2) + b"]" * (MEBIBYTE // 2),
    b'{"text":"open","index":' + b"9" * 1_000_000 + b"}",
    b'{"text":"open","index":1e999999999}',
    b'{"text":"open","index":-0.0,"index":NaN}',
    b'{"text":"open","text":{"text":"shut"}}',
    b'{"text":"' + b"a" * MEBIBYTE + b'"}',
    b'{"text":"' + b"\\" * MEBIBYTE,
    b'{"text":"\\ud800"}',
    b'{"text":"\xed\xa0\x80"}',
    b'{"text":"\xc0\xaf\xff"}',
    b'\xef\xbb\xbf\xef\xbb\xbf{"text":"open"}',
    '{"text":"open"}'.encode("utf-16"),
    b'{"text":"open"}\0{"text":"shut"}',
    b"{" + b",".join(b'"%d":0' % number for number in range(80_000)) + b"}",
    b'{"text":"open","item":' + b'{"item":' * 60 + b"0" + b"}" * 61,
    b"\x28\xb5\x2f\xfd\x00\x58\x41\x00\x00\x00",  # begins like a frame of zstd
    b"\x80\x04\x95cposix\nsystem\n(S'true'\ntR.",  # begins like a pickle
)
NAMES = ("ce_id", "ce_source", "ce_subject", "ce_correlationid", "ce_partitionkey", "content-type", "Content-Type")
STRUCTURED = ("content-type", b"application/cloudevents+json; charset=utf-7")
FLOODS: tuple[Headers, ...] = (
    [("x", b"")] * 20_000,
    [(name, b"forged") for name in OURS],
    [(name, None) for name in NAMES],
    [("ce_id", b"\xff\xfe"), ("ce_source", b"\0"), ("ce_subject", b"a\r\nb")],
    [("ce_id", b"9" * MEBIBYTE), ("ce_source", b"/desk")],
    [("traceparent", b"00-" + b"f" * 100_000), ("tracestate", b"a=" + b"," * 100_000)],
    [STRUCTURED],
    [("", b""), ("\0", b"\0"), ("claimwire-label", b"denial")],
)

texts = st.sampled_from(TEXTS) | st.text(st.characters(codec=None), max_size=50)
_members = st.sampled_from([*aliases.EVENT, *aliases.ITEM, "item", "id", "data", "data_base64", "specversion"]) | texts
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
documents = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_members, inner, max_size=4), max_leaves=12
)
headers: st.SearchStrategy[Headers] = st.sampled_from(FLOODS) | st.lists(
    st.tuples(
        st.sampled_from([*NAMES, *OURS, "traceparent", "tracestate"]) | st.text(max_size=10),
        st.none() | st.binary(max_size=50),
    )
    | st.just(STRUCTURED),
    max_size=6,
)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Bytes of the given kind after an accident or an attack: flipped bits, a piece cut out, doubled or put in."""
    content = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 64)))
        match draw(st.sampled_from(("flip", "cut", "double", "truncate", "insert"))):
            case "flip" if start < len(content):
                content[start] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[start:end]
            case "double":
                content[end:end] = content[start:end]
            case "truncate":
                del content[start:]
            case _:
                content[start:start] = draw(st.binary(max_size=16))
    return bytes(content)
