"""Offline post-processing of finished tracks: gaps filled, paths smoothed, tracklets linked.

```python
from boxtrail.postprocessing import TrackTable, postprocess

postprocess(TrackTable.from_mot("tracks.txt"), "gsi").to_mot("smooth.txt")
```

The methods look at the whole video, forwards and backwards; a tracker cannot.
"""

from boxtrail.postprocessing.boosting import smooth_boosting
from boxtrail.postprocessing.gaussian import smooth_gaussian
from boxtrail.postprocessing.linear import interpolate
from boxtrail.postprocessing.linking import link_tracklets
from boxtrail.postprocessing.methods import METHODS, postprocess
from boxtrail.postprocessing.of_run import embeddings_of, table_of
from boxtrail.postprocessing.splitting import split_tracklets
from boxtrail.postprocessing.table import TrackTable

__all__ = [
    "METHODS",
    "TrackTable",
    "embeddings_of",
    "interpolate",
    "link_tracklets",
    "postprocess",
    "smooth_boosting",
    "smooth_gaussian",
    "split_tracklets",
    "table_of",
]
