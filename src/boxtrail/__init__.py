"""Multi-object tracking: a detector's boxes go in frame by frame, tracks with stable ids come out."""
