// A tracker as a Python class: checked arrays in, arrays out; `_core.X` and `reference.X` look the same from outside.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <variant>

#include "archive.hpp"
#include "bindings.hpp"
#include "boxtrail/stream.hpp"

namespace boxtrail::bindings {

using Array = py::array_t<double, py::array::c_style>;
using EmbeddingRows = py::array_t<float, py::array::c_style>;

template <class Box>
py::array_t<double> to_rows(const std::vector<Report<Box>>& reports) {
  constexpr auto width = static_cast<py::ssize_t>(Box::kSize + 4);
  py::array_t<double> rows({static_cast<py::ssize_t>(reports.size()), width});
  double* out = rows.mutable_data();
  for (const Report<Box>& report : reports) {
    for (const double value : report.box.values()) *out++ = value;
    *out++ = static_cast<double>(report.id);
    *out++ = report.score;
    *out++ = static_cast<double>(report.label);
    *out++ = static_cast<double>(report.row);
  }
  return rows;
}

template <class Box>
void from_rows(const Array& rows, const EmbeddingRows* embeddings, Detections<Box>& out) {
  out.clear();
  const double* row = rows.data();
  for (py::ssize_t i = 0; i < rows.shape(0); ++i, row += Box::kSize + 2)
    out.push_back(Box::from(row), row[Box::kSize], static_cast<std::int64_t>(row[Box::kSize + 1]), i);
  if (embeddings == nullptr) return;
  const auto width = static_cast<std::size_t>(embeddings->shape(1));
  for (std::size_t i = 0; i < out.size(); ++i) out.embeddings.emplace_back(embeddings->data() + i * width, width);
}

py::dict to_dict(const Record& record);

// A stream and the buffer its detections are unpacked into.
template <class Algorithm>
struct Host {
  using Box = typename Algorithm::Box;
  Stream<Algorithm> stream;
  Detections<Box> detections;

  py::array_t<double> update(const Array& rows, double dt, const Warp* warp, const EmbeddingRows* embeddings) {
    from_rows(rows, embeddings, detections);
    const std::vector<Report<Box>>* reports;
    {
      py::gil_scoped_release release;
      reports = &stream.update(detections, dt, warp);
    }
    return to_rows(*reports);
  }

  py::array_t<double> tracks() const {
    const auto views = stream.tracks();
    constexpr auto width = static_cast<py::ssize_t>(Box::kSize + 9);
    py::array_t<double> rows({static_cast<py::ssize_t>(views.size()), width});
    double* out = rows.mutable_data();
    for (const auto& view : views) {
      for (const std::int64_t value :
           {view.id, static_cast<std::int64_t>(view.status), view.age, view.hits, view.misses})
        *out++ = static_cast<double>(value);
      *out++ = view.score;
      *out++ = static_cast<double>(view.label);
      for (const double value : view.box.values()) *out++ = value;
      *out++ = view.vx;
      *out++ = view.vy;
    }
    return rows;
  }

  py::dict state_dict() {
    py::list collections;
    for (const auto& [label, algorithm] : stream.collections()) {
      py::list tracks;
      for (auto track : algorithm.tracks) tracks.append(DictWriter::save(track));
      py::dict collection;
      collection["label"] = label;
      collection["tracks"] = tracks;
      if constexpr (requires { algorithm.graveyard; }) {  // what some algorithms remember of the dead
        py::list buried;
        for (auto dead : algorithm.graveyard) buried.append(DictWriter::save(dead));
        collection["graveyard"] = buried;
      }
      collections.append(collection);
    }
    py::dict state;
    state["frame"] = stream.clock().frame;
    state["time"] = stream.clock().time;
    state["next_id"] = stream.clock().next_id;
    state["collections"] = collections;
    return state;
  }

  // Into a copy first: a state that does not fit leaves the stream as it was.
  void load_state_dict(const py::dict& state) {
    Stream<Algorithm> restored = stream;
    restored.reset();
    for (const char* name : {"frame", "time", "next_id", "collections"})
      if (!state.contains(name)) throw py::key_error(name);
    restored.clock() = {py::cast<std::int64_t>(state["frame"]), py::cast<double>(state["time"]),
                        py::cast<std::int64_t>(state["next_id"])};
    for (const auto item : state["collections"]) {
      const auto collection = py::cast<py::dict>(item);
      auto& algorithm = restored.collection(py::cast<std::int64_t>(collection["label"]));
      for (const auto data : collection["tracks"]) {
        algorithm.tracks.emplace_back();
        DictReader::load(data, algorithm.tracks.back());
      }
      if constexpr (requires { algorithm.graveyard; }) {
        if (!collection.contains("graveyard")) throw py::key_error("graveyard");
        for (const auto data : collection["graveyard"]) {
          algorithm.graveyard.emplace_back();
          DictReader::load(data, algorithm.graveyard.back());
        }
      }
    }
    stream = std::move(restored);
  }
};

// What the options say of the stream, beside those of the algorithm.
struct StreamOptions {
  bool oriented, record;
  ClassPolicy classes;
  NoiseValues noise;
};

template <class Archive>
void visit(Archive& archive, NoiseValues& values) {
  archive("initial_position", values.initial_position);
  archive("initial_velocity", values.initial_velocity);
  archive("process_position", values.process_position);
  archive("process_velocity", values.process_velocity);
  archive("measurement", values.measurement);
}

template <class Archive>
void visit(Archive& archive, StreamOptions& options) {
  archive("oriented", options.oriented);
  archive("record", options.record);
  archive("per_class", options.classes.per_class);
  archive("class_group", options.classes.group);
  archive("class_vote", options.classes.vote);
  archive("kalman_noise", options.noise);
}

// Collects the names that a config asks for.
struct NameList {
  std::vector<std::string> names;
  template <class T>
  void operator()(const char* name, T&) {
    names.emplace_back(name);
  }
};

// One tracker for both geometries.
template <template <class> class Algorithm>
class Tracker {
 public:
  using Config = typename Algorithm<Aabb>::Config;

  explicit Tracker(const py::kwargs& options) : host_(make(options)) {}

  static std::vector<std::string> option_names() {
    NameList list;
    StreamOptions stream{};
    Config config{};
    visit(list, stream);
    visit(list, config);
    return list.names;
  }

  py::array_t<double> update(const Array& rows, double dt, const py::object& warp, const py::object& embeddings) {
    Warp matrix;
    if (!warp.is_none()) {
      const auto values = py::cast<Array>(warp);
      const double* w = values.data();
      matrix = {w[0], w[1], w[2], w[3], w[4], w[5]};
    }
    EmbeddingRows vectors;
    if (!embeddings.is_none()) vectors = py::cast<EmbeddingRows>(embeddings);
    return std::visit(
        [&](auto& host) {
          return host.update(rows, dt, warp.is_none() ? nullptr : &matrix, embeddings.is_none() ? nullptr : &vectors);
        },
        host_);
  }
  py::array_t<double> tracks() const {
    return std::visit([](const auto& host) { return host.tracks(); }, host_);
  }
  py::object record() const {
    const Record* record = std::visit([](const auto& host) { return host.stream.record(); }, host_);
    if (record == nullptr) return py::none();
    return to_dict(*record);
  }
  void reset() {
    std::visit([](auto& host) { host.stream.reset(); }, host_);
  }
  py::dict state_dict() {
    return std::visit([](auto& host) { return host.state_dict(); }, host_);
  }
  void load_state_dict(const py::dict& state) {
    std::visit([&](auto& host) { host.load_state_dict(state); }, host_);
  }

 private:
  using Variant = std::variant<Host<Algorithm<Aabb>>, Host<Algorithm<Obb>>>;

  static Variant make(const py::kwargs& options) {
    DictReader reader(options);
    StreamOptions stream;
    Config config;
    try {
      visit(reader, stream);
      visit(reader, config);
    } catch (const py::key_error& missing) {
      throw py::type_error(std::string("missing option ") + missing.what());
    }
    for (const auto item : options)
      if (!reader.names.contains(py::cast<std::string>(item.first)))
        throw py::type_error("unknown option " + py::cast<std::string>(item.first));
    const auto host = [&](auto made) -> Variant {
      if (stream.record) made.stream.keep_record();
      made.stream.set_noise(stream.noise);
      return made;
    };
    if (stream.oriented) return host(Host<Algorithm<Obb>>{Stream<Algorithm<Obb>>(config, stream.classes), {}});
    return host(Host<Algorithm<Aabb>>{Stream<Algorithm<Aabb>>(config, stream.classes), {}});
  }
  Variant host_;
};

// Every option of the config and of the stream is a keyword, and none has a default.
template <template <class> class Algorithm>
void bind_tracker(py::module_& m, const char* name) {
  using T = Tracker<Algorithm>;
  py::class_<T>(m, name)
      .def(py::init<const py::kwargs&>())
      .def_static("option_names", &T::option_names)
      .def("update", &T::update, py::arg("detections").noconvert(), py::arg("dt"), py::arg("warp").none(true),
           py::arg("embeddings").noconvert().none(true))
      .def("tracks", &T::tracks)
      .def("record", &T::record)
      .def("reset", &T::reset)
      .def("state_dict", &T::state_dict)
      .def("load_state_dict", &T::load_state_dict, py::arg("state"));
}

}  // namespace boxtrail::bindings
