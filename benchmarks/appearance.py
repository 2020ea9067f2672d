"""What appearance brings to tracking: without, with histograms, and with a trained network, and what it costs.

    python benchmarks/appearance.py
    python benchmarks/appearance.py --weights runs/train/osnet_x0_25/best.pt --only trackers,retrieval \\
        --trackers botsort,deepocsort,strongsort,tracktrack

Needs `boxtrail[video]` and the shared data (`BOXTRAIL_DATA`); `--weights` needs `boxtrail[reid]`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.evaluation import evaluate
from boxtrail.pipeline import Boxtrail
from boxtrail.reid import Embedder, create_embedder
from boxtrail.trackers import TRACKERS, create_tracker
from boxtrail.training.run import PRESET
from filmed import Filmed, demo_film, filmed_sequences
from sequences import data_folder
from tables import NOTHING, markdown_table

LOOKING = [name for name, kind in TRACKERS.items() if kind.appearance != "unused"]
SECTIONS = ("trackers", "demo", "modes", "overlap", "retrieval")
SEEDS = (0, 1, 2)
MODES: dict[str, dict[str, Any]] = {
    "every frame": {},
    "every 2nd frame": {"embedding_interval": 2},
    "every 3rd frame": {"embedding_interval": 3},
    "every 5th frame": {"embedding_interval": 5},
    "every 10th frame": {"embedding_interval": 10},
    "ambiguous": {"only_ambiguous": True},
    "ambiguous, all in every 10th frame": {"only_ambiguous": True, "embedding_interval": 10},
}


class Counting:
    """An embedder that counts its boxes and its seconds."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self.dim = embedder, embedder.dim
        self.boxes, self.seconds = 0, 0.0

    def embed(self, frames: Any, boxes: Any, **options: Any) -> Any:
        """As the embedder does."""
        begin = time.perf_counter()
        rows = self._embedder.embed(frames, boxes, **options)
        self.seconds += time.perf_counter() - begin
        self.boxes += len(boxes)
        return rows


def embeddings_of(film: Filmed, embedder: Embedder) -> list[NDArray[np.float32]]:
    """How every detection looks, frame by frame."""
    pairs = zip(film.frames(), film.detections, strict=False)
    return [embedder.embed(image, detections) for image, detections in pairs]


def result_rows(number: int, tracks: Any) -> list[list[float]]:
    """Rows of one frame as in a MOT file."""
    return [
        [number, track_id, x1, y1, x2 - x1, y2 - y1, 1.0]
        for track_id, (x1, y1, x2, y2) in zip(tracks.id.tolist(), tracks.xyxy.tolist(), strict=True)
    ]


def scores(film: Filmed, rows: list[list[float]]) -> tuple[float, int]:
    """IDF1 in per cent, and identity switches."""
    overall = evaluate(film.truth, np.array(rows), preprocess="none").overall
    return 100.0 * float(overall["IDF1"]), int(overall["IDSW"])


def tracked(
    film: Filmed, name: str, embeddings: list[NDArray[np.float32]] | None, preset: Path | None = None
) -> tuple[float, int]:
    """IDF1 and switches of a tracker at its defaults, or with a preset; the cameras stand still."""
    tracker = create_tracker(name, preset=preset, frame_rate=film.frame_rate, cmc_method="none")
    rows: list[list[float]] = []
    for k, detections in enumerate(film.detections):
        tracks = tracker.update(detections, embs=None if embeddings is None else embeddings[k])
        rows += result_rows(k + 1, tracks)
    return scores(film, rows)


def trackers_table(
    films: list[Filmed], models: dict[str, Embedder], names: list[str], presets: dict[str, Path]
) -> str:
    """IDF1 and switches of every tracker: without appearance, with each model, and BoT-SORT with its preset too."""
    found: dict[tuple[str, str], list[str]] = {}
    for film in films:
        looks = {"none": None, **{name: embeddings_of(film, model) for name, model in models.items()}}
        for tracker in names:
            for model, embeddings in looks.items():
                print(f"{film.name}: {tracker}, {model}", file=sys.stderr)
                cell = NOTHING
                if embeddings is not None or TRACKERS[tracker].appearance != "needed":
                    idf1, switches = tracked(film, tracker, embeddings)
                    cell = f"{idf1:.1f} / {switches}"
                found.setdefault((tracker, model), []).append(cell)
                if tracker == "botsort" and model in presets:
                    idf1, switches = tracked(film, tracker, embeddings, presets[model])
                    found.setdefault((tracker, f"{model}, preset"), []).append(f"{idf1:.1f} / {switches}")
    rows = [[tracker, model, *cells] for (tracker, model), cells in found.items()]
    return markdown_table(["tracker", "appearance", *(film.name for film in films)], rows, num_text=2)


def modes_table(films: list[Filmed], model: Embedder, tracker_name: str) -> str:
    """What embedding less costs and spares, frames shown to the tracker."""
    rows = []
    for mode, options in MODES.items():
        cells, boxes, seconds, frames = [], 0, 0.0, 0
        for film in films:
            print(f"{film.name}: {mode}", file=sys.stderr)
            counting = Counting(model)
            tracker = create_tracker(
                tracker_name, reid_weights=counting, frame_rate=film.frame_rate, cmc_method="none", **options
            )
            found: list[list[float]] = []
            for k, (image, detections) in enumerate(zip(film.frames(), film.detections, strict=False)):
                found += result_rows(k + 1, tracker.update(detections, image))
            idf1, switches = scores(film, found)
            cells.append(f"{idf1:.1f} / {switches}")
            boxes, seconds = boxes + counting.boxes, seconds + counting.seconds
            frames += len(film.detections)
        rows.append([mode, *cells, f"{boxes:,}", f"{1e3 * seconds / frames:.2f} ms"])
    header = ["embedded", *(film.name for film in films), "boxes embedded", "embedding a frame"]
    return markdown_table(header, rows)


class Elsewhere:
    """An embedder on a device: the processor waits for it."""

    dim = 8

    def embed(self, frames: Any, boxes: Any, **_: Any) -> Any:
        """Ten milliseconds a call."""
        time.sleep(0.01)
        return np.eye(1, self.dim, dtype=np.float32).repeat(len(boxes), axis=0)


def overlap_table(data: Path, models: dict[str, Embedder], rounds: int = 5) -> str:
    """A run with embedding in its turn, and beside detection and tracking; the medians of alternating rounds."""
    found: dict[tuple[str, str], list[list[float]]] = {
        (name, way): [] for name in models for way in ("in its turn", "beside the others")
    }
    for _ in range(rounds):
        for (name, way), seconds in found.items():
            print(f"{name} {way}", file=sys.stderr)
            tracker = create_tracker("botsort", reid_weights=models[name], cmc_method="none")
            function = tracker.embedding.embed if way == "in its turn" else None
            run = Boxtrail("motion", tracker, embedder=function, camera_motion="none")
            timings = run.track(data / "clips" / "vtest.avi", num_frames=300).timings
            seconds.append([timings.wall, timings.detect, timings.embed, timings.embed_work, timings.track])
    rows = [
        [*run, *(f"{value:.2f}" for value in np.median(seconds, axis=0))] for run, seconds in found.items()
    ]
    header = ["embedder", "it runs", "wall", "detect", "waited for it", "at work", "track"]
    return markdown_table(header, rows, num_text=2)


def retrieval_table(data: Path, models: dict[str, Embedder]) -> str:
    """Each person's later crops looked for among everybody's earlier ones, and the distances behind it."""
    paths = sorted((data / "reid-crops").glob("*/*.jpg"))
    crops = [np.asarray(cv2.imread(str(path)), dtype=np.uint8) for path in paths]
    people = np.array([f"{path.parent.name}/{path.name[:4]}" for path in paths])
    late = np.zeros(len(paths), bool)
    for person in np.unique(people):
        of_one = np.flatnonzero(people == person)
        late[of_one[len(of_one) // 2 :]] = True
    rows = []
    for name, model in models.items():
        whole = [[0.0, 0.0, float(crop.shape[1]), float(crop.shape[0])] for crop in crops]
        embeddings = np.vstack([model.embed(crop, [box]) for crop, box in zip(crops, whole, strict=True)])
        rows.append([name, *retrieval(embeddings, people, late)])
    header = ["appearance", "rank-1", "mAP", "same person, 5–95 %", "others in the video, 5–95 %"]
    return markdown_table(header, rows)


def retrieval(embeddings: NDArray[np.float32], people: NDArray[Any], late: NDArray[np.bool_]) -> list[str]:
    """Rank-1 and mAP in per cent, and the spread of cosine distances."""
    cosines = embeddings @ embeddings.T
    precisions, first = [], []
    for query in np.flatnonzero(late):
        order = np.flatnonzero(~late)[np.argsort(-cosines[query, ~late], kind="stable")]
        hits = people[order] == people[query]
        first.append(hits[0])
        precisions.append(float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean()))
    videos = np.array([person.partition("/")[0] for person in people])
    i, j = np.triu_indices(len(people), 1)
    same, beside = people[i] == people[j], videos[i] == videos[j]
    spreads = [np.percentile(1.0 - cosines[i, j][which], (5, 95)) for which in (same, beside & ~same)]
    shown = [f"{low:.2f}–{high:.2f}" for low, high in spreads]
    return [f"{100.0 * np.mean(first):.1f}", f"{100.0 * np.mean(precisions):.1f}", *shown]


def embedders(weights: list[Path], arch: str | None) -> tuple[dict[str, Embedder], dict[str, Path]]:
    """Histograms, and the networks of the weights by architecture and file; the presets that training left beside."""
    models: dict[str, Embedder] = {"histogram": create_embedder("histogram")}
    presets = {}
    for path in weights:
        network: Any = create_embedder(path, arch=arch)
        name = f"{getattr(network.model, 'arch', 'network')}, {path.stem}"
        models[name] = network
        if (preset := path.with_name(PRESET)).is_file():
            presets[name] = preset
    return models, presets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--weights", type=Path, nargs="+", default=[], help="trained networks, beside histograms"
    )
    parser.add_argument("--arch", help="their architecture, where neither the files nor their names say it")
    parser.add_argument("--trackers", default=",".join(LOOKING))
    parser.add_argument("--modes-of", default="botsort,deepocsort", help="trackers of the tables of modes")
    parser.add_argument(
        "--only", default=",".join(SECTIONS), help="sections to print, of these; default: all"
    )
    options = parser.parse_args()
    wanted, names = options.only.split(","), options.trackers.split(",")
    for given, known in ((wanted, SECTIONS), (names, LOOKING), (options.modes_of.split(","), LOOKING)):
        if unknown := [name for name in given if name not in known]:
            parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    data = data_folder()
    models, presets = embedders(options.weights, options.arch)
    last = list(models)[-1]
    films = filmed_sequences(data)
    demos = [demo_film(seed) for seed in SEEDS] if {"demo", "modes"} & set(wanted) else []
    if "trackers" in wanted:
        print("## Trackers\n\nIDF1 in per cent / identity switches.\n")
        print(trackers_table(films, models, names, presets))
    if "demo" in wanted:
        print("\n## The film of `boxtrail demo`, motion detector\n")
        print(trackers_table(demos, models, names, presets))
    for name in options.modes_of.split(",") if "modes" in wanted else ():
        print(f"\n## Embedding less, {name}, {last}\n")
        print(modes_table([*films, demos[0]], models[last], name))
    if "overlap" in wanted:
        print("\n## Overlap, BoT-SORT on 300 frames of `vtest.avi`, motion detector, seconds\n")
        print(overlap_table(data, {**models, "a device, 10 ms a frame": Elsewhere()}))
    if "retrieval" in wanted:
        print("\n## Retrieval in `reid-crops`\n\nCosine distances.\n")
        print(retrieval_table(data, models))


if __name__ == "__main__":
    main()
