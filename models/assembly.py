"""Puts a model together from the verified contents of its folder: one reader, or two."""

from collections.abc import Mapping

import msgspec

from models.readers import JUDGEMENT_FILE, Judgement, Reader, Readers
from models.second_reader import ENCODER_FILE, TOKENIZER_FILE, SecondReader


def assemble(first: Reader, contents: Mapping[str, bytes], gate: float | None, threads: int) -> Reader:
    """The reader that a version folder holds.

    A folder without a judgement is its first reader as it is; one without an encoder is that reader, calibrated; one
    with both is two readers. `gate` replaces the judgement's own where it is given.
    """
    if JUDGEMENT_FILE not in contents:
        return first
    judgement = msgspec.json.decode(contents[JUDGEMENT_FILE], type=Judgement)
    second = None
    if ENCODER_FILE in contents:
        second = SecondReader.from_bytes(contents[ENCODER_FILE], contents[TOKENIZER_FILE], threads)
    return Readers(first, second, judgement, judgement.gate if gate is None else gate)
