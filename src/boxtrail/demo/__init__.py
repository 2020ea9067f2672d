"""A film of people crossing a plaza, rendered with known truth, to see boxtrail at work without any data."""

from __future__ import annotations

from boxtrail.demo.runner import DemoReport, run_demo

__all__ = ["DemoReport", "run_demo"]
