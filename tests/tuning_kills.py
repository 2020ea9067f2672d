"""Runs a search in processes that are killed at random moments, then to its end: a program, started by a test.

Arguments: storage, number of kills. Prints how many of the processes were killed before they were through.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from boxtrail.tuning import tune
from boxtrail.tuning.store import TrialStore
from tuning_scenes import scenes

NUM_TRIALS, SEED = 150, 5


def search(storage: str, begun: int) -> None:
    """The search; the first trial written is told through the pipe ``begun``."""
    add = TrialStore.add

    def telling(self: TrialStore, *given: object) -> None:
        os.write(begun, b".")
        add(self, *given)  # type: ignore[arg-type]

    TrialStore.add = telling  # type: ignore[method-assign]
    tune("bytetrack", scenes(), n_trials=NUM_TRIALS, seed=SEED, storage=storage, workers=1, progress=False)


def main(storage: str, num_kills: int) -> None:
    rng = random.Random(11)
    killed = 0
    for _ in range(num_kills):
        listen, begun = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(listen)
            search(storage, begun)
            os._exit(0)
        os.close(begun)
        os.read(listen, 1)  # empty once it is through and has nothing to write
        time.sleep(rng.uniform(0.0, 0.15))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        os.close(listen)
    print(killed)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
