"""The sample articles, and the label that a careful reader gives each of their sentences."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SAMPLES = Path(__file__).parents[1] / "samples"


class Article(NamedTuple):
    """An article; `uri` is the name under which `claimwire publish` sends it, `labels` the expected ones in order."""

    path: Path
    uri: str
    labels: tuple[str, ...]


def read(folder: Path = SAMPLES) -> list[Article]:
    """The articles of a folder, in the order of their names, with the labels that its `expected.jsonl` gives."""
    labels = _labels(folder / "expected.jsonl")
    return [Article(path, _uri(path), labels.get(path.stem, ())) for path in sorted(folder.glob("*.txt"))]


def _uri(path: Path) -> str:
    # RFC 6920, section 7: an article that has no name of its own is named by the hash of its text.
    return f"nih:sha-256;{hashlib.sha256(path.read_text(encoding='utf-8').encode()).hexdigest()}"


def _labels(path: Path) -> Mapping[str, tuple[str, ...]]:
    labels: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        sentence = json.loads(line)
        labels[sentence["article"]] = (*labels.get(sentence["article"], ()), sentence["label"])
    return labels
