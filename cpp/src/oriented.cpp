// Oriented boxes: overlap of rotated rectangles, and the choice among the four codes of one rectangle.
#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <numbers>

#include "boxtrail/association.hpp"
#include "boxtrail/box.hpp"

namespace boxtrail {

namespace {

constexpr double kShapeWeight = 0.05;  // radians that a unit of log side ratio is worth when codes are compared

// A convex polygon of at most the eight corners that two rectangles make; on the stack, for speed.
class Polygon {
 public:
  Polygon() = default;
  Polygon(std::initializer_list<Point> points) {
    for (const Point p : points) push_back(p);
  }
  std::size_t size() const { return size_; }
  Point operator[](std::size_t i) const { return points_[i]; }
  Point back() const { return points_[size_ - 1]; }
  void push_back(Point p) { points_[size_++] = p; }
  void pop_back() { --size_; }
  Point* begin() { return points_.data(); }
  Point* end() { return points_.data() + size_; }
  const Point* begin() const { return points_.data(); }
  const Point* end() const { return points_.data() + size_; }

 private:
  std::array<Point, 16> points_;  // a hull under construction holds each corner twice at the most
  std::size_t size_ = 0;
};

Point half_extents(const Obb& box) {
  const double cos = std::abs(std::cos(box.angle)), sin = std::abs(std::sin(box.angle));
  return {(box.w * cos + box.h * sin) / 2.0, (box.w * sin + box.h * cos) / 2.0};
}

Polygon corners(const Obb& box) {
  const double cos = std::cos(box.angle), sin = std::sin(box.angle);
  const double ux = box.w / 2.0 * cos, uy = box.w / 2.0 * sin;
  const double vx = -box.h / 2.0 * sin, vy = box.h / 2.0 * cos;
  return {{box.cx - ux - vx, box.cy - uy - vy},
          {box.cx + ux - vx, box.cy + uy - vy},
          {box.cx + ux + vx, box.cy + uy + vy},
          {box.cx - ux + vx, box.cy - uy + vy}};
}

// The part of `subject` inside the convex `clipper` (Sutherland and Hodgman 1974).
Polygon clip(Polygon subject, const Polygon& clipper) {
  for (std::size_t i = 0; i < clipper.size(); ++i) {
    const Point p = clipper[i], q = clipper[(i + 1) % clipper.size()];
    const auto side = [&](Point s) { return (q.x - p.x) * (s.y - p.y) - (q.y - p.y) * (s.x - p.x); };
    Polygon kept;
    for (std::size_t j = 0; j < subject.size(); ++j) {
      const Point s = subject[j == 0 ? subject.size() - 1 : j - 1], e = subject[j];
      const double ds = side(s), de = side(e);
      if ((ds >= 0.0) != (de >= 0.0)) {
        const double t = ds / (ds - de);
        kept.push_back({s.x + (e.x - s.x) * t, s.y + (e.y - s.y) * t});
      }
      if (de >= 0.0) kept.push_back(e);
    }
    subject = kept;
    if (subject.size() < 3) return {};
  }
  return subject;
}

double area(const Polygon& polygon) {
  double total = 0.0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point a = polygon[i == 0 ? polygon.size() - 1 : i - 1], b = polygon[i];
    total += a.x * b.y - b.x * a.y;
  }
  return std::abs(total) / 2.0;
}

// Monotone chain (Andrew 1979).
Polygon convex_hull(Polygon points) {
  const auto before = [](Point a, Point b) { return a.x < b.x || (a.x == b.x && a.y < b.y); };
  std::sort(points.begin(), points.end(), before);
  Polygon hull;
  for (int sweep = 0; sweep < 2; ++sweep) {
    const std::size_t start = hull.size();
    for (const Point p : points) {
      while (hull.size() >= start + 2) {
        const Point a = hull[hull.size() - 2], b = hull.back();
        if ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0.0) break;
        hull.pop_back();
      }
      hull.push_back(p);
    }
    hull.pop_back();
    std::reverse(points.begin(), points.end());
  }
  return hull;
}

// Squared diagonal of the smallest rectangle around a convex polygon; one of its edges lies along it.
double squared_diagonal(const Polygon& hull) {
  double best_area = std::numeric_limits<double>::infinity(), best = 0.0;
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Point a = hull[i == 0 ? hull.size() - 1 : i - 1], b = hull[i];
    const double length = std::sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
    const double ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
    double low_u = std::numeric_limits<double>::infinity(), high_u = -low_u, low_v = low_u, high_v = -low_u;
    for (const Point p : hull) {
      const double u = p.x * ux + p.y * uy, v = p.y * ux - p.x * uy;
      low_u = std::min(low_u, u);
      high_u = std::max(high_u, u);
      low_v = std::min(low_v, v);
      high_v = std::max(high_v, v);
    }
    const double w = high_u - low_u, h = high_v - low_v;
    if (w * h < best_area) {
      best_area = w * h;
      best = w * w + h * h;
    }
  }
  return best;
}

double height_overlap(const Obb& a, const Obb& b) {
  const double half_a = half_extents(a).y, half_b = half_extents(b).y;
  const double common = std::min(a.cy + half_a, b.cy + half_b) - std::max(a.cy - half_a, b.cy - half_b);
  return std::max(common, 0.0) / (std::max(a.cy + half_a, b.cy + half_b) - std::min(a.cy - half_a, b.cy - half_b));
}

double aspect_angle(const Obb& box) { return std::atan(std::max(box.w, box.h) / std::min(box.w, box.h)); }

Obb grow(const Obb& box, double ratio) {
  return {box.cx, box.cy, box.w * (1.0 + 2.0 * ratio), box.h * (1.0 + 2.0 * ratio), box.angle};
}

}  // namespace

Aabb bounds(const Obb& box) {
  const Point half = half_extents(box);
  return {box.cx - half.x, box.cy - half.y, box.cx + half.x, box.cy + half.y};
}

double iou(const Obb& a, const Obb& b) {
  if (a.values() == b.values()) return 1.0;
  const Point half_a = half_extents(a), half_b = half_extents(b);
  if (std::abs(a.cx - b.cx) >= half_a.x + half_b.x || std::abs(a.cy - b.cy) >= half_a.y + half_b.y) return 0.0;
  // About the mid-point and in units of the largest side the clipping is well conditioned anywhere.
  const double scale = std::max({a.w, a.h, b.w, b.h});
  const double mx = (a.cx + b.cx) / 2.0, my = (a.cy + b.cy) / 2.0;
  const Obb p{(a.cx - mx) / scale, (a.cy - my) / scale, a.w / scale, a.h / scale, a.angle};
  const Obb q{(b.cx - mx) / scale, (b.cy - my) / scale, b.w / scale, b.h / scale, b.angle};
  const double intersection = area(clip(corners(p), corners(q)));
  const double united = p.w * p.h + q.w * q.h - intersection;
  return std::min(std::max(intersection / united, 0.0), 1.0);
}

double Similarity::operator()(const Obb& a, const Obb& b) const {
  const double dx = a.cx - b.cx, dy = a.cy - b.cy;
  if (measure == Measure::kBiou) return iou(grow(a, buffer_ratio), grow(b, buffer_ratio));
  if (measure == Measure::kCentroid) return 1.0 - std::sqrt(dx * dx + dy * dy) / image_diagonal;
  const double jaccard = iou(a, b);
  if (measure == Measure::kIou) return jaccard;
  if (measure == Measure::kHmiou) return jaccard * height_overlap(a, b);
  Polygon points = corners(a);
  for (const Point p : corners(b)) points.push_back(p);
  const Polygon hull = convex_hull(points);
  if (measure == Measure::kGiou) {
    const double enclosing = area(hull);
    const double united = (a.w * a.h + b.w * b.h) / (1.0 + jaccard);
    return (jaccard - (enclosing - united) / enclosing + 1.0) / 2.0;
  }
  double value = jaccard - (dx * dx + dy * dy) / squared_diagonal(hull);
  if (measure == Measure::kCiou) {
    const double difference = aspect_angle(a) - aspect_angle(b);
    const double v = 4.0 / (std::numbers::pi * std::numbers::pi) * (difference * difference);
    if (v > 0.0) value = value - v / (1.0 - jaccard + v) * v;
  }
  return (value + 1.0) / 2.0;
}

Obb align(const Obb& box, const Obb& reference) {
  Obb best = box;
  double best_cost = std::numeric_limits<double>::infinity();
  const Obb codes[] = {box, {box.cx, box.cy, box.h, box.w, box.angle + std::numbers::pi / 2.0}};
  for (Obb code : codes) {
    const double turns = std::nearbyint((reference.angle - code.angle) / std::numbers::pi);
    code.angle = code.angle + std::numbers::pi * turns;
    const double shape = std::abs(std::log(code.w / reference.w)) + std::abs(std::log(code.h / reference.h));
    const double cost = std::abs(code.angle - reference.angle) + kShapeWeight * shape;
    if (cost < best_cost) {
      best = code;
      best_cost = cost;
    }
  }
  return best;
}

}  // namespace boxtrail
