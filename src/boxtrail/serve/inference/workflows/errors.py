"""Workflow errors in the form Roboflow's client reads."""

from __future__ import annotations

from typing import Any

from boxtrail.errors import BoxtrailError


class WorkflowError(BoxtrailError):
    """A specification that cannot be run, or inputs that do not fit it."""

    def __init__(self, message: str, *, kind: str = "WorkflowSyntaxError", step: str | None = None) -> None:
        super().__init__(message)
        self.kind, self.step = kind, step

    def to_json(self) -> dict[str, Any]:
        """The body of a 400."""
        blocks = (
            [] if self.step is None else [{"block_id": self.step, "block_type": None, "property_name": None}]
        )
        return {
            "message": str(self),
            "error_type": self.kind,
            "context": "workflow_compilation" if self.kind == "WorkflowSyntaxError" else "workflow_execution",
            "inner_error_type": self.kind,
            "inner_error_message": str(self),
            "blocks_errors": blocks,
        }


__all__ = ["WorkflowError"]
