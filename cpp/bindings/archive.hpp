// Tracks as Python dicts and back, configs from dicts, by the fields that their `visit` names.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <set>
#include <string>

#include "bindings.hpp"
#include "boxtrail/observations.hpp"
#include "boxtrail/snapshot.hpp"
#include "boxtrail/stream.hpp"

namespace boxtrail::bindings {

namespace py = pybind11;

template <class Range>
py::list to_list(const Range& values) {
  py::list out;
  for (const auto value : values) out.append(value);
  return out;
}

template <std::size_t N>
std::array<double, N> to_array(const py::handle& values) {
  const auto sequence = py::reinterpret_borrow<py::sequence>(values);
  if (!py::isinstance<py::sequence>(values) || py::len(values) != N)
    throw py::value_error("a list in the saved state has the wrong length");
  std::array<double, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = py::cast<double>(sequence[i]);
  return out;
}

class DictWriter {
 public:
  template <class T>
  void operator()(const char* name, T& value) {
    dict[name] = write(value);
  }
  py::dict dict;

  template <class T>
  static py::dict save(T& value) {
    DictWriter writer;
    visit(writer, value);
    return writer.dict;
  }

 private:
  static py::object write(std::int64_t& value) { return py::int_(value); }
  static py::object write(double& value) { return py::float_(value); }
  static py::object write(bool& value) { return py::bool_(value); }
  static py::object write(Status& value) { return py::int_(static_cast<std::int64_t>(value)); }
  static py::object write(Point& value) { return to_list(std::array{value.y, value.x}); }  // (dy, dx)
  static py::object write(Aabb& value) { return to_list(value.values()); }
  static py::object write(Obb& value) { return to_list(value.values()); }
  static py::object write(std::vector<double>& value) { return to_list(value); }
  // An embedding; none is None.
  static py::object write(std::vector<float>& value) {
    if (value.empty()) return py::none();
    return to_list(value);
  }
  // Whatever names its own fields.
  template <class T>
  static py::object write(T& value) {
    return save(value);
  }
  template <class T>
  static py::object write(std::vector<T>& values) {
    py::list out;
    for (auto& value : values) out.append(write(value));
    return out;
  }
  template <class T>
  static py::object write(std::optional<T>& value) {
    return value ? write(*value) : py::none();
  }
  template <std::size_t N>
  static py::object write(State<N>& state) {
    py::dict out;
    out["position"] = to_list(state.position);
    out["velocity"] = to_list(state.velocity);
    py::list variance;
    if (!state.is_dense())
      for (const auto& block : {state.pp, state.pv, state.vv})
        for (const double value : block) variance.append(value);
    out["variance"] = variance;
    out["covariance"] = to_list(state.dense);
    return out;
  }
};

class DictReader {
 public:
  explicit DictReader(py::dict source) : source_(std::move(source)) {}

  template <class T>
  void operator()(const char* name, T& value) {
    if (!source_.contains(name)) throw py::key_error(name);
    names.insert(name);
    read(source_[name], value);
  }
  std::set<std::string> names;  // read so far

  template <class T>
  static void load(const py::handle& data, T& value) {
    DictReader reader(py::cast<py::dict>(data));
    visit(reader, value);
  }

 private:
  static void read(const py::handle& data, std::int64_t& value) { value = py::cast<std::int64_t>(data); }
  static void read(const py::handle& data, double& value) { value = py::cast<double>(data); }
  static void read(const py::handle& data, bool& value) { value = py::cast<bool>(data); }
  static void read(const py::handle& data, Status& value) {
    const auto number = py::cast<std::int64_t>(data);
    if (number < 0 || number > 2) throw py::value_error("a status in the saved state is none of 0, 1, 2");
    value = static_cast<Status>(number);
  }
  static void read(const py::handle& data, Point& value) {
    const auto v = to_array<2>(data);
    value = {v[1], v[0]};
  }
  static void read(const py::handle& data, Aabb& value) { value = Aabb::from(to_array<4>(data).data()); }
  static void read(const py::handle& data, Obb& value) { value = Obb::from(to_array<5>(data).data()); }
  static void read(const py::handle& data, std::vector<double>& value) {
    value.clear();
    for (const auto item : data) value.push_back(py::cast<double>(item));
  }
  static void read(const py::handle& data, std::vector<float>& value) {
    value.clear();
    if (data.is_none()) return;
    for (const auto item : data) value.push_back(py::cast<float>(item));
  }
  static void read(const py::handle& data, std::map<std::int64_t, std::int64_t>& value) {
    value = py::cast<std::map<std::int64_t, std::int64_t>>(data);
  }
  static void read(const py::handle& data, std::string& value) { value = py::cast<std::string>(data); }
  static void read(const py::handle& data, Measure& value) { value = measure_by_name(py::cast<std::string>(data)); }
  template <class T>
  static void read(const py::handle& data, T& value) {
    load(data, value);
  }
  template <class T>
  static void read(const py::handle& data, std::vector<T>& values) {
    values.clear();
    for (const auto item : data) {
      values.emplace_back();
      read(item, values.back());
    }
  }
  template <class T>
  static void read(const py::handle& data, std::optional<T>& value) {
    value.reset();
    if (!data.is_none()) read(data, value.emplace());
  }
  template <std::size_t N>
  static void read(const py::handle& data, State<N>& state) {
    const auto source = py::cast<py::dict>(data);
    for (const char* name : {"position", "velocity", "variance", "covariance"})
      if (!source.contains(name)) throw py::key_error(name);
    constexpr std::size_t n = N;
    state.position = to_array<n>(source["position"]);
    state.velocity = to_array<n>(source["velocity"]);
    read(source["covariance"], state.dense);
    if (!state.dense.empty()) {
      if (state.dense.size() != 4 * n * n) throw py::value_error("a covariance in the saved state has the wrong size");
      return;
    }
    const auto variance = to_array<3 * n>(source["variance"]);
    std::copy_n(variance.begin(), n, state.pp.begin());
    std::copy_n(variance.begin() + n, n, state.pv.begin());
    std::copy_n(variance.begin() + 2 * n, n, state.vv.begin());
  }

  py::dict source_;
};

}  // namespace boxtrail::bindings
