"""Which node plays a part."""

import pytest

from tests.chaos.cluster import java_hash


@pytest.mark.parametrize(
    ("name", "code"),
    [("", 0), ("hello", 99_162_322), ("claimwire", -300_492_095), ("polygenelubricants", -(1 << 31))],
)
def test_a_name_is_hashed_as_java_does(name: str, code: int) -> None:
    """Kafka's coordinators find a name's partition by `String.hashCode`, a signed number of 32 bits."""
    assert code == java_hash(name)
