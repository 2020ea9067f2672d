"""Bytes of track files: gzipped or not, in UTF-8, written under a partial name until complete."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from boxtrail.errors import SourceError
from boxtrail.io.atomic import cannot_write, complete, partial_path, prepare
from boxtrail.io.formats.problems import Report

GZIP = b"\x1f\x8b"
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: Path) -> bytes:
    """What a file holds, unpacked.

    Raises:
        SourceError: if it cannot be read.
    """
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == GZIP else data
    except OSError as error:
        raise SourceError(f"{path}: cannot read tracks: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise SourceError(f"{path}: cannot read tracks: {error}") from error


def decode(data: bytes, report: Report) -> str:
    """UTF-8 text, without a byte-order mark.

    Raises:
        InvalidInputError: naming the line of a byte that is none of UTF-8's.
    """
    if data[:2] in UTF16_MARKS:
        report.fatal(1, "the text is in UTF-16; it must be in UTF-8")
    try:
        return data.removeprefix(UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        report.fatal(
            line, f"byte 0x{error.object[error.start]:02x} is not UTF-8; the text has another encoding"
        )


def write_text(path: str | Path, text: str) -> Path:
    """Write a file in one go, gzipped if its name ends in ``.gz``; an older one is replaced when all is written.

    Raises:
        SinkError: if the system refuses.
    """
    target = prepare(path)
    partial = partial_path(target)
    data = text.encode("utf-8", "replace")  # JSON can hold halves of characters, which UTF-8 cannot
    try:
        # Without a time stamp, equal tracks make equal files.
        partial.write_bytes(gzip.compress(data, mtime=0) if target.suffix == ".gz" else data)
    except OSError as error:
        raise cannot_write(partial, error) from error
    complete(partial, target)
    return target


def plain_name(path: Path) -> str:
    """The name of a file without ``.gz``."""
    return path.name.removesuffix(".gz")


__all__ = ["UTF8_MARK", "UTF16_MARKS", "decode", "plain_name", "read_bytes", "write_text"]
