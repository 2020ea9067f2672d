// Track files as text: MOTChallenge and KITTI, checked, ordered by frame.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boxtrail::metrics {

// Rows in ascending order of their frames, within a frame as in the file. Numbers that a file has too few of are NaN.
template <std::size_t kColumns>
struct TrackText {
  std::vector<std::int64_t> frames, ids, lines;
  std::vector<std::array<double, kColumns>> numbers;
  std::vector<std::int32_t> labels;  // of KITTI: which of `names`
  std::vector<std::string> names;
  std::int32_t num_columns = 0;
};

// `frame, id, left, top, width, height[, …]`, six to ten columns with commas or blanks between; the numbers from the
// third column on. Frames count from 1, ids from 0; of eight or nine columns the eighth is a class.
// Throws std::invalid_argument, naming the line, for anything else, for a negative width or height, and for an id
// that is twice in a frame.
TrackText<8> parse_mot(std::string_view text);

// `frame id type truncated occluded alpha left top right bottom …`, 10, 17 or 18 columns; the numbers are truncation,
// occlusion, the four of the box and the score, which is the last of 18 columns. Frames count from 0. Rows of the type
// DontCare may repeat an id. Throws std::invalid_argument as above.
TrackText<7> parse_kitti(std::string_view text);

}  // namespace boxtrail::metrics
