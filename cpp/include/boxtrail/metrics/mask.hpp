// Run-length encoded masks as COCO stores them: column by column, runs of 0 and of 1 in turn, 0 first.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace boxtrail::metrics {

struct Mask {
  std::int64_t height = 0, width = 0;  // pixels
  std::vector<std::int64_t> ends;      // where each run ends, ascending; the last is height · width
  std::int64_t area = 0;               // pixels set
  std::int64_t first = 0, last = 0;    // the pixels set lie in [first, last)
};

// Throws std::invalid_argument if the runs do not add up to the size.
Mask mask_from_runs(std::int64_t height, std::int64_t width, const std::vector<std::int64_t>& runs);

// COCO's compressed text: five bits a character from '0' on, each run from the third as a difference.
Mask mask_from_text(std::int64_t height, std::int64_t width, std::string_view text);

std::int64_t intersection(const Mask& a, const Mask& b);  // pixels
double iou(const Mask& a, const Mask& b);

}  // namespace boxtrail::metrics
