"""Keeps a small batch from unpacking into more memory than the process has."""

import gzip
import io
from collections.abc import Callable
from typing import IO, Any, Final

import lz4.frame  # type: ignore[import-untyped]  # lz4 ships no types
import zstandard
from kafka.errors import CorruptRecordError
from kafka.record import default_records

LARGEST: Final = 33_554_432  # bytes; 32 times what a broker takes as a batch by default, twice our largest dead letter
PART: Final = 131_072  # bytes read at a time; zstandard makes room for as many as it is asked for

STREAMS: Final[dict[str, Callable[[IO[bytes]], Any]]] = {
    "gzip_decode": lambda packed: gzip.GzipFile(fileobj=packed),
    "lz4_decode": lz4.frame.LZ4FrameFile,
    "zstd_decode": lambda packed: zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True),
}
"""By the name of kafka-python's function: what reads the packed bytes as a stream, in each library's own class."""


def bound_unpacking(largest: int = LARGEST) -> None:
    """Have every consumer of this process refuse a batch that unpacks to more than `largest` bytes.

    A broker looks at the packed size only, and kafka-python 3.0.12 unpacks without a limit: 1 MiB of zstd can hold
    gigabytes. Beyond the limit a poll raises CorruptRecordError. Raises AttributeError when a release has moved one of
    the functions that are replaced. Snappy has no limit of ours: its format cannot hold more than 21 MiB in one.
    """
    for name, open_stream in STREAMS.items():
        getattr(default_records, name)
        setattr(default_records, name, _bounded(open_stream, largest))


def _bounded(open_stream: Callable[[IO[bytes]], Any], largest: int) -> Callable[[bytes], bytearray]:
    def unpack(packed: bytes) -> bytearray:
        unpacked = bytearray()
        with open_stream(io.BytesIO(packed)) as stream:
            while part := stream.read(PART):
                unpacked += part
                if len(unpacked) > largest:
                    raise CorruptRecordError(f"{len(packed):,} bytes of a batch unpack to more than {largest:,}")
        return unpacked

    return unpack
