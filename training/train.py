"""Trains a model from the corpus alone and writes it into a version folder: `python -m training.train`."""

from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np

from models import first_reader
from models.artefact import VERSIONS
from models.labels import LABELS
from training import sentences as corpus
from training.write import write_version

NAME = "claimwire"


@click.command()
@click.option("--version", required=True, help="The version to write, such as 0.2.0.")
@click.option("--into", type=click.Path(path_type=Path), default=VERSIONS, help="Where version folders lie.")
def main(version: str, into: Path) -> None:
    """Train a model and write it into a new version folder."""
    sentences = corpus.read(corpus.files())
    reader = first_reader.build()
    reader.fit([s.text for s in sentences], np.array([str(s.label) for s in sentences]))
    write_version(
        into / version,
        reader,
        name=NAME,
        version=version,
        created=datetime.now(UTC),
        thresholds=dict.fromkeys(LABELS, 0.5),
        figures={},
        sentences=sentences,
    )


if __name__ == "__main__":
    main()
