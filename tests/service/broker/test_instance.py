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
    assert "claimwire/desk-0" == transactional_id(settings(), "desk-0")


def test_no_two_pairs_of_group_and_instance_share_their_transactions() -> None:
    """Wherever the names are cut in two; and none is `claimwire replay`, whose name has no slash."""
    names = [transactional_id(settings(GROUP_ID=group), instance) for group, instance in [("a.b", "c"), ("a", "b.c")]]

    assert 2 == len(set(names))
    assert "claimwire.replay" != transactional_id(settings(), "replay")


def test_names_may_be_as_long_as_kafka_takes(tmp_path: Path) -> None:
    """Together they are longer than the name of a file can be."""
    with held_instance_id(settings(GROUP_ID="g" * 249, INSTANCE_ID="i" * 249), tmp_path) as instance_id:
        assert "i" * 249 == instance_id


def test_a_folder_that_is_somebody_elses_link_is_refused(tmp_path: Path) -> None:
    """Whoever guesses the folder's name must not choose which files are opened."""
    (tmp_path / "claimwire").symlink_to(tmp_path)

    assert "is a link" in refused(tmp_path / "claimwire")


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o755])
def test_a_folder_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """They could take our locks, or put links in their place."""
    (tmp_path / "claimwire").mkdir()
    (tmp_path / "claimwire").chmod(mode)

    assert "is not ours alone" in refused(tmp_path / "claimwire")


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """What it points to keeps what it holds."""
    with held_instance_id(settings(INSTANCE_ID="desk"), tmp_path):
        (lock,) = tmp_path.glob("*.lock")
    letter = tmp_path / "letter"
    letter.write_text("Dear editor", encoding="utf-8")
    lock.unlink()
    lock.symlink_to(letter)

    refused(tmp_path, INSTANCE_ID="desk")

    assert "Dear editor" == letter.read_text(encoding="utf-8")


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    """With the variable that names another place."""
    (tmp_path / "claimwire").touch()

    assert str(tmp_path / "claimwire") in refused(tmp_path / "claimwire")


def refused(folder: Path, **environment: str) -> str:
    """What is said when no lock can be held in a folder."""
    with pytest.raises(SettingsError) as caught, held_instance_id(settings(**environment), folder):
        pass
    assert ("TMPDIR", "CLAIMWIRE_INSTANCE_ID") == caught.value.keys
    return str(caught.value)
