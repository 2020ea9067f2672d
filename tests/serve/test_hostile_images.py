"""Small files that hold huge images, and images that are broken."""

from __future__ import annotations

import base64
import contextlib
import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from boxtrail.errors import BoxtrailError
from boxtrail.serve.images import declared_size, decode_image
from boxtrail.serve.limits import Limits
from hostile_bodies import BOMBS, alive, little_memory
from left_files import files_named
from served_sockets import Running


@pytest.mark.parametrize("kind", sorted(BOMBS))
def test_a_small_file_that_holds_a_huge_image_is_refused_before_it_is_unpacked(
    server: Running, kind: str, temporary: Path
) -> None:
    bomb = BOMBS[kind]
    assert declared_size(bomb) is not None
    with little_memory(), httpx.Client(base_url=server.url, timeout=120) as client:
        session = client.post("/v1/sessions", json={}).json()["id"]
        headers = {"Content-Type": f"image/{kind}"}
        own = client.post(f"/v1/sessions/{session}/frames", content=bomb, headers=headers)
        encoded = base64.b64encode(bomb).decode()
        infer = client.post(
            "/infer/object_detection", json={"model_id": "a/1", "image": {"type": "base64", "value": encoded}}
        )
        upload = client.post("/inference_batch_async", files=[("files", (f"a.{kind}", bomb))])
        for answer in (own, infer, upload):
            assert answer.status_code == 413, answer.text
            assert "pixels" in answer.json()["message"]
    assert not files_named(temporary, f"*.{kind}")
    assert alive(server)


def test_many_images_of_one_request_are_not_all_unpacked_at_once(serve: Any) -> None:
    file = io.BytesIO()
    Image.new("1", (1000, 1000)).save(file, "PNG")  # a hundred bytes or so
    image = {"type": "base64", "value": base64.b64encode(file.getvalue()).decode()}
    with serve(limits=Limits(max_pixels=10**6)) as server, little_memory():
        said = {"model_id": "a/1", "image": [image] * 2000}
        answer = httpx.post(f"{server.url}/infer/object_detection", json=said, timeout=120)
        assert answer.status_code == 413
        assert alive(server)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF", "ignore:Truncated File Read")
@pytest.mark.parametrize("length", [1, 8, 20, 40, 150])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_a_truncated_image_is_no_image_or_what_there_is_of_it(format: str, length: int) -> None:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(file, format)
    with contextlib.suppress(ValueError):  # InvalidInputError, and nothing else
        assert decode_image(file.getvalue()[:length], 10**6).shape[2] == 3


@pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF", "ignore:Truncated File Read", "ignore::PIL.Image.DecompressionBombWarning"
)
def test_random_bytes_behind_every_signature_are_no_image() -> None:
    rng = np.random.default_rng(0)
    for start in (
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"BM",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"II*\0",
        b"MM\0*",
    ):
        for _ in range(50):
            with contextlib.suppress(BoxtrailError):
                decode_image(start + rng.bytes(300), 10**6)
