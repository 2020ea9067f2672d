#include "boxtrail/metrics/identity.hpp"

#include <algorithm>

#include "boxtrail/matcher.hpp"

namespace boxtrail::metrics {

Identity& Identity::operator+=(const Identity& other) {
  tp += other.tp;
  fn += other.fn;
  fp += other.fp;
  return *this;
}

double Identity::idf1() const {
  const double boxes = static_cast<double>(tp) + 0.5 * static_cast<double>(fp) + 0.5 * static_cast<double>(fn);
  return static_cast<double>(tp) / std::max(1.0, boxes);
}

Identity identity(const Comparison& c, double threshold) {
  std::vector<std::int64_t> common(c.num_pairs(), 0);
  for (std::size_t e = 0; e < c.pair.size(); ++e)
    if (c.overlaps.value[e] >= threshold) ++common[static_cast<std::size_t>(c.pair[e])];
  // Misses and false positives are what is not in common, so the fewest errors are the most boxes in common.
  Matcher matcher;
  matcher.begin(c.num_prediction_ids);
  std::size_t p = 0;
  for (std::int32_t id = 0; id < c.num_truth_ids; ++id) {
    for (; p < common.size() && c.pair_truth_id[p] == id; ++p)
      if (common[p] > 0) matcher.add_pair(c.pair_prediction_id[p], common[p], true);
    matcher.end_row();
  }
  matcher.match();
  Identity out;
  for (p = 0; p < common.size(); ++p)
    if (common[p] > 0 && matcher.column_of(c.pair_truth_id[p]) == c.pair_prediction_id[p]) out.tp += common[p];
  out.fn = static_cast<std::int64_t>(c.truth_id.size()) - out.tp;
  out.fp = static_cast<std::int64_t>(c.prediction_id.size()) - out.tp;
  return out;
}

}  // namespace boxtrail::metrics
