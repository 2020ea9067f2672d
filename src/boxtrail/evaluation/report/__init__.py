"""The report: one HTML file with tables, plots and timelines that needs no network."""

from __future__ import annotations

from boxtrail.evaluation.report.page import render_report, save_report

__all__ = ["render_report", "save_report"]
