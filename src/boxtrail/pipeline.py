"""Detector, tracker and files behind one object: the way most programs use boxtrail."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxtrail.benchmark_facade import (
    BenchmarkDetections,
    is_of_benchmarks,
    shown_progress,
    tracker_name,
    tracker_options,
)
from boxtrail.detectors import create_detector
from boxtrail.detectors.factory import DetectorSpec
from boxtrail.engine import Tracker
from boxtrail.errors import ConfigError
from boxtrail.io.sources import open_source
from boxtrail.motion import GmcFile
from boxtrail.output_files import Choice, OutputFiles
from boxtrail.reid.by_class import EmbedderSpec, embedder_of
from boxtrail.reid.gallery import Gallery
from boxtrail.reid.naming import track_names
from boxtrail.run import Run
from boxtrail.run_embedding import EmbedFunction
from boxtrail.run_plan import RunPlan
from boxtrail.tracker_choice import TrackerChoice

if TYPE_CHECKING:
    from boxtrail.benchmarks import Benchmark, GeneratedCache, Validation
    from boxtrail.training import ReidScores, TrainingRun
    from boxtrail.tuning import TuneResult


class Boxtrail:
    """A detector and a tracker, ready to run over sources.

    ```python
    run = Boxtrail(detector="motion", tracker="bytetrack").track("video.mp4", save=True)
    print(run.summary)

    for frame in Boxtrail(tracker="ocsort:cpp").track(0):
        print(frame.frame_idx, frame.tracks.id)
    ```

    A tracker given by name is made anew for every run; a tracker object is reset and used. The detector is
    shared by the runs of one ``Boxtrail``, so let one run end before the next begins.

    Args:
        detector: ``"motion"``, ``"hog"``, ``"onnx:PATH"``, ``"file:PATH"``, a detector, a model object or a function
            from an image to an array; see :func:`boxtrail.detectors.create_detector`. On benchmarks also ``"public"``
            and ``"file:PATH"`` with ``{sequence}`` in the path.
        tracker: ``"sort"``, ``"bytetrack"``, ``"ocsort"``, with ``":cpp"`` or ``":python"`` if wished, or a tracker.
        conf: lowest score of a detection that is kept, in [0, 1].
        classes: ids or names of the classes kept.
        device: where the detector and the embedder run: ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"cuda:1"``.
        backend: of the tracker: ``"cpp"`` or ``"python"``.
        reid: how detections look, for trackers that compare it: ``"histogram"``, the path of a network, an embedder, or
            a mapping of class names to these; see :func:`boxtrail.trackers.create_tracker`. Only detections that the
            tracker looks at are embedded, in a thread beside detection and tracking.
        half: half precision of the embedder.
        embedder: instead of ``reid``, a function that makes ``(N, D)`` unit rows of an image and its detections.
        camera_motion: ``"sof"``, ``"ecc"``, ``"orb"``, ``"sift"``, ``"file:PATH"`` or ``"none"``, see
            :func:`boxtrail.motion.make_estimator`; None for what the tracker names, which is mostly ``"none"``.
        tracker_config: a preset's name or the path of a YAML file.
        **tracker_options: further options of the tracker, by name.

    Raises:
        ConfigError: for an unknown detector, tracker, camera motion, class or option.
        DetectorError: if the detector cannot be built.
        EmbedderError: if the file of ``reid`` is not there (nothing is downloaded), or is no usable network.
        MissingExtraError: if something is not installed.
    """

    def __init__(
        self,
        detector: DetectorSpec = "motion",
        tracker: str | Tracker = "bytetrack",
        *,
        conf: float | None = None,
        classes: Sequence[int | str] | None = None,
        device: str = "auto",
        backend: str | None = None,
        reid: EmbedderSpec | None = None,
        half: bool = False,
        embedder: EmbedFunction | None = None,
        camera_motion: str | None = None,
        tracker_config: str | Path | None = None,
        **tracker_options: Any,
    ) -> None:
        self._generation = {
            "detector": detector, "reid": reid, "camera_motion": camera_motion, "conf": conf,
            "classes": classes, "device": device, "half": half,
        }  # fmt: skip
        self.detector = (
            BenchmarkDetections(str(detector))
            if is_of_benchmarks(detector)
            else create_detector(detector, conf=conf, classes=classes, device=device)
        )
        if embedder is not None and reid is not None:
            raise ConfigError("embedder and reid both say how detections look; give one of them")
        self._embed = embedder
        self._reid = (
            None if reid is None
            else embedder_of(reid, device=device, half=half, class_names=self.detector.names)
        )  # fmt: skip
        if tracker_config is not None:
            tracker_options["tracker_config"] = tracker_config
        self._trackers = TrackerChoice(
            tracker, backend, tracker_options, camera_motion, self._reid, self.detector.names
        )
        made = self._trackers.make(frame_rate=30.0)  # now: a wrong option fails here
        self._needs_every_frame = isinstance(self._trackers.make_camera_motion(made), GmcFile)

    def track(
        self,
        source: str | Path | int,
        *,
        save: Choice = False,  # annotated video
        save_txt: Choice = False,  # MOTChallenge rows
        save_csv: Choice = False,
        save_json: Choice = False,  # JSON lines
        save_annotation: Choice = False,  # Supervisely video annotation
        save_crops: Choice = False,  # folder of cut-outs
        explain: Choice = False,  # JSON lines: what became of every track and detection, and why
        out_dir: str | Path | None = None,  # folder of this run's files
        project: str | Path = "runs/track",  # without out_dir: a numbered folder is made in here
        stride: int = 1,  # every n-th frame
        start_frame: int = 0,  # index of the first frame, from 0
        end_frame: int | None = None,  # index after the last frame
        num_frames: int | None = None,  # at most so many frames
        duration: float | None = None,  # at most so many seconds of the source
        fps: float | None = None,  # frame rate of images, which carry none; default 30
        show: bool = False,  # a window; q or Escape in it ends the run
        progress: bool = False,  # a progress bar on the standard error stream
        postprocess: str
        | Sequence[str]
        | None = None,  # linear, gsi, gbi, gta: of the text files, at the end
        gallery: str | Path | Gallery | None = None,  # who is who: a file of boxtrail gallery, or the object
        min_name_similarity: float = 0.6,  # least cosine similarity of a track and an identity, in [-1, 1]
        stream: bool | None = None,  # True: nothing runs before it is iterated; False: all of it runs now
    ) -> Run:
        """Track what moves in a video, folder, glob, MOT sequence, camera (its index) or stream (its URL).

        By default a run over a file that saves or shows something runs to its end here and now. Every other
        run, and each with ``stream=True``, waits to be iterated or finished (``for frame in run``,
        ``run.finish()``, ``run.summary``). Each ``save`` option is True for a file in the run's folder, or a
        path; so is ``explain``, with which a tracker given by name is made with ``record=True``.

        ``postprocess`` names one or several methods of :mod:`boxtrail.postprocessing`. When the run is complete they
        go over all its tracks, and the files of ``save_txt``, ``save_csv`` and ``save_json`` hold what comes out.
        Everything else, the frames iterated, the summary, video, annotation and crops, is as tracked.

        With a ``gallery`` tracks get the names of its identities as soon as they look like them: in the video, in
        ``save_csv`` and ``save_json``, as ``frame.names`` and in the summary. It needs ``reid``, the one it was made
        with.

        Raises:
            SourceError: if the source cannot be opened or read.
            SinkError: if a file cannot be written, or there is no display to show a window on.
            ConfigError: if the choice of frames makes no sense; if ``postprocess`` names an unknown method, lacks what
                the method needs, has none of its files to write, or the source is live; if explanations are asked of
                a tracker that was made without ``record=True``.
            MissingExtraError: if a post-processing method needs a package that is not installed.
        """
        if self._needs_every_frame and (stride != 1 or start_frame != 0):
            raise ConfigError(
                "a camera-motion file tells of every frame from the first on; leave stride and start_frame"
            )
        files = OutputFiles(
            save=save, save_txt=save_txt, save_csv=save_csv, save_json=save_json,
            save_annotation=save_annotation, save_crops=save_crops, explain=explain, out_dir=out_dir,
            project=project,
        )  # fmt: skip
        open_source_again = partial(
            open_source, source, stride=stride, start_frame=start_frame, end_frame=end_frame,
            num_frames=num_frames, duration=duration, fps=fps,
        )  # fmt: skip
        names = track_names(gallery, min_name_similarity, self._reid, self._generation["reid"])
        plan = RunPlan(
            detector=self.detector, trackers=self._trackers, embed=self._embed, files=files, names=names,
            postprocess=postprocess, stride=stride, show=show, progress=progress,
        )  # fmt: skip
        run = plan.start(open_source_again)
        runs_now = not run.is_live and bool(files.chosen() or show) if stream is None else not stream
        return run.finish() if runs_now else run

    @staticmethod
    def train(dataset: str | None = None, data_dir: str | Path | None = None, **options: Any) -> TrainingRun:
        """Train an appearance network; options and errors as :func:`boxtrail.training.train_reid`."""
        from boxtrail.training import train_reid

        return train_reid(dataset, data_dir, **options)

    @staticmethod
    def eval_reid(
        weights: str | Path, dataset: str, data_dir: str | Path | None = None, **options: Any
    ) -> ReidScores:
        """mAP and CMC of an appearance model; options and errors as :func:`boxtrail.training.evaluate_reid`."""
        from boxtrail.training import evaluate_reid

        return evaluate_reid(weights, dataset, data_dir, **options)

    @staticmethod
    def export(
        weights: str | Path, format: str = "onnx", out: str | Path | None = None, **options: Any
    ) -> Path:
        """Write an appearance model for another runtime; as :func:`boxtrail.training.export_reid`."""
        from boxtrail.training import export_reid

        return export_reid(weights, format, out, **options)

    def _for_benchmarks(self) -> dict[str, Any]:
        """What this object was made with, as options of :func:`boxtrail.benchmarks.generate`."""
        if self._embed is not None:
            raise ConfigError("benchmarks cannot use embedder, a function; give reid")
        return self._generation

    def generate(
        self, benchmark: str | Path | Benchmark, *, progress: bool = False, **options: Any
    ) -> GeneratedCache:
        """Run detector, embedder and camera motion once over a benchmark; ``.cache_dir`` is where the results lie.

        Camera motion is estimated where ``camera_motion`` is named, and every tracker replayed gets it then.
        ``options`` are those of :func:`boxtrail.benchmarks.generate` and win over this object's own.

        Raises:
            BoxtrailError: as that function.
        """
        from boxtrail.benchmarks import generate

        return generate(benchmark, **{**self._for_benchmarks(), **options}, progress=shown_progress(progress))

    def val(
        self,
        benchmark: str | Path | Benchmark | GeneratedCache,
        trackers: str | Sequence[str] | None = None,
        *,
        progress: bool = False,
        **options: Any,
    ) -> Validation:
        """Replay the tracker, or several, on a benchmark and score them; see :func:`boxtrail.benchmarks.val`.

        ``.summary``, ``.delta_summary``, ``.timings`` and ``.to_dict()`` tell what came out. This object's tracker
        options hold where ``trackers`` names no others.

        Raises:
            BoxtrailError: as that function.
        """
        from boxtrail.benchmarks import GeneratedCache, val

        own: dict[str, Any] = {}
        if trackers is None:
            trackers = [tracker_name(self._trackers.tracker, self._trackers.backend)]
            own["options"] = self._trackers.options
        if not isinstance(benchmark, GeneratedCache):
            own |= self._for_benchmarks()
        return val(benchmark, trackers, **{**own, **options}, progress=shown_progress(progress))

    def tune(
        self, benchmark: str | Path | Benchmark | GeneratedCache, n_trials: int = 100, **options: Any
    ) -> TuneResult:
        """Search better options of the tracker on a benchmark; see :func:`boxtrail.tuning.tune`.

        Raises:
            BoxtrailError: as that function.
        """
        from boxtrail.benchmarks import GeneratedCache
        from boxtrail.tuning import tune

        name = tracker_name(self._trackers.tracker, self._trackers.backend)
        own: dict[str, Any] = {"options": tracker_options(name, self._trackers.options) or None}
        if not isinstance(benchmark, GeneratedCache):
            own |= self._for_benchmarks()
        return tune(name, benchmark, n_trials=n_trials, **{**own, **options})


def track(
    source: str | Path | int,
    detector: DetectorSpec = "motion",
    tracker: str | Tracker = "bytetrack",
    **options: Any,
) -> Run:
    """Track ``source`` in one call: options of :meth:`Boxtrail.track` and of :class:`Boxtrail`, by name.

    Raises:
        BoxtrailError: as these two.
    """
    run_options = {name: options.pop(name) for name in list(options) if name in _RUN_OPTIONS}
    return Boxtrail(detector, tracker, **options).track(source, **run_options)


_RUN_OPTIONS = frozenset(Boxtrail.track.__kwdefaults__ or ())

__all__ = ["Boxtrail", "track"]
