// Appearance of a track: cosine similarity and exponential smoothing of unit embeddings.
//
// An embedding that is missing is null or empty; it is like nothing, its similarity to all others is 0. Products run in
// float32 in sixteen lanes, element k in lane k mod 16, folded in halves at the end: an order that vectorises and that
// the reference can follow, so both give the same bits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace boxtrail {

using Embedding = std::span<const float>;

// Cosine in [−1, 1] of two unit vectors.
double cosine_similarity(Embedding a, Embedding b);

// Cosines of all pairs, row by row into `out`; the same bits as one by one, several times as fast.
void cosine_similarity(std::span<const Embedding> rows, std::span<const Embedding> columns, std::vector<double>& out);

// previous ← unit vector along α·previous + (1 − α)·current; left alone where the two cancel, `current` where it was
// empty.
void smooth(std::vector<float>& previous, Embedding current, double alpha);

// Unit vector along `total` into `out`; zeros where that is zero.
void to_unit(std::span<const double> total, std::vector<float>& out);

// Whether there is an appearance at all; a row of zeros stands for none.
bool is_given(Embedding embedding);

// α of a confidence-aware average (Deep OC-SORT): `base` for a sure detection, 1 for one at min_score.
double adaptive_alpha(double base, double score, double min_score);

}  // namespace boxtrail
