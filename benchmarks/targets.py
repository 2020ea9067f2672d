"""What the speed of `update()` is held to, and whether a run reached it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from boxtrail.trackers.speed import speed_class
from contest import Timing
from tables import format_ratio

# The lower bound, by number of objects: microseconds a frame of a hand-made ByteTrack in C++ with a
# block-structured filter, grid IoU and assignment per component; no Python.
LIMIT_US = {10: 1.6, 100: 16.0, 500: 86.0, 1000: 176.0}
MAX_TIMES_LIMIT = 3.0

# What the peers' ByteTrack took where and when that bound was measured: how much slower this machine is now.
ANCHORS_US: dict[str, dict[int, float]] = {
    "trackforge": {10: 11.0, 100: 317.0, 500: 8900.0, 1000: 31200.0},
    "trackers": {10: 647.0, 100: 4960.0, 500: 30800.0, 1000: 71000.0},
}

# Times faster than the peer, by number of objects; None stands for every count.
MIN_RATIOS: dict[str, dict[int | None, float]] = {
    "trackforge": {100: 5.0, 500: 30.0, 1000: 40.0},
    "trackers": {None: 60.0},
}

MAX_TIMES_BYTETRACK = 2.5  # no tracker without appearance takes longer than so many times ByteTrack

MAX_GROWTH = 13.0  # of the time, from 1,000 to 10,000 objects at constant density


@dataclass(frozen=True)
class Verdict:
    """One target beside what was measured."""

    what: str
    wanted: str
    measured: str
    reached: bool

    @property
    def cells(self) -> list[str]:
        """For a table."""
        return [self.what, self.wanted, self.measured, "yes" if self.reached else "NO"]


def ratio(ours: Timing, other: Timing) -> float | None:
    """How many times longer `other` takes, median over the rounds both have; None without any."""
    pairs = list(zip(ours.medians, other.medians, strict=False))
    if not pairs:
        return None
    ratios = sorted(theirs / mine for mine, theirs in pairs)
    middle = len(ratios) // 2
    return ratios[middle] if len(ratios) % 2 else (ratios[middle - 1] + ratios[middle]) / 2


def times_limit(size: int, ours: Timing) -> float | None:
    """Our time over the lower bound; None where the bound was not measured."""
    return ours.median / LIMIT_US[size] if size in LIMIT_US and ours.rounds else None


def slowdown(size: int, timings: Mapping[str, Timing]) -> float | None:
    """How much slower the peers ran here than beside the lower bound: the least of them, None without any."""
    found = [
        timings[peer].median / anchors[size]
        for peer, anchors in ANCHORS_US.items()
        if size in anchors and peer in timings and timings[peer].rounds
    ]
    return min(found, default=None)


def speed_verdicts(tracker: str, by_size: Mapping[int, Mapping[str, Timing]]) -> list[Verdict]:
    """The targets against peers, and against the lower bound for ByteTrack, for one tracker."""
    found = []
    for size, timings in by_size.items():
        ours = timings["boxtrail"]
        for peer, wanted in MIN_RATIOS.items():
            least = wanted.get(size, wanted.get(None))
            measured = ratio(ours, timings[peer]) if peer in timings else None
            if least is not None and measured is not None:
                what = f"{tracker}, {size} objects: faster than {peer}"
                found.append(
                    Verdict(what, f"≥ {format_ratio(least)}", format_ratio(measured), measured >= least)
                )
        if tracker == "bytetrack":
            found += _limit_verdicts(size, timings)
    return found


def _limit_verdicts(size: int, timings: Mapping[str, Timing]) -> list[Verdict]:
    """ByteTrack against the lower bound: as measured, and with the machine's slowdown taken out."""
    times = times_limit(size, timings["boxtrail"])
    if times is None:
        return []
    what, wanted = (
        f"bytetrack, {size} objects: time over the lower bound",
        f"≤ {format_ratio(MAX_TIMES_LIMIT)}",
    )
    found = [Verdict(what, wanted, format_ratio(times), times <= MAX_TIMES_LIMIT)]
    slower = slowdown(size, timings)
    if slower is not None:
        fair = times / slower
        what += f"; peers run {format_ratio(slower)} as long here"
        found.append(Verdict(what, wanted, format_ratio(fair), fair <= MAX_TIMES_LIMIT))
    return found


def growth_verdict(tracker: str, by_size: Mapping[int, Mapping[str, Timing]]) -> list[Verdict]:
    """The target on the growth from 1,000 to 10,000 objects; empty if either was not measured."""
    if not {1000, 10000} <= by_size.keys():
        return []
    growth = ratio(by_size[1000]["boxtrail"], by_size[10000]["boxtrail"])
    if growth is None:
        return []
    what = f"{tracker}, constant density: time from 1,000 to 10,000 objects"
    return [Verdict(what, f"≤ {format_ratio(MAX_GROWTH)}", format_ratio(growth), growth <= MAX_GROWTH)]


def speed_classes(results: Mapping[str, Mapping[int, Mapping[str, Timing]]]) -> Iterator[str]:
    """The speed class of each tracker, by its time over ByteTrack's at 100 objects, where both were measured."""
    base = results.get("bytetrack", {}).get(100)
    for tracker, by_size in results.items():
        if base is None or 100 not in by_size:
            continue
        times = ratio(base["boxtrail"], by_size[100]["boxtrail"])
        if times is not None:
            yield f"- {tracker}: {speed_class(times)} ({format_ratio(times)} ByteTrack's time at 100 objects)"
