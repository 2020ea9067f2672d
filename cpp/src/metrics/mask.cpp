#include "boxtrail/metrics/mask.hpp"

#include <algorithm>
#include <stdexcept>

namespace boxtrail::metrics {

Mask mask_from_runs(std::int64_t height, std::int64_t width, const std::vector<std::int64_t>& runs) {
  Mask mask{height, width, {}, 0, 0, 0};
  std::int64_t end = 0;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    if (runs[k] < 0 || runs[k] > height * width - end) throw std::invalid_argument("runs of a mask exceed its size");
    if (k % 2 == 1 && runs[k] > 0) {
      if (mask.area == 0) mask.first = end;
      mask.area += runs[k];
      mask.last = end + runs[k];
    }
    end += runs[k];
    mask.ends.push_back(end);
  }
  if (end != height * width) throw std::invalid_argument("runs of a mask do not fill its size");
  return mask;
}

Mask mask_from_text(std::int64_t height, std::int64_t width, std::string_view text) {
  std::vector<std::int64_t> runs;
  std::size_t k = 0;
  while (k < text.size()) {
    std::int64_t value = 0;
    int shift = 0;
    bool more = true;
    while (more) {
      if (k == text.size() || shift > 50) throw std::invalid_argument("a mask's text ends inside a number");
      const int bits = text[k++] - '0';
      if (bits < 0 || bits > 63) throw std::invalid_argument("a mask's text has a character that is none of COCO's");
      value |= static_cast<std::int64_t>(bits & 31) << shift;
      shift += 5;
      more = (bits & 32) != 0;
      if (!more && (bits & 16) != 0) value -= std::int64_t{1} << shift;  // negative numbers end in a sign bit
    }
    if (runs.size() > 2) value += runs[runs.size() - 2];
    runs.push_back(value);
  }
  return mask_from_runs(height, width, runs);
}

std::int64_t intersection(const Mask& a, const Mask& b) {
  const std::int64_t last = std::min(a.last, b.last);
  if (std::max(a.first, b.first) >= last) return 0;
  std::int64_t common = 0, at = 0;
  for (std::size_t i = 0, j = 0; at < last && i < a.ends.size() && j < b.ends.size();) {
    const std::int64_t end = std::min(a.ends[i], b.ends[j]);
    if (i % 2 == 1 && j % 2 == 1) common += end - at;
    at = end;
    if (a.ends[i] == end) ++i;
    if (j < b.ends.size() && b.ends[j] == end) ++j;
  }
  return common;
}

double iou(const Mask& a, const Mask& b) {
  const std::int64_t common = intersection(a, b);
  if (common == 0) return 0.0;
  return static_cast<double>(common) / static_cast<double>(a.area + b.area - common);
}

}  // namespace boxtrail::metrics
