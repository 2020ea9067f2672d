// Appearance of a track: cosine distance and exponential smoothing of unit embeddings, float32 summed in float64.
#pragma once

#include <span>
#include <vector>

namespace boxtrail {

// 1 − cosine in [0, 2] of two unit vectors.
double cosine_distance(std::span<const float> a, std::span<const float> b);

// previous ← unit vector along α·previous + (1 − α)·current; left alone where the two cancel.
void smooth(std::span<float> previous, std::span<const float> current, double alpha);

// α of a confidence-aware average (Deep OC-SORT): `base` for a sure detection, 1 for one at min_score.
double adaptive_alpha(double base, double score, double min_score);

}  // namespace boxtrail
