"""An engine of TensorRT as a callable on tensors of torch. Written against TensorRT 10; it needs a GPU to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from boxtrail.errors import EmbedderError, require


class TensorRtEngine:
    """(B, 3, H, W) crops on a GPU to embeddings (B, D).

    Attributes:
        input_size: (height, width) of the crops.
        dtype: what the crops are.
        max_batch: crops at most, of the engine's profile.
        fixed_batch: crops the engine takes, no more and no fewer, or None.

    Raises:
        EmbedderError: if the file is no engine of this TensorRT and GPU.
        MissingExtraError: if TensorRT is not installed.
    """

    def __init__(self, path: Path, device: Any) -> None:
        trt = require("tensorrt", "tensorrt", "a TensorRT engine")
        with torch.cuda.device(device):
            self._runtime = trt.Runtime(trt.Logger(trt.Logger.ERROR))
            self._engine = self._runtime.deserialize_cuda_engine(path.read_bytes())
            if self._engine is None:
                raise EmbedderError(
                    f"{path}: not an engine of TensorRT {trt.__version__} for this GPU; export it here"
                )
            self._context = self._engine.create_execution_context()
        names = [self._engine.get_tensor_name(i) for i in range(self._engine.num_io_tensors)]
        inputs = [name for name in names if self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT]
        if len(inputs) != 1 or len(names) != 2:
            raise EmbedderError(f"{path}: expected one input and one output, found {', '.join(names)}")
        self._input = inputs[0]
        self._output = next(name for name in names if name != self._input)
        dtypes = {trt.float32: torch.float32, trt.float16: torch.float16, trt.bfloat16: torch.bfloat16}
        self.dtype = dtypes[self._engine.get_tensor_dtype(self._input)]
        self._output_dtype = dtypes[self._engine.get_tensor_dtype(self._output)]
        batch, _, height, width = self._engine.get_tensor_shape(self._input)
        self.input_size = (int(height), int(width))
        self.fixed_batch: int | None = int(batch) if batch > 0 else None
        self.max_batch = self.fixed_batch or int(self._engine.get_tensor_profile_shape(self._input, 0)[2][0])
        self._device = device

    def __call__(self, batch: Any) -> Any:
        """(B, D) embeddings on the device."""
        batch = batch.contiguous()  # engines take channels first
        self._context.set_input_shape(self._input, tuple(batch.shape))
        shape = tuple(self._context.get_tensor_shape(self._output))
        output = torch.empty(shape, dtype=self._output_dtype, device=self._device)
        self._context.set_tensor_address(self._input, batch.data_ptr())
        self._context.set_tensor_address(self._output, output.data_ptr())
        if not self._context.execute_async_v3(torch.cuda.current_stream(self._device).cuda_stream):
            raise EmbedderError("the TensorRT engine failed; its log is on stderr")
        return output.reshape(shape[0], -1)
