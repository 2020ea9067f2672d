"""Sequences to tune on, and others to see whether it helped there too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from boxtrail.benchmarks import CachedSequence
from boxtrail.errors import ConfigError

HeldOut: TypeAlias = "int | Sequence[str] | None"


def parse_held_out(text: str | None) -> HeldOut:
    """``"3"`` as every third sequence, ``"a,b"`` as the sequences of these names."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    return int(names[0]) if len(names) == 1 and names[0].isdecimal() else names


def divide(
    sequences: Sequence[CachedSequence], held_out: HeldOut
) -> tuple[list[CachedSequence], list[CachedSequence]]:
    """Those to tune on, and those held out: every ``held_out``-th, or those it names.

    Raises:
        ConfigError: for an unknown name, a number below 2, and if no sequence is left on one of the sides.
    """
    if held_out is None:
        return list(sequences), []
    if isinstance(held_out, int):
        if held_out < 2:
            raise ConfigError(
                f"held_out must be 2 or more to hold out every so-manyth sequence, not {held_out}"
            )
        names = {sequence.name for sequence in sequences[held_out - 1 :: held_out]}
    else:
        names = {held_out} if isinstance(held_out, str) else set(held_out)
        unknown = names - {sequence.name for sequence in sequences}
        if unknown:
            known = ", ".join(sequence.name for sequence in sequences)
            raise ConfigError(f"held_out: there is no sequence {min(unknown)!r}; there are {known}")
    tuned = [sequence for sequence in sequences if sequence.name not in names]
    kept = [sequence for sequence in sequences if sequence.name in names]
    if not tuned or not kept:
        raise ConfigError(
            f"held_out: {len(kept)} of {len(sequences)} sequences would be held out; both sides need one"
        )
    return tuned, kept


__all__ = ["HeldOut", "divide", "parse_held_out"]
