"""The server under the load of many cameras: latency of a frame, and what the server costs.

    python benchmarks/bench_serve.py
    python benchmarks/bench_serve.py --sessions 64 --fps 30 --objects 100 --seconds 20 --forms raw,msgpack,json,socket
    python benchmarks/bench_serve.py --forms "" --images 300

Sessions send detections over the own protocol from this process, one connection each, at their rate; the server is
a process of its own on the loopback interface. A frame's latency counts from the moment it was due, so a server that
falls behind cannot hide it. Then one camera sends images over a WebSocket, once waiting for every answer and once
sending ahead: the second is faster by as much as decoding hides behind detection and tracking. Supervisely's client
adds up to a second to every batch of results, which it polls for; nothing of that is in these numbers. Needs the
`[serve]` extra.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import cv2
import msgpack
import numpy as np

from machine import machine
from scene import make_scene
from tables import markdown_table

TICKS = os.sysconf("SC_CLK_TCK")
MEDIA = {"raw": "application/octet-stream", "msgpack": "application/msgpack", "json": "application/json"}
P99_MS, CORES = 15.0, 1.0  # the targets


@contextlib.contextmanager
def server() -> Iterator[tuple[int, int]]:
    """A server's port and process id; it is stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "boxtrail.cli", "serve", "--port", str(port), "--max-sessions", "2000"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readiness", timeout=1).read()
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def bodies(form: str, objects: int, count: int, seed: int) -> list[bytes]:
    """Frames of one stream, packed before the clock starts."""
    frames = make_scene(objects, count, seed=seed).frames
    if form in ("raw", "socket"):
        return [rows.astype("<f4").tobytes() for rows in frames]
    pack = msgpack.packb if form == "msgpack" else lambda said: json.dumps(said).encode()
    return [pack({"detections": rows.tolist()}) for rows in frames]


async def stream(
    port: int, session: str, form: str, frames: list[bytes], start: float, pause: float
) -> list[float]:
    """Send frames when they are due; seconds from then to the answer."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /v1/sessions/{session}/frames HTTP/1.1\r\nHost: x\r\nContent-Type: {MEDIA[form]}\r\nContent-Length: "
    late = []
    for index, body in enumerate(frames):
        due = start + index * pause
        await asyncio.sleep(max(0.0, due - loop.time()))
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in answer[:20]:
            raise RuntimeError(answer.decode())
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        late.append(loop.time() - due)
    writer.close()
    return late


async def stream_socket(
    port: int, session: str, frames: list[bytes], start: float, pause: float
) -> list[float]:
    """The same over a WebSocket."""
    import websockets

    loop, late = asyncio.get_running_loop(), []
    address = f"ws://127.0.0.1:{port}/v1/sessions/{session}/stream?form=raw"
    async with websockets.connect(address, compression=None) as connection:
        for index, body in enumerate(frames):
            due = start + index * pause
            await asyncio.sleep(max(0.0, due - loop.time()))
            await connection.send(body)
            await connection.recv()
            late.append(loop.time() - due)
    return late


def pictures(count: int) -> list[bytes]:
    """JPEGs (720, 1280) of bright boxes that walk over a textured ground."""
    rng = np.random.default_rng(0)
    ground = cv2.resize(rng.integers(0, 120, (90, 160, 3), dtype=np.uint8), (1280, 720))
    packed = []
    for index in range(count):
        image = ground.copy()
        for walker in range(12):
            left, top = (100 * walker + 4 * index) % 1240, 50 * walker + 20
            image[top : top + 60, left : left + 30] = 80 + 14 * walker
        packed.append(cv2.imencode(".jpg", image)[1].tobytes())
    return packed


async def images(port: int, session: str, frames: list[bytes], ahead: int) -> float:
    """Frames a second of one stream of images that has at most ``ahead`` unanswered."""
    import websockets

    address = f"ws://127.0.0.1:{port}/v1/sessions/{session}/stream?form=image"
    async with websockets.connect(address, compression=None) as connection:
        began = time.perf_counter()
        for index, frame in enumerate(frames):
            await connection.send(frame)
            if index >= ahead - 1:
                await connection.recv()
        for _ in range(ahead - 1):
            await connection.recv()
        return len(frames) / (time.perf_counter() - began)


def overlap(port: int, count: int) -> str:
    """A table of both ways, in turns so that both have the same machine."""
    frames, rates = pictures(count), {1: list[float](), 3: list[float]()}
    for _ in range(3):
        for ahead, found in rates.items():
            found.append(asyncio.run(images(port, open_session(port), frames, ahead)))
    alone, together = (float(np.median(found)) for found in rates.values())
    rows = [
        ["waits for every answer", f"{alone:.1f}", "1"],
        ["sends ahead", f"{together:.1f}", f"{together / alone:.2f}"],
    ]
    return markdown_table(["one stream of JPEGs, 1280 × 720", "frames a second", "times"], rows)


async def load(port: int, pid: int, form: str, told: argparse.Namespace) -> tuple[np.ndarray, float, float]:
    """Latencies of all frames in milliseconds, cores the server used, and its seconds of them for one frame."""
    count = round(told.seconds * told.fps)
    sessions = [open_session(port) for _ in range(told.sessions)]
    frames = [bodies(form, told.objects, count, seed) for seed in range(told.sessions)]
    loop = asyncio.get_running_loop()
    start, pause = loop.time() + 1.0, 1.0 / told.fps
    used, began = cpu_seconds(pid), time.perf_counter()
    tasks = []
    for index, (session, packed) in enumerate(zip(sessions, frames, strict=True)):
        first = start + pause * index / told.sessions  # cameras are not in step
        tasks.append(
            stream_socket(port, session, packed, first, pause)
            if form == "socket"
            else stream(port, session, form, packed, first, pause)
        )
    late = await asyncio.gather(*tasks)
    seconds = time.perf_counter() - began - 1.0
    used = cpu_seconds(pid) - used
    for session in sessions:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/sessions/{session}", method="DELETE")
        urllib.request.urlopen(request).read()
    return (
        np.concatenate([np.array(one) for one in late]) * 1000.0,
        used / seconds,
        used / (count * told.sessions),
    )


def open_session(port: int) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/sessions", data=b"{}", headers={"Content-Type": "application/json"}
    )
    return str(json.loads(urllib.request.urlopen(request).read())["id"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=64)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--objects", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--forms", default="raw,msgpack,json,socket")
    parser.add_argument("--images", type=int, default=300, help="images of the one stream; 0 leaves it out")
    told = parser.parse_args()
    rows = []
    with server() as (port, pid):
        for form in filter(None, told.forms.split(",")):
            late, cores, frame = asyncio.run(load(port, pid, form, told))
            p50, p99 = np.percentile(late, [50, 99])
            reached = "yes" if p99 < P99_MS and cores < CORES else "no"
            rows.append(
                [
                    form,
                    f"{p50:.2f} ms",
                    f"{p99:.2f} ms",
                    f"{late.max():.1f} ms",
                    f"{frame * 1e6:.0f} µs",
                    f"{cores:.2f}",
                    reached,
                ]
            )
            print(form, rows[-1], file=sys.stderr)
        image_table = overlap(port, told.images) if told.images else ""
    print(f"{told.sessions} sessions × {told.fps:g} frames a second × {told.objects} objects; {machine()}.\n")
    header = [
        "form",
        "median",
        "p99",
        "worst",
        "CPU a frame",
        "cores of the server",
        f"p99 < {P99_MS:g} ms on < {CORES:g} core",
    ]
    print(markdown_table(header, rows), image_table, sep="\n\n")


if __name__ == "__main__":
    main()
