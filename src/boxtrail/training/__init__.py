"""Appearance networks trained, scored and exported.

```python
from boxtrail.training import evaluate_reid, export_reid, train_reid

run = train_reid("folder", "crops/", model="osnet_x0_25", epochs=60)
print(evaluate_reid(run.weights_path, "folder", "crops/"))
export_reid(run.weights_path, "onnx")
```

Importing this loads neither torch nor OpenCV; what needs them imports them when it is used.
"""

from __future__ import annotations

from boxtrail.training.datasets import DATASETS, DatasetOptions, load_dataset
from boxtrail.training.evaluate import evaluate_reid
from boxtrail.training.export import ExportOptions, export_reid
from boxtrail.training.options import TrainOptions
from boxtrail.training.run import TrainingRun
from boxtrail.training.samples import ReidDataset, Sample
from boxtrail.training.scores import ReidScores, score
from boxtrail.training.train import train_reid

__all__ = [
    "DATASETS",
    "DatasetOptions",
    "ExportOptions",
    "ReidDataset",
    "ReidScores",
    "Sample",
    "TrainOptions",
    "TrainingRun",
    "evaluate_reid",
    "export_reid",
    "load_dataset",
    "score",
    "train_reid",
]
