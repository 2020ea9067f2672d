#include "boxtrail/look_table.hpp"

#include <algorithm>

namespace boxtrail {

void LookTable::fill(const std::vector<Embedding>& columns) {
  columns_.clear();
  for (const Embedding column : columns) columns_.push_back(static_cast<char>(is_given(column)));
  cosine_similarity(rows, columns, distance_);
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      double& value = distance_[i * columns_.size() + j];
      value = is_known(i, j) ? std::max(1.0 - value, 0.0) : 0.0;
    }
}

}  // namespace boxtrail
