"""Versions are written together or not at all, and only those that may ship."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models import artefact
from models import manifest as manifests
from models.labels import LABELS, Label
from models.manifest import CorpusEntry, Manifest
from models.readers import Readers, judgement
from models.second_reader import ENCODER_FILE, TOKENIZER_FILE, SecondReader
from tests.models.conftest import ENCODER, LESSON, taught, tokenizer
from tests.training.evaluations import RATES, sure_of
from training import train
from training.cross_validation import Readings
from training.real_news import NATURAL, Drawn
from training.sentences import Sentence, digest
from training.shipping import WorseModelError
from training.train import GATE, NEVER, Candidate, Trained

SENTENCES = [
    Sentence(id=f"a{place:02}", text=text, label=Label(label), how="free", read=1, register="local")
    for place, (text, label) in enumerate(LESSON)
]
DRAWN = [Drawn(sentence.text, sentence.label, NATURAL) for sentence in SENTENCES]
NUMBER, FAST = "1.7.0", "1.7.0-fast"


@pytest.fixture(scope="module")
def trained() -> Trained:
    """A first reader that has learnt the lesson, and readings of it in which a twelfth is mistaken."""
    truth = [LABELS.index(sentence.label) for sentence in SENTENCES]
    mistaken = [(label + (place % 12 == 0)) % len(LABELS) for place, label in enumerate(truth)]
    readings = Readings(SENTENCES, sure_of(mistaken, 0.7), sure_of(truth, 0.8))
    labels = [sentence.label for sentence in SENTENCES]
    weighing = judgement(readings.first, readings.second, labels, np.ones(len(labels)), GATE)
    return Trained(SENTENCES, taught(), weighing, readings, RATES, [(24, 0.5), (48, 0.6)], ())


@pytest.fixture
def candidates(trained: Trained) -> list[Candidate]:
    """A version of two readers, and the fast one of the same number."""
    files = {ENCODER_FILE: ENCODER, TOKENIZER_FILE: tokenizer()}
    second = SecondReader.from_bytes(ENCODER, tokenizer())
    return [
        Candidate(NUMBER, Readers(trained.first, second, trained.judgement, GATE), GATE, files),
        Candidate(FAST, Readers(trained.first, None, trained.judgement, NEVER), NEVER, {}),
    ]


def ship(versions: Path, version: str, challenge_macro_f1: float) -> None:
    """Put the manifest of a model there that is so good on the challenge set."""
    (versions / version).mkdir(parents=True)
    manifest = Manifest(
        name="claimwire",
        version=version,
        created=datetime(2026, 3, 4, tzinfo=UTC),
        labels=LABELS,
        thresholds=dict.fromkeys(LABELS, 0.5),
        files={},
        python="3.11.9",
        libraries=manifests.installed_libraries(),
        corpus=CorpusEntry(1, "of another corpus"),
        probes=(manifests.Probe("The weir burst.", (1.0, 0.0, 0.0, 0.0)),),
        probe_tolerance=0.0,
        figures={"challenge_macro_f1": challenge_macro_f1},
    )
    manifests.write(versions / version, manifest)


def found(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.slow
def test_both_versions_are_written_and_can_be_loaded(
    trained: Trained, candidates: Sequence[Candidate], tmp_path: Path
) -> None:
    """And nothing else is left there."""
    train.write(trained, candidates, tmp_path / "versions", shipped=tmp_path)

    assert [NUMBER, FAST] == found(tmp_path / "versions")
    both, alone = (artefact.load(tmp_path / "versions" / version) for version in (NUMBER, FAST))
    assert [NUMBER, FAST] == [both.version, alone.version]
    assert digest(SENTENCES) == both.manifest.corpus.sha256
    assert {ENCODER_FILE, "card.md", "review.png"} <= set(both.manifest.files)
    assert ENCODER_FILE not in alone.manifest.files
    assert alone.manifest.figures["macro_f1"] < both.manifest.figures["macro_f1"]


def test_what_is_measured_on_real_news_is_told(
    trained: Trained, candidates: Sequence[Candidate], tmp_path: Path
) -> None:
    """In the manifest, for the next model to be compared with, and first on the card."""
    train.write(trained._replace(drawn=DRAWN), candidates[1:], tmp_path, shipped=tmp_path)

    manifest, _ = manifests.read(tmp_path / FAST)
    assert 1.0 == manifest.figures["real_news_macro_f1"]
    assert f"{len(DRAWN)} sentences, {len(DRAWN)} of them drawn by chance" in (tmp_path / FAST / "card.md").read_text()


def test_a_worse_fast_version_leaves_nothing_behind(
    trained: Trained, candidates: Sequence[Candidate], tmp_path: Path
) -> None:
    """Not even the better version of two readers, for both ship together."""
    ship(tmp_path / "shipped", "1.0.0", 0.0)
    ship(tmp_path / "shipped", "1.0.0-fast", 1.0)

    with pytest.raises(WorseModelError, match=r"challenge_macro_f1 .* 1\.000 ships"):
        train.write(trained, candidates, tmp_path / "versions", shipped=tmp_path / "shipped")
    assert [] == found(tmp_path / "versions")


def test_a_worse_version_is_written_for_whoever_wants_it(
    trained: Trained, candidates: Sequence[Candidate], tmp_path: Path
) -> None:
    """Somebody may know better."""
    ship(tmp_path / "shipped", "1.0.0-fast", 1.0)

    train.write(trained, candidates[1:], tmp_path / "versions", shipped=tmp_path / "shipped", worse=True)

    assert [FAST] == found(tmp_path / "versions")


def test_only_the_newest_version_of_the_same_kind_is_compared_with(
    trained: Trained, candidates: Sequence[Candidate], tmp_path: Path
) -> None:
    """An older one may have been better, and two readers are better than one; 1.10.0 is newer than 1.9.0."""
    ship(tmp_path / "shipped", "1.9.0-fast", 0.0)
    ship(tmp_path / "shipped", "1.10.0-fast", 0.9999)
    ship(tmp_path / "shipped", "1.11.0", 1.0)

    with pytest.raises(WorseModelError) as caught:
        train.write(trained, candidates[1:], tmp_path / "versions", shipped=tmp_path / "shipped")
    assert 0.9999 == caught.value.worse["challenge_macro_f1"][1]


@pytest.mark.parametrize("there", [NUMBER, FAST])
def test_a_version_that_is_there_already_is_left_alone(
    trained: Trained, candidates: Sequence[Candidate], tmp_path: Path, there: str
) -> None:
    """Somebody may be running it; the other one is not written either."""
    (tmp_path / there).mkdir()
    (tmp_path / there / "manifest.json").write_text("{}")

    with pytest.raises(FileExistsError, match=rf"{there} is there already\. Name another with --version\."):
        train.write(trained, candidates, tmp_path, shipped=tmp_path / "shipped")
    assert [there] == found(tmp_path)
    assert ["manifest.json"] == found(tmp_path / there)


def test_a_version_that_cannot_be_finished_leaves_nothing_behind(
    trained: Trained, candidates: Sequence[Candidate], tmp_path: Path
) -> None:
    """The next run finds the place as it was."""
    broken = candidates[1]._replace(extra={"no/such/folder": b"?"})

    with pytest.raises(FileNotFoundError):
        train.write(trained, [candidates[0], broken], tmp_path, shipped=tmp_path)
    assert [] == found(tmp_path)
