"""Decoding ahead in a thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boxtrail.io import Frame, open_source
from boxtrail.io.buffer import BoundedBuffer
from boxtrail.io.prefetch import DecodeAhead


def decoding_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "boxtrail-decode"]


def test_the_thread_reads_no_further_ahead_than_told(make_frames: Callable[..., list[Frame]]) -> None:
    read: list[int] = []
    reached = threading.Event()

    def counting() -> Iterator[Frame]:
        for frame in make_frames(20):
            read.append(frame.index)
            if frame.index == 3:
                reached.set()
            yield frame

    ahead = DecodeAhead(counting(), 3)
    assert reached.wait(5)
    threading.Event().wait(0.05)
    assert read == [0, 1, 2, 3]  # three in the buffer, one in hand
    assert [frame.index for frame in ahead] == list(range(20))
    assert ahead.close()


def test_an_exception_reaches_the_reader_after_the_frames_before_it(
    make_frames: Callable[..., list[Frame]],
) -> None:
    def failing() -> Iterator[Frame]:
        yield from make_frames(2)
        raise RuntimeError("the disk is gone")

    ahead = DecodeAhead(failing(), 8)
    assert [ahead.read() is not None, ahead.read() is not None] == [True, True]
    with pytest.raises(RuntimeError, match="the disk is gone"):
        ahead.read()
    assert ahead.read() is None
    assert ahead.close()


def test_closing_early_stops_the_thread(make_video: Callable[..., Path]) -> None:
    source = open_source(make_video(30), prefetch=2)
    iterator = iter(source)
    assert next(iterator).index == 0
    assert len(decoding_threads()) == 1
    source.close()
    assert not decoding_threads()
    assert list(iterator) == []


def test_breaking_out_of_the_loop_stops_the_thread(make_video: Callable[..., Path]) -> None:
    source = open_source(make_video(30), prefetch=2)
    for _ in source:
        break
    gc.collect()
    assert not decoding_threads()
    source.close()


def test_reading_to_the_end_leaves_no_thread(make_video: Callable[..., Path]) -> None:
    for _ in range(5):
        assert len(list(open_source(make_video(6), prefetch=2))) == 6
    assert not decoding_threads()


def test_a_full_buffer_drops_the_oldest_when_asked_to() -> None:
    buffer: BoundedBuffer[int] = BoundedBuffer(3, drop_oldest=True)
    assert all(buffer.put(k) for k in range(10))
    buffer.finish()
    assert [buffer.get() for _ in range(4)] == [7, 8, 9, None]
    assert buffer.num_dropped == 7


def test_a_stopped_buffer_lets_the_waiting_side_go() -> None:
    buffer: BoundedBuffer[int] = BoundedBuffer(1)
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.extend(buffer.put(k) for k in range(3)))
    thread.start()
    while not buffer._items:
        threading.Event().wait(0.001)
    buffer.stop()
    thread.join(5)
    assert not thread.is_alive()
    assert results[-1] is False
    assert buffer.get() is None
