// Boxes in pixels, upright (Aabb) and oriented (Obb), and their conversions.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace boxtrail {

struct Aabb {
  static constexpr std::size_t kSize = 4;
  double x1, y1, x2, y2;  // corners

  std::array<double, 4> values() const { return {x1, y1, x2, y2}; }
  static Aabb from(const double* row) { return {row[0], row[1], row[2], row[3]}; }
};

struct Obb {
  static constexpr std::size_t kSize = 5;
  double cx, cy, w, h, angle;  // angle in radians, image axes (y down)

  std::array<double, 5> values() const { return {cx, cy, w, h, angle}; }
  static Obb from(const double* row) { return {row[0], row[1], row[2], row[3], row[4]}; }
};

struct Point {
  double x, y;
};

inline Point centre(const Aabb& box) { return {(box.x1 + box.x2) / 2.0, (box.y1 + box.y2) / 2.0}; }
inline Point centre(const Obb& box) { return {box.cx, box.cy}; }

// The upright box around a box.
inline Aabb bounds(const Aabb& box) { return box; }
Aabb bounds(const Obb& box);

// The code of `box` nearest to `reference` among (w, h, θ), (h, w, θ ± π/2) and half turns; upright boxes have one.
Obb align(const Obb& box, const Obb& reference);
inline Aabb align(const Aabb& box, const Aabb&) { return box; }

// Detections of one frame. `rows` are rows of the array the user passed; `embeddings` are unit vectors that the caller
// keeps alive for the update, one a detection, or none at all.
template <class Box>
struct Detections {
  std::vector<Box> boxes;
  std::vector<double> scores;  // in [0, 1]
  std::vector<std::int64_t> labels;
  std::vector<std::int64_t> rows;
  std::vector<std::span<const float>> embeddings;

  std::size_t size() const { return boxes.size(); }
  bool has_embeddings() const { return !embeddings.empty(); }
  // Empty where there are none.
  std::span<const float> embedding(std::size_t i) const {
    return embeddings.empty() ? std::span<const float>{} : embeddings[i];
  }
  void clear() {
    boxes.clear();
    scores.clear();
    labels.clear();
    rows.clear();
    embeddings.clear();
  }
  void push_back(const Box& box, double score, std::int64_t label, std::int64_t row) {
    boxes.push_back(box);
    scores.push_back(score);
    labels.push_back(label);
    rows.push_back(row);
  }
  void move_row(std::size_t to, std::size_t from) {
    boxes[to] = boxes[from];
    scores[to] = scores[from];
    labels[to] = labels[from];
    rows[to] = rows[from];
    if (has_embeddings()) embeddings[to] = embeddings[from];
  }
  void resize(std::size_t count) {
    boxes.resize(count);
    scores.resize(count);
    labels.resize(count);
    rows.resize(count);
    if (has_embeddings()) embeddings.resize(count);
  }
  void push_back(const Detections& other, std::size_t i) {
    push_back(other.boxes[i], other.scores[i], other.labels[i], other.rows[i]);
    if (other.has_embeddings()) embeddings.push_back(other.embeddings[i]);
  }
};

}  // namespace boxtrail
