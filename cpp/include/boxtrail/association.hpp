// How alike two boxes are, in [0, 1], and which pairs of a frame are worth looking at.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "boxtrail/box.hpp"

namespace boxtrail {

enum class Measure { kIou, kGiou, kDiou, kCiou, kHmiou, kCentroid, kBiou };

// "iou", "giou" ...; std::invalid_argument for an unknown name.
Measure measure_by_name(std::string_view name);

struct Similarity {
  Measure measure;
  double image_diagonal;  // pixels, for kCentroid
  double buffer_ratio;    // growth per side as a share of the size, for kBiou

  double operator()(const Aabb& a, const Aabb& b) const;
  double operator()(const Obb& a, const Obb& b) const;

  // Whether boxes that do not overlap have similarity 0 exactly; biou: boxes after growing.
  bool needs_overlap() const {
    return measure == Measure::kIou || measure == Measure::kHmiou || measure == Measure::kBiou;
  }
};

double iou(const Aabb& a, const Aabb& b);
double iou(const Obb& a, const Obb& b);

// Values on some pairs (row, column) of a matrix; columns ascend within a row.
struct SparseMatrix {
  std::int32_t num_columns = 0;
  std::vector<std::int32_t> row_start;  // num_rows + 1
  std::vector<std::int32_t> column;
  std::vector<double> value;

  std::int32_t num_rows() const { return static_cast<std::int32_t>(row_start.size()) - 1; }
  void reset(std::int32_t columns) {
    num_columns = columns;
    row_start.assign(1, 0);
    column.clear();
    value.clear();
  }
  void push(std::int32_t j, double v) {
    column.push_back(j);
    value.push_back(v);
  }
  void end_row() { row_start.push_back(static_cast<std::int32_t>(column.size())); }
};

// Similarities of tracks and detections. With `sparse`, pairs whose similarity is 0 for want of overlap are left out:
// they are never looked at, so the cost grows with the number of near pairs. Keeps its memory between frames.
class PairFinder {
 public:
  template <class Box>
  void find(const Similarity& similarity, std::span<const Box> tracks, std::span<const Box> detections, bool sparse,
            SparseMatrix& out);

 private:
  void find_candidates(std::int32_t num_tracks, std::int32_t num_detections);
  bool fill_grid(std::int32_t num_detections);
  void query_all(const Aabb& box);
  void query_grid(const Aabb& box);

  struct Cells {
    std::int32_t x1, y1, x2, y2;  // both ends included
  };
  Cells cells(const Aabb& box) const;

  std::vector<Aabb> track_bounds_, detection_bounds_;
  std::vector<std::int32_t> candidate_start_, candidates_;
  // Grid over the detections: every cell lists the boxes that reach into it.
  double origin_x_ = 0, origin_y_ = 0, inverse_cell_w_ = 0, inverse_cell_h_ = 0, last_column_ = 0, last_row_ = 0;
  std::int32_t grid_w_ = 0;
  std::vector<Cells> detection_cells_;
  std::vector<std::int32_t> cell_start_, cell_items_;
};

// OCM term of OC-SORT: inertia · score · φ, φ in [−½, ½] telling how well `target` lies in `direction` from
// `reference`.
double direction_consistency(Point direction, Point reference, Point target, double score, double inertia);

}  // namespace boxtrail
