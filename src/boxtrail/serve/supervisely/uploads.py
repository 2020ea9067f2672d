"""Files of a multipart request, written to a folder of their own as they come."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from boxtrail.serve.errors import RefusedError
from boxtrail.serve.supervisely.state import read_state

MOST_FILES = 100_000  # of one request: all images of a folder come at once
MOST_STATE = 1 << 20  # bytes of the state


async def receive(request: Request) -> tuple[Path, list[Path], dict[str, Any]]:
    """The folder, the files in it in the order they came, and the state sent along.

    Names repeat in folders below one another, so each file lies in a folder of its own under the name it was sent with.

    Raises:
        RefusedError: 400 for a request without files or that cannot be read.
        ConfigError: for a state that cannot be read.
    """
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=100, max_part_size=MOST_STATE)
    except (MultiPartException, AssertionError) as error:
        raise RefusedError(400, f"the form cannot be read: {error}") from error
    try:
        files = [entry for entry in form.getlist("files") if isinstance(entry, UploadFile)]
        if not files:
            raise RefusedError(400, "the form has no part named 'files'")
        state = read_state(_text(form.get("state")) or "{}") or read_state(
            _text(form.get("settings")) or "{}"
        )
        folder = Path(tempfile.mkdtemp(prefix="boxtrail-"))
        try:
            return folder, [_save(folder, index, file) for index, file in enumerate(files)], state
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    finally:
        await form.close()


def without_folder(text: str, folder: Path) -> str:
    """A message about an uploaded file that names it as the client does: where it lies here is nobody's business."""
    return re.sub(rf"{re.escape(str(folder))}[/\\]\d+[/\\]", "", text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _save(folder: Path, index: int, file: UploadFile) -> Path:
    """Only the last part of a name is taken, whatever the client's system calls a folder."""
    name = PureWindowsPath(PurePosixPath(file.filename or "").name).name
    if name in ("", ".", ".."):
        name = "file"
    place = folder / str(index) / name[-200:]
    place.parent.mkdir()
    with place.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1 << 20)
    return place


__all__ = ["receive", "without_folder"]
