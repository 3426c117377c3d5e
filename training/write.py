"""Writes a trained model into a version folder, with the manifest that lets it be verified."""

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import joblib

from models import manifest as manifests
from models.labels import LABELS, Label
from models.manifest import CorpusEntry, FileEntry, Manifest, Probe
from models.readers import Reader
from models.second_reader import ENCODER_FILE
from training.probes import PROBES
from training.sentences import Sentence, digest

# Sums of 32-bit floats come out a little differently on another processor; a label's fate is never that close.
TOLERANCE = 1e-4
# The encoder computes in whole numbers of 8 bits, where another processor may round to the next one.
ENCODER_TOLERANCE = 0.05

Contents: TypeAlias = Mapping[str, bytes | Reader]
"""Files by name: bytes as they are, a reader as a pickle."""


def write_version(
    folder: Path,
    reader: Reader,
    contents: Contents,
    *,
    name: str,
    version: str,
    created: datetime,
    thresholds: Mapping[Label, float],
    figures: Mapping[str, float],
    sentences: Sequence[Sentence],
    describe: Callable[[Path], Iterable[str]] = lambda folder: (),
) -> Manifest:
    """Write files and manifest into a folder that must not exist yet; `reader` is what they amount to when loaded.

    `describe` writes pages about the model into the folder and returns their names.
    """
    folder.mkdir(parents=True)
    for file, content in contents.items():
        if isinstance(content, bytes):
            (folder / file).write_bytes(content)
        else:
            joblib.dump(content, folder / file)
    files = [*contents, *describe(folder)]
    manifest = Manifest(
        name=name,
        version=version,
        created=created,
        labels=LABELS,
        thresholds=dict(thresholds),
        files={file: _entry(folder / file) for file in files},
        python=platform.python_version(),
        libraries=manifests.installed_libraries(),
        corpus=CorpusEntry(len(sentences), digest(sentences)),
        probes=_probes(reader),
        probe_tolerance=ENCODER_TOLERANCE if ENCODER_FILE in contents else TOLERANCE,
        figures=dict(figures),
    )
    manifests.write(folder, manifest)
    return manifest


def _entry(path: Path) -> FileEntry:
    content = path.read_bytes()
    return FileEntry(hashlib.sha256(content).hexdigest(), len(content))


def _probes(reader: Reader) -> tuple[Probe, ...]:
    columns = [list(reader.classes_).index(label) for label in LABELS]
    scores = reader.predict_proba(PROBES)[:, columns]
    return tuple(Probe(text, tuple(row)) for text, row in zip(PROBES, scores.tolist(), strict=True))
