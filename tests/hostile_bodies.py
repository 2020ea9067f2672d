"""Bodies that nobody should send, and what to see after them."""

from __future__ import annotations

import contextlib
import io
import resource
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PIL import Image

from boxtrail.serve import Client
from served_frames import boxes, tracked
from served_sockets import Running

SIDE = 60_000


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb() -> bytes:
    packed = zlib.compress(bytes(100_000))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def patched(format: str, at: Callable[[bytes], int], size: bytes) -> bytes:
    """A small picture whose header says it is a huge one."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, format)
    data = bytearray(file.getvalue())
    start = at(bytes(data))
    data[start : start + len(size)] = size
    return bytes(data)


def tiff_bomb() -> bytes:
    tags = [(256, 4, 1, SIDE), (257, 4, 1, SIDE), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, SIDE), (279, 4, 1, 100)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + bytes(400)


BOMBS = {
    "png": png_bomb(),
    "jpeg": patched("JPEG", lambda data: data.index(b"\xff\xc0") + 5, struct.pack(">HH", SIDE, SIDE)),
    "bmp": patched("BMP", lambda data: 18, struct.pack("<ii", SIDE, SIDE)),
    "gif": patched("GIF", lambda data: 6, struct.pack("<HH", SIDE, SIDE)),
    "webp": b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4)
    + (16383).to_bytes(3, "little") * 2 + bytes(8),
    "tiff": tiff_bomb(),
}  # fmt: skip


@contextlib.contextmanager
def little_memory(megabytes: int = 400) -> Iterator[None]:
    """Fails where the process needs so much more than it has had so far."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < megabytes, f"{grown:.0f} MB"


def alive(server: Running) -> bool:
    """It still tracks, and as before."""
    frames = boxes(3)
    with Client(server.url) as client, client.open(form="json") as session:
        return all(
            np.array_equal(session.update(rows), theirs)
            for rows, theirs in zip(frames, tracked(frames), strict=True)
        )


def json_of(megabytes: int) -> Iterator[bytes]:
    yield b'{"detections": ['
    for _ in range(megabytes):
        yield b"[]," * (2**20 // 3)
    yield b"[]]}"


def multipart(parts: Iterator[bytes], boundary: str = "xyz") -> dict[str, Any]:
    return {"content": parts, "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"}}


def part(name: str, data: bytes, file: str | None = None, more: bytes = b"") -> bytes:
    extra = "" if file is None else f'; filename="{file}"'
    return (
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n'.encode()
        + more
        + b"\r\n"
        + data
        + b"\r\n"
    )


def bombs_of_forms(kind: str) -> Iterator[bytes]:
    if kind == "huge field":
        yield part("state", b"")[:-2]
        for _ in range(20):
            yield b"x" * 2**20
        yield b"\r\n--xyz--\r\n"
    elif kind == "many fields":
        for index in range(5000):
            yield part(f"f{index}", b"x" * 1000)
    elif kind == "long header":
        yield part("files", b"x", "a.png", b"X-Long: " + b"y" * 2**20 + b"\r\n")
    elif kind == "many headers":
        yield part("files", b"x", "a.png", b"".join(b"X-%d: y\r\n" % index for index in range(10_000)))
    elif kind == "no end":
        yield part("files", b"x" * 1000, "a.png")
    elif kind == "no parts":
        yield b"--xyz--\r\n"
    else:
        yield b"nothing of the kind"


KINDS = ["huge field", "many fields", "long header", "many headers", "no end", "no parts", "nonsense"]
