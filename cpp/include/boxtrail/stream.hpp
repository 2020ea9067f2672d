// One video stream: its clock, and a collection of tracks, or one collection a class.
//
// A tracker's algorithm (ByteTrack, OcSort ...) is a step over one collection. The stream advances the clock once a
// frame, hands every class its detections and merges the reports, so ids and frame numbers are shared by all classes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "boxtrail/box.hpp"
#include "boxtrail/warp.hpp"

namespace boxtrail {

enum class Status : std::int64_t { kTentative = 0, kConfirmed = 1, kLost = 2 };

// Frames seen, time passed in frames, and the next free id; shared by the classes of a stream.
struct Clock {
  std::int64_t frame = 0;
  double time = 0.0;
  std::int64_t next_id = 1;

  std::int64_t new_id() { return next_id++; }
};

// One row of a tracker's output; `row` is the detection behind it, −1 if there is none.
template <class Box>
struct Report {
  Box box;
  std::int64_t id;
  double score;
  std::int64_t label, row;
};

// One live track for whoever looks in from outside; misses are frames since it was last seen.
template <class Box>
struct TrackView {
  std::int64_t id;
  Status status;
  std::int64_t age, hits, misses;
  double score;
  std::int64_t label;
  Box box;
  double vx, vy;  // pixels a frame
};

inline constexpr std::int64_t kAllClasses = -1;  // key of the only collection when classes are not told apart

template <class Algorithm>
class Stream {
 public:
  using Box = typename Algorithm::Box;
  using Config = typename Algorithm::Config;

  Stream(const Config& config, bool per_class) : config_(config), per_class_(per_class) {}

  // Forgets everything; ids start at 1 again.
  void reset() {
    clock_ = {};
    collections_.clear();
  }

  // One frame, `dt` frames after the last one; reports ascend by id and stay valid until the next call.
  const std::vector<Report<Box>>& update(const Detections<Box>& detections, double dt, const Warp* warp) {
    ++clock_.frame;
    clock_.time += dt;
    reports_.clear();
    if (!per_class_) {
      collection(kAllClasses).step(detections, clock_, dt, warp, reports_);
      return reports_;
    }
    std::erase_if(collections_, [](const auto& item) { return item.second.tracks.empty(); });
    std::set<std::int64_t> labels(detections.labels.begin(), detections.labels.end());
    for (const auto& item : collections_) labels.insert(item.first);
    for (const std::int64_t label : labels) {
      own_.clear();
      for (std::size_t i = 0; i < detections.size(); ++i)
        if (detections.labels[i] == label) own_.push_back(detections, i);
      collection(label).step(own_, clock_, dt, warp, reports_);
    }
    std::sort(reports_.begin(), reports_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return reports_;
  }

  std::vector<TrackView<Box>> tracks() const {
    std::vector<TrackView<Box>> views;
    for (const auto& item : collections_)
      for (const auto& track : item.second.tracks) views.push_back(item.second.view(track, clock_));
    std::sort(views.begin(), views.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return views;
  }

  // The algorithm over the tracks of one class, made where there is none.
  Algorithm& collection(std::int64_t label) {
    const auto found = collections_.find(label);
    return found != collections_.end() ? found->second : collections_.emplace(label, Algorithm(config_)).first->second;
  }
  const std::map<std::int64_t, Algorithm>& collections() const { return collections_; }
  Clock& clock() { return clock_; }
  const Clock& clock() const { return clock_; }

 private:
  Config config_;
  bool per_class_;
  Clock clock_;
  std::map<std::int64_t, Algorithm> collections_;
  std::vector<Report<Box>> reports_;
  Detections<Box> own_;
};

}  // namespace boxtrail
