// The pairs that the grid finds are those that looking at every pair finds: same pairs, same values, same order.
#include <array>
#include <cmath>
#include <utility>

#include "boxtrail/association.hpp"
#include "check.hpp"
#include "random.hpp"

namespace {

using namespace boxtrail;
using boxtrail::testing::check;
using boxtrail::testing::Random;

// Where boxes lie and how large they are, in pixels.
struct Layout {
  double left, top, extent;  // of the centres
  double smallest, largest;  // of the sides
  double huge = 0.0;         // share of boxes that are as large as the whole extent
  double far = 0.0;          // share of boxes a million pixels away
  double grid = 0.0;         // > 0: corners are multiples of it, so many boxes touch or coincide
};

template <class Box>
Box draw(const Layout& layout, Random& random) {
  const auto side = [&] { return random.uniform(layout.smallest, layout.largest); };
  double cx = layout.left + random.uniform(0.0, layout.extent), cy = layout.top + random.uniform(0.0, layout.extent);
  double w = side(), h = side();
  if (random.chance(layout.huge)) w = h = layout.extent;
  if (random.chance(layout.far)) cx += random.chance(0.5) ? 1e6 : -1e6;
  if constexpr (Box::kSize == 5) return {cx, cy, w, h, random.uniform(-4.0, 4.0)};
  if (layout.grid > 0.0) {
    const auto snap = [&](double value) { return std::floor(value / layout.grid) * layout.grid; };
    cx = snap(cx), cy = snap(cy), w = snap(w) + layout.grid, h = snap(h) + layout.grid;
    return Box::from(std::array{cx, cy, cx + w, cy + h, 0.0}.data());
  }
  return Box::from(std::array{cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2, 0.0}.data());
}

template <class Box>
void compare(PairFinder& finder, const Similarity& similarity, const std::vector<Box>& tracks,
             const std::vector<Box>& detections) {
  SparseMatrix found;
  finder.find<Box>(similarity, tracks, detections, true, found);
  SparseMatrix expected;
  expected.reset(static_cast<std::int32_t>(detections.size()));
  for (const Box& track : tracks) {
    for (std::size_t j = 0; j < detections.size(); ++j) {
      const double value = similarity(track, detections[j]);
      if (value > 0.0 || !similarity.needs_overlap()) expected.push(static_cast<std::int32_t>(j), value);
    }
    expected.end_row();
  }
  check(found.num_columns == expected.num_columns && found.row_start == expected.row_start,
        "as many pairs in each row");
  check(found.column == expected.column, "the same pairs, ascending");
  check(found.value == expected.value, "the same similarities");
}

template <class Box>
void compare_layouts() {
  const Layout layouts[] = {
      {0, 0, 2000, 20, 120},                // a street
      {0, 0, 2000, 20, 120, 0.1},           // with boxes as large as the image
      {0, 0, 2000, 1e-3, 1e-2},             // tiny boxes, far apart
      {0, 0, 1e-3, 1e-3, 1e-2},             // tiny boxes on one another
      {-5000, -3000, 800, 10, 200},         // negative coordinates
      {0, 0, 500, 20, 60, 0.0, 0.2},        // some a million pixels away
      {0, 0, 500, 20, 60, 0.1, 0.5},        // and huge ones
      {0, 0, 0, 40, 40},                    // all the same
      {0, 0, 300, 10, 80, 0.0, 0.0, 20.0},  // touching and coinciding
      {1e7, 1e7, 1000, 20, 60},             // far from the origin
  };
  const Similarity measures[] = {{Measure::kIou, 1.0, 0.0},
                                 {Measure::kHmiou, 1.0, 0.0},
                                 {Measure::kBiou, 1.0, 0.3},
                                 {Measure::kBiou, 1.0, 2.0},
                                 {Measure::kGiou, 1.0, 0.0}};
  Random random(11);
  PairFinder finder;  // one for all, so that nothing of one frame may leak into the next
  for (const Layout& layout : layouts) {
    for (const Similarity& similarity : measures) {
      for (const auto& [n, m] : {std::pair{90, 70}, {300, 4}, {4, 300}, {2000, 1}, {1, 2000}, {5, 5}, {0, 9}, {9, 0}}) {
        std::vector<Box> tracks, detections;
        for (int i = 0; i < n; ++i) tracks.push_back(draw<Box>(layout, random));
        for (int j = 0; j < m; ++j) detections.push_back(draw<Box>(layout, random));
        compare(finder, similarity, tracks, detections);
      }
    }
  }
}

// The frame that follows the last one, as a tracker sees it: each track near its detection.
void compare_following_frames() {
  Random random(3);
  PairFinder finder;
  for (int round = 0; round < 200; ++round) {
    const Layout layout{-200, -100, random.uniform(100, 4000), 1, random.uniform(2, 300), 0.01, 0.01};
    std::vector<Aabb> tracks, detections;
    const int count = 40 + random.below(60);
    for (int i = 0; i < count; ++i) {
      const Aabb box = draw<Aabb>(layout, random);
      const double dx = random.uniform(-20, 20), dy = random.uniform(-20, 20);
      tracks.push_back(box);
      if (random.chance(0.9)) detections.push_back({box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy});
    }
    compare(finder, {Measure::kIou, 1.0, 0.0}, tracks, detections);
  }
}

}  // namespace

int main() {
  compare_layouts<Aabb>();
  compare_layouts<Obb>();
  compare_following_frames();
  return testing::finish();
}
