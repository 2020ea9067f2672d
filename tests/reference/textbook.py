"""A Kalman filter as textbooks write it: F, H, Q, R, an inverse, nothing clever. What the reference is held against."""

from __future__ import annotations

import numpy as np

from boxtrail.boxes import FloatArray

P, V = 1.0 / 20.0, 1.0 / 160.0
Deviations = tuple[list[float], list[float], list[float], list[float], list[float]]


def deviations(family: str, w: float, h: float) -> Deviations:
    """Standard deviations: initial position and velocity, process position and velocity, measurement."""
    if family == "XYWH_WIDE":
        sizes = [w, h, w, h]
        return tuple([factor * size for size in sizes] for factor in (2, 10, P, V, P))  # type: ignore[return-value]
    if family in ("XYAH", "XYWH"):
        sizes = [h, h, None, h] if family == "XYAH" else [w, h, w, h]

        def scaled(factor: float, ratio: float) -> list[float]:
            return [ratio if size is None else factor * size for size in sizes]

        return scaled(2 * P, 1e-2), scaled(10 * V, 1e-5), scaled(P, 1e-2), scaled(V, 1e-5), scaled(P, 1e-1)
    variances = {
        "XYSR": ([10] * 4, [1e4, 1e4, 1e4, 0], [1] * 4, [0.01, 0.01, 1e-4, 0], [1, 1, 10, 10]),
        "XYHR": ([10] * 4, [1e4] * 4, [1] * 4, [0.01] * 4, [1, 1, 10, 0.01]),
    }[family]
    return tuple(np.sqrt(values).tolist() for values in variances)  # type: ignore[return-value]


ANGLE = {  # variances in the same order
    "XYAH": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
    "XYWH": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
    "XYSR": (10.0, 1e4, 1.0, 1e-4, 10.0),
    "XYHR": (10.0, 1e4, 0.01, 0.01, 0.01),
    "XYWH_WIDE": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
}


def encode(family: str, w: float, h: float) -> tuple[float, float]:
    codes = {"XYAH": (w / h, h), "XYWH": (w, h), "XYSR": (w * h, w / h), "XYHR": (h, w / h)}
    return codes[family.removesuffix("_WIDE")]


def decode(family: str, p: float, q: float) -> tuple[float, float]:
    if family == "XYSR":
        return np.sqrt(p * q), np.sqrt(p / q)
    return {"XYAH": (p * q, q), "XYWH": (p, q), "XYHR": (p * q, p)}[family.removesuffix("_WIDE")]


class Textbook:
    """One filter over (cx, cy, w, h) or (cx, cy, w, h, angle)."""

    def __init__(self, family: str, box: FloatArray) -> None:
        self.family, self.n = family, len(box)
        self.H = np.hstack([np.eye(self.n), np.zeros((self.n, self.n))])
        self.x = np.concatenate([self.measurement(box), np.zeros(self.n)])
        noise = self.noise()
        self.P = np.diag(noise[0] + noise[1])

    def measurement(self, box: FloatArray) -> FloatArray:
        return np.array([*box[:2], *encode(self.family, *box[2:4]), *box[4:]])

    def noise(self) -> list[list[float]]:
        """Variances for the present size."""
        std = deviations(self.family, *decode(self.family, self.x[2], self.x[3]))
        angle = ANGLE[self.family] if self.n == 5 else ()
        return [[s * s for s in group] + list(angle[i : i + 1]) for i, group in enumerate(std)]

    def predict(self, dt: float) -> None:
        n = self.n
        A = np.block([[np.zeros((n, n)), np.eye(n)], [np.zeros((n, 2 * n))]])
        F = np.eye(2 * n) + dt * A
        _, _, position, velocity, _ = self.noise()
        self.x = F @ self.x
        if self.family == "XYWH_WIDE":  # noise of the predicted size
            _, _, position, velocity, _ = self.noise()
        # The continuous density whose integral over one frame is the per-frame noise.
        qp, qv = np.diag(position), np.diag(velocity)
        L = np.block([[qp + qv / 6.0, -qv / 2.0], [-qv / 2.0, qv]])
        Q = dt * L + dt**2 / 2.0 * (A @ L + L @ A.T) + dt**3 / 3.0 * (A @ L @ A.T)
        self.P = F @ self.P @ F.T + Q

    def project(self) -> tuple[FloatArray, FloatArray]:
        return self.H @ self.x, self.H @ self.P @ self.H.T + np.diag(self.noise()[4])

    def update(self, box: FloatArray) -> None:
        mean, S = self.project()
        K, R = self.P @ self.H.T @ np.linalg.inv(S), np.diag(self.noise()[4])
        self.x = self.x + K @ (self.measurement(box) - mean)
        keep = np.eye(2 * self.n) - K @ self.H
        self.P = keep @ self.P @ keep.T + K @ R @ K.T  # Joseph: exact where P is large
        if self.n == 5:
            self.x[9] *= 0.8  # the turning rate is damped

    def gating_distance(self, box: FloatArray) -> float:
        mean, S = self.project()
        d = self.measurement(box) - mean
        return float(d @ np.linalg.inv(S) @ d)
