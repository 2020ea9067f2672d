// The text of track files as columns of numbers.
#include "boxtrail/metrics/track_text.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "metric_arrays.hpp"

namespace boxtrail::bindings {

namespace {

using namespace pybind11::literals;

// The array takes the vector over: fresh memory for a copy costs more than filling it.
template <class Number, class T>
py::array_t<Number> taken(std::vector<T> values, std::vector<py::ssize_t> shape) {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  const auto* data = reinterpret_cast<const Number*>(owned->data());
  const py::capsule owner(owned.get(), [](void* vector) { delete static_cast<std::vector<T>*>(vector); });
  owned.release();
  return py::array_t<Number>(std::move(shape), data, owner);
}

template <class T>
py::array_t<T> taken(std::vector<T> values) {
  const auto size = static_cast<py::ssize_t>(values.size());
  return taken<T>(std::move(values), {size});
}

template <std::size_t kColumns>
py::dict to_dict(metrics::TrackText<kColumns> rows) {
  static_assert(sizeof(rows.numbers[0]) == kColumns * sizeof(double));
  const auto num_rows = static_cast<py::ssize_t>(rows.numbers.size());
  return py::dict("frames"_a = taken(std::move(rows.frames)), "ids"_a = taken(std::move(rows.ids)),
                  "lines"_a = taken(std::move(rows.lines)),
                  "numbers"_a = taken<double>(std::move(rows.numbers), {num_rows, static_cast<py::ssize_t>(kColumns)}),
                  "labels"_a = to_array(rows.labels), "names"_a = rows.names, "num_columns"_a = rows.num_columns);
}

template <std::size_t kColumns>
py::dict parse(metrics::TrackText<kColumns> (*parser)(std::string_view), const py::bytes& text) {
  const std::string_view view = text;
  metrics::TrackText<kColumns> rows;
  {
    py::gil_scoped_release release;
    rows = parser(view);
  }
  return to_dict(std::move(rows));
}

}  // namespace

void bind_track_text(py::module_& m) {
  m.def("parse_mot", [](const py::bytes& text) { return parse(&metrics::parse_mot, text); }, "text"_a);
  m.def("parse_kitti", [](const py::bytes& text) { return parse(&metrics::parse_kitti, text); }, "text"_a);
}

}  // namespace boxtrail::bindings
