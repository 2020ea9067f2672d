// Cosine distances of tracks and detections of which some have no embedding.
#pragma once

#include <vector>

#include "boxtrail/appearance.hpp"

namespace boxtrail {

// Cosine distances of tracks and detections, row by row; 0 where either has no embedding. Keeps its memory.
class LookTable {
 public:
  std::vector<Embedding> rows;
  // Fills the table for `rows`.
  void fill(const std::vector<Embedding>& columns);
  double distance(std::size_t i, std::size_t j) const { return distance_[i * columns_.size() + j]; }
  // Whether both sides have an embedding.
  bool is_known(std::size_t i, std::size_t j) const { return !rows[i].empty() && columns_[j] != 0; }

 private:
  std::vector<double> distance_;
  std::vector<char> columns_;
};

}  // namespace boxtrail
