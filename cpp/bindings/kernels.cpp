// The kernels, bound for the tests that hold them against the reference, and the check of the detections.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <limits>

#include "bindings.hpp"
#include "boxtrail/appearance.hpp"
#include "boxtrail/assignment.hpp"
#include "boxtrail/kalman.hpp"
#include "boxtrail/warp.hpp"

namespace boxtrail::bindings {

namespace {

using namespace pybind11::literals;
using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Embeddings = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Pairs = std::vector<std::pair<std::int32_t, std::int32_t>>;

template <class Box>
std::vector<Box> boxes(const Array& rows) {
  std::vector<Box> out;
  out.reserve(static_cast<std::size_t>(rows.shape(0)));
  for (py::ssize_t i = 0; i < rows.shape(0); ++i) out.push_back(Box::from(rows.data(i)));
  return out;
}

template <class Box>
SparseMatrix find(const Similarity& similarity, const Array& tracks, const Array& detections, bool sparse) {
  PairFinder finder;
  SparseMatrix out;
  const auto a = boxes<Box>(tracks), b = boxes<Box>(detections);
  finder.find<Box>(similarity, a, b, sparse, out);
  return out;
}

// (N, M) similarities; with `sparse` through the grid, 0 where a pair is left out.
py::array_t<double> similarity_matrix(const std::string& measure, const Array& tracks, const Array& detections,
                                      double image_diagonal, double buffer_ratio, bool sparse) {
  const Similarity similarity{measure_by_name(measure), image_diagonal, buffer_ratio};
  const SparseMatrix found = tracks.shape(1) == 5 ? find<Obb>(similarity, tracks, detections, sparse)
                                                  : find<Aabb>(similarity, tracks, detections, sparse);
  py::array_t<double> out({tracks.shape(0), detections.shape(0)});
  std::fill_n(out.mutable_data(), out.size(), 0.0);
  for (std::int32_t i = 0; i < found.num_rows(); ++i)
    for (auto k = found.row_start[static_cast<std::size_t>(i)]; k < found.row_start[static_cast<std::size_t>(i) + 1];
         ++k)
      out.mutable_at(i, found.column[static_cast<std::size_t>(k)]) = found.value[static_cast<std::size_t>(k)];
  return out;
}

// All entries, or with `sparse` only those that differ from `absent`.
SparseMatrix to_sparse(const Array& matrix, bool sparse, double absent) {
  SparseMatrix out;
  out.reset(static_cast<std::int32_t>(matrix.shape(1)));
  for (py::ssize_t i = 0; i < matrix.shape(0); ++i) {
    for (py::ssize_t j = 0; j < matrix.shape(1); ++j)
      if (!sparse || matrix.at(i, j) != absent) out.push(static_cast<std::int32_t>(j), matrix.at(i, j));
    out.end_row();
  }
  return out;
}

Pairs to_pairs(const Matches& matches) {
  Pairs out;
  for (const Match& match : matches) out.emplace_back(match.row, match.column);
  return out;
}

Pairs assign_partial(const Array& cost, double max_cost) {
  Assigner assigner;
  return to_pairs(assigner.partial(to_sparse(cost, false, 0.0), max_cost));
}

// With `sparse` without the pairs that cost max_cost or more.
Pairs assign_mutual(const Array& cost, double max_cost, double step, bool sparse) {
  SparseMatrix pairs;
  pairs.reset(static_cast<std::int32_t>(cost.shape(1)));
  for (py::ssize_t i = 0; i < cost.shape(0); ++i) {
    for (py::ssize_t j = 0; j < cost.shape(1); ++j)
      if (!sparse || cost.at(i, j) < max_cost) pairs.push(static_cast<std::int32_t>(j), cost.at(i, j));
    pairs.end_row();
  }
  Assigner assigner;
  return to_pairs(assigner.mutual(pairs, max_cost, step));
}

// An infinite cost is a pair that is not there.
Pairs assign_clipped(const Array& cost, double max_cost) {
  Assigner assigner;
  return to_pairs(assigner.clipped(to_sparse(cost, true, std::numeric_limits<double>::infinity()), max_cost));
}

Pairs assign_full(const Array& similarity, double min_similarity, bool sparse) {
  Assigner assigner;
  return to_pairs(assigner.full(to_sparse(similarity, sparse, 0.0), min_similarity));
}

Pairs assign_sort(const Array& similarity, const Array& extra, double min_similarity) {
  Assigner assigner;
  const SparseMatrix sparse = to_sparse(similarity, true, 0.0);
  if (assigner.is_one_to_one(sparse, min_similarity)) return to_pairs(assigner.matches());
  std::vector<double> bounds(static_cast<std::size_t>(extra.shape(1)), 0.0);
  for (py::ssize_t i = 0; i < extra.shape(0); ++i)
    for (std::size_t j = 0; j < bounds.size(); ++j)
      bounds[j] = std::max(bounds[j], std::abs(extra.at(i, static_cast<py::ssize_t>(j))));
  const auto term = [&](std::int32_t i, std::int32_t j) { return extra.at(i, j); };
  return to_pairs(assigner.full(sparse, term, bounds, min_similarity));
}

template <class Box>
class Filter {
 public:
  Filter(Family family, double epsilon, const Array& box)
      : model_(motion_model<Box::kSize>(family, epsilon)), state_(initiate(model_, Box::from(box.data()))) {}
  void predict(double dt) { boxtrail::predict(model_, state_, dt); }
  void update(const Array& box, double noise, double gain) {
    boxtrail::update(model_, state_, Box::from(box.data()), noise, gain);
  }
  double gating_distance(const Array& box) const {
    return boxtrail::gating_distance(model_, state_, Box::from(box.data()));
  }
  void warp(const Array& warp) {
    const double* w = warp.data();
    warp_state(model_, Warp{w[0], w[1], w[2], w[3], w[4], w[5]}, state_);
  }
  void warp_pairs(const Array& warp) {
    const double* w = warp.data();
    boxtrail::warp_pairs(model_, Warp{w[0], w[1], w[2], w[3], w[4], w[5]}, state_);
  }
  void warp_corners(const Array& warp) {
    const double* w = warp.data();
    boxtrail::warp_corners<Box>(model_, Warp{w[0], w[1], w[2], w[3], w[4], w[5]}, state_);
  }
  void make_dense() { boxtrail::make_dense(state_); }
  std::vector<double> mean() const {
    std::vector<double> out(state_.position.begin(), state_.position.end());
    out.insert(out.end(), state_.velocity.begin(), state_.velocity.end());
    return out;
  }
  std::vector<double> covariance() const {
    BoxState<Box> copy = state_;
    boxtrail::make_dense(copy);
    return copy.dense;
  }
  auto box() const {
    const auto values = to_box<Box>(model_, state_).values();
    return std::vector<double>(values.begin(), values.end());
  }

 private:
  BoxModel<Box> model_;
  BoxState<Box> state_;
};

template <class Box>
void bind_filter(py::module_& m, const char* name) {
  using F = Filter<Box>;
  py::class_<F>(m, name)
      .def(py::init([](const std::string& family, double aspect_epsilon, const Array& box) {
             const std::pair<const char*, Family> names[] = {{"XYAH", Family::kXyah},
                                                             {"XYWH", Family::kXywh},
                                                             {"XYSR", Family::kXysr},
                                                             {"XYHR", Family::kXyhr},
                                                             {"XYWH_WIDE", Family::kXywhWide}};
             for (const auto& [known, value] : names)
               if (family == known) return F(value, aspect_epsilon, box);
             throw py::value_error("unknown family " + family);
           }),
           "family"_a, "aspect_epsilon"_a, "box"_a)
      .def("predict", &F::predict, "dt"_a)
      .def("update", &F::update, "box"_a, py::kw_only(), "noise"_a, "gain"_a)
      .def("gating_distance", &F::gating_distance, "box"_a)
      .def("warp", &F::warp, "warp"_a)
      .def("warp_pairs", &F::warp_pairs, "warp"_a)
      .def("warp_corners", &F::warp_corners, "warp"_a)
      .def("make_dense", &F::make_dense)
      .def_property_readonly("mean", &F::mean)
      .def_property_readonly("covariance", &F::covariance)
      .def_property_readonly("box", &F::box);
}

std::vector<float> smooth_embedding(const Embeddings& previous, const Embeddings& current, double alpha) {
  std::vector<float> out(previous.data(), previous.data() + previous.size());
  smooth(out, {current.data(), static_cast<std::size_t>(current.size())}, alpha);
  return out;
}

// By blocks, or one pair after the other.
py::array_t<double> cosine_similarities(const Embeddings& tracks, const Embeddings& detections, bool blocked) {
  py::array_t<double> out({tracks.shape(0), detections.shape(0)});
  const auto width = static_cast<std::size_t>(tracks.shape(1));
  std::vector<Embedding> rows, columns;
  for (py::ssize_t i = 0; i < tracks.shape(0); ++i) rows.emplace_back(tracks.data(i), width);
  for (py::ssize_t j = 0; j < detections.shape(0); ++j) columns.emplace_back(detections.data(j), width);
  std::vector<double> all;
  if (blocked) {
    cosine_similarity(rows, columns, all);
  } else {
    for (const Embedding row : rows)
      for (const Embedding column : columns) all.push_back(cosine_similarity(row, column));
  }
  std::copy(all.begin(), all.end(), out.mutable_data());
  return out;
}

// The limits of boxtrail.detections.
constexpr double kMaxCoordinate = 1e9, kMinSide = 1e-6, kMaxLabel = 9007199254740992.0;

// Whether `dets` is a C-contiguous float64 array (N, 6) or (N, 7), every row of which can be tracked as it is; the rule
// of boxtrail.detections.is_clean.
bool is_clean(const py::object& dets) {
  using Rows = py::array_t<double, py::array::c_style>;
  if (!py::isinstance<Rows>(dets)) return false;
  const auto rows = py::reinterpret_borrow<Rows>(dets);
  if (rows.ndim() != 2 || (rows.shape(1) != 6 && rows.shape(1) != 7)) return false;
  const py::ssize_t width = rows.shape(1);
  const double* row = rows.data();
  bool clean = true;
  for (py::ssize_t i = 0; i < rows.shape(0); ++i, row += width) {
    const double score = row[width - 2], label = row[width - 1];
    const double w = width == 7 ? row[2] : row[2] - row[0], h = width == 7 ? row[3] : row[3] - row[1];
    bool near = true;  // also false for what is not finite
    for (py::ssize_t k = 0; k < width - 2; ++k) near &= std::abs(row[k]) <= kMaxCoordinate;
    clean &= near && w >= kMinSide && h >= kMinSide && score >= 0.0 && score <= 1.0 && label >= 0.0 &&
             label <= kMaxLabel && label == std::floor(label);
  }
  return clean;
}

}  // namespace

void bind_kernels(py::module_& m) {
  m.def("is_clean", &is_clean, "dets"_a);
  m.def("similarity", &similarity_matrix, "measure"_a, "tracks"_a, "detections"_a, py::kw_only(), "image_diagonal"_a,
        "buffer_ratio"_a, "sparse"_a);
  m.def("assign_partial", &assign_partial, "cost"_a, "max_cost"_a);
  m.def("assign_mutual", &assign_mutual, "cost"_a, "max_cost"_a, "step"_a, py::kw_only(), "sparse"_a);
  m.def("assign_clipped", &assign_clipped, "cost"_a, "max_cost"_a);
  m.def("assign_full", &assign_full, "similarity"_a, "min_similarity"_a, py::kw_only(), "sparse"_a);
  m.def("assign_sort", &assign_sort, "similarity"_a, "extra"_a, "min_similarity"_a);
  m.def(
      "align",
      [](const Array& box, const Array& reference) {
        const auto values = align(Obb::from(box.data()), Obb::from(reference.data())).values();
        return std::vector<double>(values.begin(), values.end());
      },
      "box"_a, "reference"_a);
  m.def("smooth", &smooth_embedding, "previous"_a, "current"_a, "alpha"_a);
  m.def("adaptive_alpha", &adaptive_alpha, "base"_a, "score"_a, "min_score"_a);
  m.def("cosine_similarity", &cosine_similarities, "tracks"_a, "detections"_a, py::kw_only(), "blocked"_a);
  bind_filter<Aabb>(m, "KalmanFilter");
  bind_filter<Obb>(m, "OrientedKalmanFilter");
}

}  // namespace boxtrail::bindings
