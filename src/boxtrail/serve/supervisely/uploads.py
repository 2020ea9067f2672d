"""Files of a multipart request, written to a folder of their own as they come."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from io import BufferedWriter
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from boxtrail.serve.errors import RefusedError
from boxtrail.serve.supervisely.state import read_state

MOST_FILES = 100_000  # of one request: all images of a folder come at once
MOST_FIELDS = 100
MOST_FIELD = 1 << 20  # bytes of the state
FIELDS = ("state", "settings")


async def receive(
    request: Request, new_folder: Callable[[], Path]
) -> tuple[Path, list[Path], dict[str, Any]]:
    """The folder, the files in it in the order they came, and the state sent along.

    Names repeat in folders below one another, so each file lies in a folder of its own under the name it was sent with.
    If anything fails, also the client, the folder is gone again.

    Raises:
        RefusedError: 400 for a request without files or that cannot be read.
        ConfigError: for a state that cannot be read.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise RefusedError(400, "the files come as multipart/form-data")
    folder = await asyncio.to_thread(new_folder)
    parts = _Parts(folder)
    try:
        try:
            parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
            async for chunk in request.stream():
                parser.write(chunk)
            parser.finalize()
        except (FormParserError, ClientDisconnect) as error:
            raise RefusedError(400, f"the form cannot be read: {str(error) or 'it breaks off'}") from error
        finally:
            parts.close()
        if not parts.ended:
            raise RefusedError(400, "the form cannot be read: it breaks off")
        if not parts.files:
            raise RefusedError(400, "the form has no part named 'files'")
        state = next((read for name in FIELDS if (read := read_state(parts.text(name)))), {})
        return folder, parts.files, state
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


class _Parts:
    """What the parser tells of, part by part: files go to disk and are closed, the two fields are kept."""

    def __init__(self, folder: Path) -> None:
        self.files: list[Path] = []
        self.ended = False
        self._folder, self._fields, self._num_fields = folder, dict[str, bytearray](), 0
        self._header, self._value, self._disposition = b"", b"", b""
        self._file: BufferedWriter | None = None
        self._field: bytearray | None = None

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_part_end": self.close,
            "on_end": self._end,
        }

    def text(self, name: str) -> str:
        return bytes(self._fields.get(name, b"")).decode("utf-8", "replace")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = self._field = None

    def _end(self) -> None:
        self.ended = True

    def _begin(self) -> None:
        self._header = self._value = self._disposition = b""

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _open(self) -> None:
        options = parse_options_header(self._disposition)[1]
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            self._num_fields += 1
            if self._num_fields > MOST_FIELDS:
                raise RefusedError(400, f"the form has more than {MOST_FIELDS} fields")
            self._field = self._fields.setdefault(name, bytearray()) if name in FIELDS else None
        elif name == "files":
            if len(self.files) >= MOST_FILES:
                raise RefusedError(400, f"the form has more than {MOST_FILES} files")
            place = (
                self._folder / str(len(self.files)) / _plain(options[b"filename"].decode("utf-8", "replace"))
            )
            place.parent.mkdir()
            self._file = place.open("wb")
            self.files.append(place)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif self._field is not None:
            self._field += data[start:end]
            if len(self._field) > MOST_FIELD:
                raise RefusedError(400, f"a field of the form has more than {MOST_FIELD} bytes")


def _plain(given: str) -> str:
    """Only the last part of a name is taken, whatever the client's system calls a folder."""
    name = PureWindowsPath(PurePosixPath(given).name).name.replace("\0", "")
    # The end is kept, for it tells the kind of file; a file system takes 255 bytes.
    return name.encode()[-200:].decode("utf-8", "ignore") if name not in ("", ".", "..") else "file"


__all__ = ["receive"]
