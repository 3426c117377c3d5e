"""The name of a process in the group."""

from pathlib import Path

import pytest

from service.broker.instance import held_instance_id, transactional_id
from service.errors import SettingsError
from service.settings import Settings, load


def settings(**environment: str) -> Settings:
    """Settings from these variables alone."""
    return load({f"CLAIMWIRE_{name}": value for name, value in environment.items()})


def test_the_name_comes_from_the_host(tmp_path: Path) -> None:
    """A restarted process is the same member again."""
    for _ in range(2):
        with held_instance_id(settings(), tmp_path, host="desk.example") as instance_id:
            assert "desk.example-0" == instance_id


def test_two_processes_on_one_host_get_two_names(tmp_path: Path) -> None:
    """The second does not push the first out of the group."""
    with (
        held_instance_id(settings(), tmp_path, host="desk") as first,
        held_instance_id(settings(), tmp_path, host="desk") as second,
    ):
        assert ("desk-0", "desk-1") == (first, second)


def test_a_name_that_is_set_twice_is_refused(tmp_path: Path) -> None:
    """Two processes that are told to be the same one hear of it before they meet at the broker."""
    mine = settings(INSTANCE_ID="newsroom-a")
    with (
        held_instance_id(mine, tmp_path),
        pytest.raises(SettingsError, match="CLAIMWIRE_INSTANCE_ID=newsroom-a is held"),
        held_instance_id(mine, tmp_path),
    ):
        pass


def test_two_groups_do_not_contend(tmp_path: Path) -> None:
    """The same name in another group is another member."""
    with (
        held_instance_id(settings(), tmp_path, host="desk") as first,
        held_instance_id(settings(GROUP_ID="second"), tmp_path, host="desk") as second,
    ):
        assert first == second


def test_a_host_name_is_made_fit_for_kafka(tmp_path: Path) -> None:
    """Characters that a broker refuses are replaced."""
    with held_instance_id(settings(), tmp_path, host="bücher_1/x") as instance_id:
        assert "b-cher_1-x-0" == instance_id


def test_transactions_are_named_by_group_and_instance() -> None:
    """Two groups on one broker cannot fence each other."""
    assert "claimwire.desk-0" == transactional_id(settings(), "desk-0")
