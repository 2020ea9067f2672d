"""Which format a file has: by what is in it, whatever its name."""

from __future__ import annotations

import json
import re
from pathlib import Path

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats.files import UTF8_MARK, UTF16_MARKS
from boxtrail.io.formats.masks import is_mask
from boxtrail.io.formats.mot_problems import NUMBER
from boxtrail.io.formats.text import fields_of

HEAD = 1 << 16  # bytes that are looked at for the keys of JSON
_TEXT_HEAD = 1 << 12  # and of lines, of which a few tell
_LOOKED_AT = 20
_KEY = re.compile(r'"(\w+)"\s*:')


def detect(data: bytes, path: Path) -> str:
    """The name of the format; text in which nothing else is recognised is ``"mot"``.

    Raises:
        InvalidInputError: for JSON or XML that is no format of tracks.
    """
    is_json = data[:_TEXT_HEAD].removeprefix(UTF8_MARK).lstrip()[:1] in (b"{", b"[")
    head = data[: HEAD if is_json else _TEXT_HEAD]
    text = head.decode("utf-16", "replace") if head[:2] in UTF16_MARKS else head.decode("utf-8", "replace")
    text = text.removeprefix(UTF8_MARK.decode()).lstrip()
    if text.startswith("<"):
        return "cvat"
    if text.startswith(("{", "[")):
        return _json_format(text, data, path)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(data) > len(head):
        lines = lines[:-1] or lines  # the last one may be cut
    lines = lines[:_LOOKED_AT]
    if not lines:
        return "mot"
    if lines[0].replace(" ", "").startswith("frame_index,"):
        return "csv"
    return _text_format(lines)


def _json_format(text: str, data: bytes, path: Path) -> str:
    """By the keys, which in a large file may come late."""
    first = text.split("\n", 1)[0]
    if '"frame_index"' in first and '"tracks"' in first:
        return "jsonl"
    if text.startswith("["):
        return "coco"
    found = _known(set(_KEY.findall(text)))
    if found is None and len(data) > HEAD:
        found = _known({key.decode() for key in re.findall(rb'"(\w+)"\s*:', data)})
    if found is not None:
        return found
    # Of a file that is cut or damaged, the reader says where; of a sound one, that it is something else.
    try:
        json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return "coco"
    raise InvalidInputError(
        f"{path}, line 1: JSON, but neither COCO-VID nor a Supervisely annotation nor JSON lines"
    )


def _known(keys: set[str]) -> str | None:
    if keys & {"annotations", "images", "instance_id"}:
        return "coco"
    if keys & {"framesCount", "figures"} or {"objects", "frames"} <= keys:
        return "supervisely"
    return None


def _text_format(lines: list[str]) -> str:
    rows = [fields_of(line) for line in lines]
    first = rows[0]
    if len(first) > 2 and first[2][:1].isalpha() and first[2].lower() not in ("nan", "inf", "infinity"):
        return "kitti" if all(NUMBER.fullmatch(field) for field in first[:2]) else "mot"
    if any(_is_mots(line.split()) for line in lines[:3]):
        return "mots"
    tens = [list(map(float, row)) for row in rows if len(row) == 10 and all(map(NUMBER.fullmatch, row))]
    if len(tens) * 2 > len(rows):
        if all(row[9] == -1.0 and row[8] >= 0.0 and row[8] % 1.0 == 0.0 for row in tens):
            return "mot-oriented"
        if all(_is_visdrone(row) for row in tens):
            return "visdrone"
    return "mot"


def _is_mots(fields: list[str]) -> bool:
    """Five whole numbers and a text that fills the mask, or at least one with letters."""
    if len(fields) != 6 or not all(
        field.isascii() and field.isdecimal() and len(field) < 10 for field in fields[:5]
    ):
        return False
    runs = fields[5].encode()
    return not NUMBER.fullmatch(fields[5]) or is_mask((int(fields[3]), int(fields[4]), runs))


def _is_visdrone(row: list[float]) -> bool:
    """A class, a truncation and an occlusion, as VisDrone's truth has them.

    Its results have −1 for the last two, as much else has: they are taken for VisDrone's beside such a truth only.
    """
    return row[7] in range(12) and row[8] in (0.0, 1.0) and row[9] in (0.0, 1.0, 2.0)


__all__ = ["HEAD", "detect"]
