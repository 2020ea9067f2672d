"""Counts and times for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Metrics:
    """What a server counts; each server has its own, so several fit into one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.frames = Counter("boxtrail_frames", "Frames tracked.", ["protocol"], registry=self.registry)
        self.seconds = Histogram(
            "boxtrail_frame_seconds",
            "From request to answer.",
            ["protocol"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._by_protocol: dict[
            str, tuple[Any, Any]
        ] = {}  # finding a label anew for each frame costs as much as it
        self.refused = Counter(
            "boxtrail_refused_requests", "Requests refused, by status.", ["status"], registry=self.registry
        )

    def note(self, protocol: str, seconds: float) -> None:
        """One more frame."""
        if protocol not in self._by_protocol:
            self._by_protocol[protocol] = (self.frames.labels(protocol), self.seconds.labels(protocol))
        frames, times = self._by_protocol[protocol]
        frames.inc()
        times.observe(seconds)


class OpenSessions:
    """Sessions by protocol, counted when somebody asks."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Any]:
        """As Prometheus' collectors do."""
        gauge = GaugeMetricFamily("boxtrail_sessions", "Sessions that are open.", labels=["protocol"])
        counts: dict[str, int] = {}
        for session in self._service.sessions.all():
            counts[session.protocol] = counts.get(session.protocol, 0) + 1
        for protocol, count in counts.items():
            gauge.add_metric([protocol], count)
        yield gauge


def router(service: Service) -> APIRouter:
    """``GET /metrics``."""
    routes = APIRouter(tags=["health"])
    metrics = service.sessions.metrics
    metrics.registry.register(OpenSessions(service))

    @routes.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def show() -> Response:
        return Response(generate_latest(metrics.registry), media_type="text/plain; version=0.0.4")

    return routes


__all__ = ["Metrics", "router"]
