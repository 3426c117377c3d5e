"""Writes a trained model into a version folder, with the manifest that lets it be verified."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import joblib

from models import manifest as manifests
from models.artefact import MODEL_FILE, Reader
from models.labels import LABELS, Label
from models.manifest import CorpusEntry, FileEntry, Manifest, Probe
from training.probes import PROBES
from training.sentences import Sentence, digest

# Sums of 32-bit floats come out a little differently on another processor; a label's fate is never that close.
PROBE_TOLERANCE = 1e-4


def write_version(
    folder: Path,
    reader: Reader,
    *,
    name: str,
    version: str,
    created: datetime,
    thresholds: Mapping[Label, float],
    figures: Mapping[str, float],
    sentences: Sequence[Sentence],
) -> Manifest:
    """Write `model.joblib` and the manifest into a folder that must not exist yet."""
    folder.mkdir(parents=True)
    joblib.dump(reader, folder / MODEL_FILE)
    manifest = Manifest(
        name=name,
        version=version,
        created=created,
        labels=LABELS,
        thresholds=dict(thresholds),
        files={MODEL_FILE: _entry(folder / MODEL_FILE)},
        python=platform.python_version(),
        libraries=manifests.installed_libraries(),
        corpus=CorpusEntry(len(sentences), digest(sentences)),
        probes=_probes(reader),
        probe_tolerance=PROBE_TOLERANCE,
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
