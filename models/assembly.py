"""Puts a model together from the verified contents of its folder: one reader, or two."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from models.errors import ManifestError
from models.readers import JUDGEMENT_FILE, Judgement, Reader, Readers
from models.second_reader import ENCODER_FILE, TOKENIZER_FILE, SecondReader


def assemble(folder: Path, first: Reader, contents: Mapping[str, bytes], threads: int) -> Reader:
    """The reader that a version folder holds; `folder` only serves the messages.

    A folder without a judgement is its first reader as it is; one without an encoder is that reader, calibrated; one
    with both is two readers. Raises ManifestError when a file that was verified cannot be used all the same.
    """
    if JUDGEMENT_FILE not in contents:
        return first
    try:
        judgement = msgspec.json.decode(contents[JUDGEMENT_FILE], type=Judgement)
        second = _second(contents, threads) if ENCODER_FILE in contents else None
    except Exception as error:  # whatever the runtime of an encoder raises, the folder is at fault
        raise ManifestError(
            folder,
            f"{JUDGEMENT_FILE}, {ENCODER_FILE} or {TOKENIZER_FILE} cannot be used ({type(error).__name__}: {error})",
            "Restore the folder from where it came, or train the model again.",
        ) from error
    return Readers(first, second, judgement, judgement.gate)


def _second(contents: Mapping[str, bytes], threads: int) -> SecondReader:
    return SecondReader.from_bytes(contents[ENCODER_FILE], contents[TOKENIZER_FILE], threads)
