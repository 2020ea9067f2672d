// The trackers as Python classes: checked arrays in, arrays out; `_core.X` and `reference.X` look the same from
// outside.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <variant>

#include "archive.hpp"
#include "bindings.hpp"

namespace boxtrail::bindings {

namespace {

using Array = py::array_t<double, py::array::c_style>;

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
void from_rows(const Array& rows, Detections<Box>& out) {
  out.clear();
  const double* row = rows.data();
  for (py::ssize_t i = 0; i < rows.shape(0); ++i, row += Box::kSize + 2)
    out.push_back(Box::from(row), row[Box::kSize], static_cast<std::int64_t>(row[Box::kSize + 1]), i);
}

// A stream and the buffer its detections are unpacked into.
template <class Algorithm>
struct Host {
  using Box = typename Algorithm::Box;
  Stream<Algorithm> stream;
  Detections<Box> detections;

  py::array_t<double> update(const Array& rows, double dt, const Warp* warp) {
    from_rows(rows, detections);
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
      auto& tracks = restored.collection(py::cast<std::int64_t>(collection["label"])).tracks;
      for (const auto data : collection["tracks"]) {
        tracks.emplace_back();
        DictReader::load(data, tracks.back());
      }
    }
    stream = std::move(restored);
  }
};

// One tracker for both geometries.
template <template <class> class Algorithm>
class Tracker {
 public:
  using Config = typename Algorithm<Aabb>::Config;

  Tracker(const Config& config, bool oriented, bool per_class) : host_(make(config, oriented, per_class)) {}

  py::array_t<double> update(const Array& rows, double dt, const py::object& warp) {
    if (warp.is_none()) return std::visit([&](auto& host) { return host.update(rows, dt, nullptr); }, host_);
    const auto values = py::cast<Array>(warp);
    const double* w = values.data();
    const Warp matrix{w[0], w[1], w[2], w[3], w[4], w[5]};
    return std::visit([&](auto& host) { return host.update(rows, dt, &matrix); }, host_);
  }
  py::array_t<double> tracks() const {
    return std::visit([](const auto& host) { return host.tracks(); }, host_);
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

  static Variant make(const Config& config, bool oriented, bool per_class) {
    if (oriented) return Host<Algorithm<Obb>>{Stream<Algorithm<Obb>>(config, per_class), {}};
    return Host<Algorithm<Aabb>>{Stream<Algorithm<Aabb>>(config, per_class), {}};
  }
  Variant host_;
};

Similarity similarity(const std::string& name, double image_diagonal, double buffer_ratio) {
  return {measure_by_name(name), image_diagonal, buffer_ratio};
}

template <template <class> class Algorithm, class Init>
void bind_tracker(py::module_& m, const char* name, Init init) {
  using T = Tracker<Algorithm>;
  py::class_<T> tracker(m, name);
  init(tracker);
  tracker.def("update", &T::update, py::arg("detections").noconvert(), py::arg("dt"), py::arg("warp").none(true))
      .def("tracks", &T::tracks)
      .def("reset", &T::reset)
      .def("state_dict", &T::state_dict)
      .def("load_state_dict", &T::load_state_dict, py::arg("state"));
}

}  // namespace

void bind_trackers(py::module_& m) {
  using namespace pybind11::literals;
  bind_tracker<Sort>(m, "Sort", [](auto& tracker) {
    tracker.def(py::init([](bool oriented, bool per_class, double iou_threshold, double max_age, std::int64_t min_hits,
                            const std::string& asso_func, double image_diagonal, double buffer_ratio) {
                  return Tracker<Sort>(
                      {iou_threshold, max_age, min_hits, similarity(asso_func, image_diagonal, buffer_ratio)}, oriented,
                      per_class);
                }),
                py::kw_only(), "oriented"_a, "per_class"_a, "iou_threshold"_a, "max_age"_a, "min_hits"_a, "asso_func"_a,
                "image_diagonal"_a, "buffer_ratio"_a);
  });
  bind_tracker<ByteTrack>(m, "ByteTrack", [](auto& tracker) {
    tracker.def(
        py::init([](bool oriented, bool per_class, double track_high_thresh, double track_low_thresh,
                    double new_track_thresh, double match_thresh, double second_match_thresh,
                    double unconfirmed_match_thresh, double track_buffer, bool fuse_score, double duplicate_thresh,
                    const std::string& asso_func, double image_diagonal, double buffer_ratio) {
          return Tracker<ByteTrack>({track_high_thresh, track_low_thresh, new_track_thresh, match_thresh,
                                     second_match_thresh, unconfirmed_match_thresh, track_buffer, fuse_score,
                                     duplicate_thresh, similarity(asso_func, image_diagonal, buffer_ratio)},
                                    oriented, per_class);
        }),
        py::kw_only(), "oriented"_a, "per_class"_a, "track_high_thresh"_a, "track_low_thresh"_a, "new_track_thresh"_a,
        "match_thresh"_a, "second_match_thresh"_a, "unconfirmed_match_thresh"_a, "track_buffer"_a, "fuse_score"_a,
        "duplicate_thresh"_a, "asso_func"_a, "image_diagonal"_a, "buffer_ratio"_a);
  });
  bind_tracker<OcSort>(m, "OcSort", [](auto& tracker) {
    tracker.def(
        py::init([](bool oriented, bool per_class, double det_thresh, double track_low_thresh, double iou_threshold,
                    double max_age, std::int64_t min_hits, std::int64_t delta_t, double inertia, bool use_byte,
                    bool oru_repeat_last, const std::string& asso_func, double image_diagonal, double buffer_ratio) {
          return Tracker<OcSort>({det_thresh, track_low_thresh, iou_threshold, max_age, min_hits, delta_t, inertia,
                                  use_byte, oru_repeat_last, similarity(asso_func, image_diagonal, buffer_ratio)},
                                 oriented, per_class);
        }),
        py::kw_only(), "oriented"_a, "per_class"_a, "det_thresh"_a, "track_low_thresh"_a, "iou_threshold"_a,
        "max_age"_a, "min_hits"_a, "delta_t"_a, "inertia"_a, "use_byte"_a, "oru_repeat_last"_a, "asso_func"_a,
        "image_diagonal"_a, "buffer_ratio"_a);
  });
}

}  // namespace boxtrail::bindings
