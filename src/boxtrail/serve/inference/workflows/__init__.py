"""Workflows: detectors, trackers and outputs wired by a specification."""
