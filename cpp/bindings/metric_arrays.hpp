// NumPy arrays as the spans and vectors that the metrics take, and back. Shapes and types are checked in Python.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "bindings.hpp"

namespace boxtrail::bindings {

using Floats = py::array_t<double, py::array::c_style>;
using Ints = py::array_t<std::int64_t, py::array::c_style>;
using Marks = py::array_t<bool, py::array::c_style>;

inline std::span<const std::int64_t> span_of(const Ints& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}
inline std::span<const double> span_of(const Floats& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}
inline std::span<const std::uint8_t> span_of(const Marks& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), static_cast<std::size_t>(values.size())};
}

template <class T>
py::array_t<T> to_array(const std::vector<T>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

inline Marks to_marks(const std::vector<std::uint8_t>& values) {
  Marks out(static_cast<py::ssize_t>(values.size()));
  std::copy(values.begin(), values.end(), out.mutable_data());
  return out;
}

}  // namespace boxtrail::bindings
