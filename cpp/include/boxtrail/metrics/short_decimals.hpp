// Lines of short decimals between commas, as nearly all lines of track files are, at a few nanoseconds a number.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace boxtrail::metrics {

// Reads the line that `text` begins with: numbers such as -12 or 0.375 with at most seven digits before and after the
// point, one comma between them, no blanks. Returns how many there are, as correctly rounded as std::from_chars does
// it, and takes the line with its end off `text`.
// For every other line, one with more numbers than `out` holds, and one within a few characters of the end of `text`,
// returns 0 and leaves `text` alone: that line is for a reader that knows all the rest.
std::size_t read_short_decimals(std::string_view& text, std::span<double> out);

}  // namespace boxtrail::metrics
