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
        EmbedderError: if the file is no engine of this TensorRT and GPU, or takes no crops.
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
        found = [dtypes.get(self._engine.get_tensor_dtype(name)) for name in (self._input, self._output)]
        shape = tuple(self._engine.get_tensor_shape(self._input))
        if None in found or len(shape) != 4 or shape[1] != 3 or min(shape[2:]) < 1:
            raise EmbedderError(f"{path}: expected crops (batch, 3, H, W) of floats to embed, found {shape}")
        self.dtype, self._output_dtype = found
        batch, _, height, width = (int(size) for size in shape)
        self.input_size = (height, width)
        self.fixed_batch: int | None = batch if batch > 0 else None
        self.max_batch = self.fixed_batch or int(self._engine.get_tensor_profile_shape(self._input, 0)[2][0])
        self._device = device
        self._stream = torch.cuda.Stream(device)  # on the default one TensorRT makes the cores wait

    def __call__(self, batch: Any) -> Any:
        """(B, D) embeddings on the device."""
        batch = batch.contiguous()  # engines take channels first
        self._context.set_input_shape(self._input, tuple(batch.shape))
        shape = tuple(self._context.get_tensor_shape(self._output))
        output = torch.empty(shape, dtype=self._output_dtype, device=self._device)
        self._context.set_tensor_address(self._input, batch.data_ptr())
        self._context.set_tensor_address(self._output, output.data_ptr())
        current = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(current)
        done = self._context.execute_async_v3(self._stream.cuda_stream)
        current.wait_stream(self._stream)  # before it may give the memory of both tensors to others
        if not done:
            raise EmbedderError("the TensorRT engine failed; its log is on stderr")
        return output.reshape(shape[0], -1)
