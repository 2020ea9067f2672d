"""Tiny ONNX networks with known outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


class OnnxFiles:
    """Writes networks of a handful of nodes into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.onnx = pytest.importorskip("onnx")

    def constant(
        self,
        outputs: Mapping[str, NDArray[Any]],
        *,
        shape: Sequence[int | str] = ("batch", 3, 640, 640),
        dtype: str = "FLOAT",
        metadata: Mapping[str, str] | None = None,
        frame_sizes: bool = False,
    ) -> Path:
        """A network that answers every image with ``outputs`` (without batch axis), whatever it shows.

        The batch axis of the answer is that of the images: zero times their mean is added.
        """
        make = self.onnx.helper.make_node
        nodes = [
            make("Cast", ["images"], ["float"], to=1),
            make("ReduceMean", ["float"], ["columns"], axes=[3], keepdims=0),
            make("ReduceMean", ["columns"], ["mean"], axes=[1, 2], keepdims=1),
            make("Sub", ["mean", "mean"], ["zero"]),
        ]
        constants, results = [], []
        for name, value in outputs.items():
            values = np.asarray(value, dtype=np.float32)
            constants.append(self._initializer(f"{name}_value", values))
            shape_of_zero = np.array([-1] + [1] * values.ndim, dtype=np.int64)
            constants.append(self._initializer(f"{name}_shape", shape_of_zero))
            nodes.append(make("Reshape", ["zero", f"{name}_shape"], [f"{name}_zero"]))
            nodes.append(make("Add", [f"{name}_value", f"{name}_zero"], [name]))
            results.append((name, ["batch", *values.shape]))
        inputs = [("images", dtype, list(shape))]
        if frame_sizes:
            inputs.append(("orig_target_sizes", "INT64", ["batch", 2]))
        return self._save(nodes, constants, inputs, results, metadata)

    def bright_box(self, width: int, height: int) -> Path:
        """A network of the (N, 6) kind that boxes the brightest pixels of the image; score 0.9."""
        make = self.onnx.helper.make_node
        nodes = [
            make("ReduceMax", ["images"], ["columns"], axes=[1, 2], keepdims=0),
            make("ReduceMax", ["images"], ["rows"], axes=[1, 3], keepdims=0),
            make("ArgMax", ["columns"], ["x1"], axis=1),
            make("ArgMax", ["rows"], ["y1"], axis=1),
            make("ArgMax", ["columns"], ["last_x"], axis=1, select_last_index=1),
            make("ArgMax", ["rows"], ["last_y"], axis=1, select_last_index=1),
            make("Add", ["last_x", "one"], ["x2"]),
            make("Add", ["last_y", "one"], ["y2"]),
            make("Concat", ["x1", "y1", "x2", "y2"], ["corners"], axis=1),
            make("Cast", ["corners"], ["box"], to=1),
            make("Concat", ["box", "score"], ["row"], axis=1),
            make("Reshape", ["row", "shape"], ["output0"]),
        ]
        constants = [
            self._initializer("one", np.array([1], dtype=np.int64)),
            self._initializer("score", np.array([[0.9, 0.0]], dtype=np.float32)),
            self._initializer("shape", np.array([1, 1, 6], dtype=np.int64)),
        ]
        return self._save(
            nodes, constants, [("images", "FLOAT", [1, 3, height, width])], [("output0", [1, 1, 6])], None
        )

    def channel_means(self, size: int) -> Path:
        """A network of the (N, 6) kind: the whole image, scored by the mean of its first channel."""
        make = self.onnx.helper.make_node
        nodes = [
            make("Slice", ["images", "begin", "end", "axis"], ["first"]),
            make("ReduceMean", ["first"], ["mean"], axes=[2, 3], keepdims=0),
            make("Concat", ["box", "mean", "label"], ["row"], axis=1),
            make("Reshape", ["row", "shape"], ["output0"]),
        ]
        constants = [
            self._initializer("begin", np.array([0], dtype=np.int64)),
            self._initializer("end", np.array([1], dtype=np.int64)),
            self._initializer("axis", np.array([1], dtype=np.int64)),
            self._initializer("box", np.array([[0, 0, size, size]], dtype=np.float32)),
            self._initializer("label", np.array([[0]], dtype=np.float32)),
            self._initializer("shape", np.array([1, 1, 6], dtype=np.int64)),
        ]
        return self._save(
            nodes, constants, [("images", "FLOAT", [1, 3, size, size])], [("output0", [1, 1, 6])], None
        )

    def _initializer(self, name: str, values: NDArray[Any]) -> Any:
        return self.onnx.numpy_helper.from_array(values, name)

    def _save(
        self,
        nodes: list[Any],
        constants: list[Any],
        inputs: list[tuple[str, str, list[int | str]]],
        outputs: list[tuple[str, list[int | str]]],
        metadata: Mapping[str, str] | None,
    ) -> Path:
        helper, kinds = self.onnx.helper, self.onnx.TensorProto
        graph = helper.make_graph(
            nodes,
            "tiny",
            [
                helper.make_tensor_value_info(name, getattr(kinds, dtype), shape)
                for name, dtype, shape in inputs
            ],
            [helper.make_tensor_value_info(name, kinds.FLOAT, shape) for name, shape in outputs],
            constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, dict(metadata or {}))
        self.onnx.checker.check_model(model)
        path = self.folder / f"model{len(list(self.folder.iterdir()))}.onnx"
        self.onnx.save(model, str(path))
        return path


@pytest.fixture
def onnx_files(tmp_path: Path) -> OnnxFiles:
    """A writer of tiny networks; skips without onnx, onnxruntime or OpenCV."""
    pytest.importorskip("onnxruntime")
    pytest.importorskip("cv2")
    return OnnxFiles(tmp_path)
