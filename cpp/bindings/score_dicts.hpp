// What the metrics found, as dictionaries of numbers and arrays.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <vector>

#include "bindings.hpp"
#include "boxtrail/metrics/clear.hpp"
#include "boxtrail/metrics/comparison.hpp"
#include "boxtrail/metrics/hota.hpp"
#include "boxtrail/metrics/identity.hpp"
#include "boxtrail/metrics/timeline.hpp"

namespace boxtrail::bindings {

py::dict to_dict(const metrics::Hota& h);
py::dict to_dict(const metrics::Clear& c);
py::dict to_dict(const metrics::Identity& i);
py::dict to_dict(const metrics::Comparison& c);
// Frames and ids are those of the rows that count.
py::dict to_dict(const std::vector<metrics::TimelinePiece>& pieces, std::span<const std::int64_t> frames,
                 std::span<const std::int64_t> truth_ids, std::span<const std::int64_t> prediction_ids);

}  // namespace boxtrail::bindings
