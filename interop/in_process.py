"""The same predictions without a server: JSON in, JSON out, in boxtrail's environment.

In: ``[{"input": path, ...arguments of predict}, ...]``. Out: for each of them a list of
``[frame_index, track_ids, boxes, classes]``, boxes to the part of a pixel.
"""

from __future__ import annotations

import json
import sys

from boxtrail.predict import ModelAPI
from scene import ColourDetector


def main() -> None:
    """From standard input to standard output."""
    model = ModelAPI(detector=ColourDetector())
    answers = []
    for case in json.load(sys.stdin):
        answers.append(
            [
                [
                    prediction.frame_index,
                    None if prediction.track_ids is None else prediction.track_ids.tolist(),
                    prediction.boxes.tolist(),
                    list(prediction.classes),
                ]
                for prediction in model.predict(case.pop("input"), **case)
            ]
        )
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
