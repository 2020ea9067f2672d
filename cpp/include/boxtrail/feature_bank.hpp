// The last embeddings of a track and their mean: how it looks over a long time.
#pragma once

#include <cstdint>
#include <vector>

#include "boxtrail/appearance.hpp"

namespace boxtrail {

// A ring of embeddings.
struct FeatureBank {
  std::vector<std::vector<float>> rows;
  std::int64_t oldest = 0;    // which goes next once the ring is full
  std::vector<double> total;  // their sum

  // Takes one more; of more than `length` the oldest goes.
  void add(Embedding embedding, std::int64_t length);
  // Unit vector along the mean into `out`; empty where there are none.
  void mean(std::vector<float>& out) const;
};

template <class Archive>
void visit(Archive& archive, FeatureBank& bank) {
  archive("rows", bank.rows);
  archive("oldest", bank.oldest);
  archive("total", bank.total);
}

}  // namespace boxtrail
