"""A specification, checked: inputs, steps in an order in which they can run, outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from boxtrail.serve.inference.workflows.blocks import DETECTORS, TRACKERS
from boxtrail.serve.inference.workflows.errors import WorkflowError

IMAGE_INPUTS = ("WorkflowImage", "InferenceImage")
PARAMETER_INPUTS = ("WorkflowParameter", "InferenceParameter")
METADATA_INPUT, BATCH_INPUT = "WorkflowVideoMetadata", "WorkflowBatchInput"
MOST_KEPT = 1 << 16  # letters of a specification that is kept
OUTPUTS = {
    **dict.fromkeys(DETECTORS, ("predictions", "inference_id", "model_id")),
    **{kind: block.outputs for kind, block in TRACKERS.items()},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One block: its type, name and fields."""

    kind: str
    name: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Workflow:
    """What a specification says.

    Attributes:
        images: names of the inputs that are images.
        parameters: names of the others, with their defaults.
        steps: in an order in which each finds what it needs.
        outputs: name to selector.
        key: the same for specifications that say the same.
    """

    images: tuple[str, ...]
    parameters: Mapping[str, Any]
    steps: tuple[Step, ...]
    outputs: Mapping[str, str]
    key: str


def parse(specification: Any) -> Workflow:
    """A workflow of a specification's JSON.

    A client sends the same one with every frame: those seen last are kept, by what they say.

    Raises:
        WorkflowError: naming what is wrong.
    """
    text = json.dumps(specification, sort_keys=True)
    return _kept(text) if len(text) <= MOST_KEPT else _parsed(text)


@lru_cache(maxsize=128)
def _kept(text: str) -> Workflow:
    return _parsed(text)


def _parsed(text: str) -> Workflow:
    specification = json.loads(text)  # a copy of our own, which no caller changes
    if not isinstance(specification, Mapping):
        raise WorkflowError("a specification is a JSON object with inputs, steps and outputs")
    images, parameters = _inputs(_list(specification, "inputs"))
    steps = [_step(entry) for entry in _list(specification, "steps")]
    if len({step.name for step in steps}) < len(steps):
        raise WorkflowError("two steps have one name")
    outputs = {}
    for entry in _list(specification, "outputs"):
        if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
            raise WorkflowError("an output is {'type': 'JsonField', 'name': ..., 'selector': ...}")
        outputs[entry["name"]] = str(entry.get("selector"))
    ordered = _in_order(steps, {*images, *parameters})
    for name, selector in outputs.items():
        _check(selector, {*images, *parameters}, {step.name: step for step in steps}, f"output {name!r}")
    return Workflow(tuple(images), parameters, tuple(ordered), outputs, sha256(text.encode()).hexdigest())


def selectors_of(fields: Mapping[str, Any]) -> list[str]:
    """The selectors among the values of a step's fields."""
    return [value for value in fields.values() if is_selector(value)]


def is_selector(value: Any) -> bool:
    """Whether a value stands for another."""
    return isinstance(value, str) and value.startswith("$")


def _inputs(entries: list[Any]) -> tuple[list[str], dict[str, Any]]:
    images, parameters = [], {}
    for entry in entries:
        kind, name = (entry.get("type"), entry.get("name")) if isinstance(entry, Mapping) else (None, None)
        if not isinstance(name, str):
            raise WorkflowError("an input has a type and a name")
        if kind in IMAGE_INPUTS:
            images.append(name)
        elif kind in (*PARAMETER_INPUTS, METADATA_INPUT, BATCH_INPUT):
            parameters[name] = entry.get("default_value")
        else:
            raise WorkflowError(f"input {name!r} has the unknown type {kind!r}")
    return images, parameters


def _step(entry: Any) -> Step:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise WorkflowError("a step has a type and a name")
    kind, name = str(entry.get("type")), entry["name"]
    if kind not in OUTPUTS:
        known = ", ".join(sorted({other.rpartition("/")[2] for other in OUTPUTS}))
        raise WorkflowError(f"step {name!r}: there is no block {kind!r} here; there are {known}", step=name)
    return Step(kind, name, {key: value for key, value in entry.items() if key not in ("type", "name")})


def _in_order(steps: list[Step], inputs: set[str]) -> list[Step]:
    """Steps after those they need.

    Raises:
        WorkflowError: for a selector of nothing, or steps that wait for each other.
    """
    by_name = {step.name: step for step in steps}
    for step in steps:
        for selector in selectors_of(step.fields):
            _check(selector, inputs, by_name, f"step {step.name!r}", step.name)
    ordered: list[Step] = []
    waiting = list(steps)
    while waiting:
        done = {step.name for step in ordered}
        ready = [
            step
            for step in waiting
            if all(_of_step(selector) in (None, *done) for selector in selectors_of(step.fields))
        ]
        if not ready:
            raise WorkflowError(f"steps wait for each other: {', '.join(step.name for step in waiting)}")
        ordered += ready
        waiting = [step for step in waiting if step not in ready]
    return ordered


def _of_step(selector: str) -> str | None:
    parts = selector.split(".")
    return parts[1] if parts[0] == "$steps" and len(parts) > 1 else None


def _check(
    selector: str, inputs: set[str], steps: Mapping[str, Step], where: str, step: str | None = None
) -> None:
    parts = selector.split(".")
    is_input = parts[0] == "$inputs" and len(parts) == 2 and parts[1] in inputs
    is_output = parts[0] == "$steps" and len(parts) == 3 and parts[1] in steps
    if is_input or (is_output and parts[2] in ("*", *OUTPUTS[steps[parts[1]].kind])):
        return
    raise WorkflowError(f"{where}: {selector!r} selects nothing", step=step)


def _list(specification: Mapping[str, Any], name: str) -> list[Any]:
    value = specification.get(name)
    if not isinstance(value, list):
        raise WorkflowError(f"a specification has a list of {name}")
    return value


__all__ = ["Step", "Workflow", "is_selector", "parse"]
