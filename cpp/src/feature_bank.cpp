#include "boxtrail/feature_bank.hpp"

namespace boxtrail {

void FeatureBank::add(Embedding embedding, std::int64_t length) {
  if (static_cast<std::int64_t>(rows.size()) < length) {
    total.resize(embedding.size(), 0.0);
    for (std::size_t k = 0; k < embedding.size(); ++k) total[k] += static_cast<double>(embedding[k]);
    rows.emplace_back(embedding.begin(), embedding.end());
    return;
  }
  std::vector<float>& row = rows[static_cast<std::size_t>(oldest)];
  for (std::size_t k = 0; k < embedding.size(); ++k)
    total[k] += static_cast<double>(embedding[k]) - static_cast<double>(row[k]);
  row.assign(embedding.begin(), embedding.end());
  oldest = (oldest + 1) % length;
}

void FeatureBank::mean(std::vector<float>& out) const {
  out.clear();
  if (!rows.empty()) to_unit(total, out);
}

}  // namespace boxtrail
