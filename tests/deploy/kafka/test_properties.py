"""What a node's properties become."""

from pathlib import Path
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.kafka import properties

BLANKS = {name: f"<{name}>" for name in Template(properties.TEMPLATE.read_text()).get_identifiers()}


def test_every_blank_is_filled() -> None:
    """No dollar sign is left for Kafka to stumble over."""
    filled = properties.fill(BLANKS, {})

    assert "<voters>" == filled["controller.quorum.voters"]
    assert not [value for value in filled.values() if "$" in value]


def test_a_blank_that_is_forgotten_is_an_error() -> None:
    """A template that grows a blank does not reach Kafka half filled."""
    with pytest.raises(KeyError, match="voters"):
        properties.fill({name: value for name, value in BLANKS.items() if name != "voters"}, {})


def test_overrides_win_over_the_template() -> None:
    """Tests that need tiny limits change nothing else."""
    filled = properties.fill(BLANKS, {"num.partitions": "7", "message.max.bytes": "2000"})

    assert ("7", "2000", "false") == tuple(
        filled[name] for name in ("num.partitions", "message.max.bytes", "auto.create.topics.enable")
    )


@given(st.integers(1, 99))
def test_a_majority_is_more_than_half(nodes: int) -> None:
    """Two groups of nodes that cannot see each other must not both go on."""
    majority = int(properties.replication(nodes)["majority"])

    assert nodes < 2 * majority <= nodes + 2


def test_values_are_written_as_java_reads_them(tmp_path: Path) -> None:
    """Backslashes, line ends and letters beyond Latin-1 would otherwise arrive changed."""
    path = tmp_path / "node.properties"

    properties.write({"ssl.keystore.location": "C:\\keys", "sasl.jaas.config": "a\nb", "log.dirs": "/data/żółw"}, path)

    expected = "ssl.keystore.location=C:\\\\keys\nsasl.jaas.config=a\\nb\nlog.dirs=/data/\\u017c\\u00f3\\u0142w\n"
    assert expected == path.read_text()
