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
#include "boxtrail/kalman.hpp"
#include "boxtrail/record.hpp"
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

// Which classes are tracked together, and which class a report names.
struct ClassPolicy {
  bool per_class;                              // every group on its own; else all classes together
  std::map<std::int64_t, std::int64_t> group;  // label → its group; a label that is missing is a group of its own
  bool vote;  // report the class a track was seen with most, else that of the detection

  std::int64_t key(std::int64_t label) const {
    if (!per_class) return kAllClasses;
    const auto found = group.find(label);
    return found == group.end() ? label : found->second;
  }
};

template <class Algorithm>
class Stream {
 public:
  using Box = typename Algorithm::Box;
  using Config = typename Algorithm::Config;

  Stream(const Config& config, const ClassPolicy& classes) : config_(config), classes_(classes) {}

  // Forgets everything; ids start at 1 again.
  void reset() {
    clock_ = {};
    collections_.clear();
    if (record_) record_->clear();
  }

  // One frame, `dt` frames after the last one; reports ascend by id and stay valid until the next call. The rows of the
  // detections are 0, 1, 2 ...
  const std::vector<Report<Box>>& update(const Detections<Box>& detections, double dt, const Warp* warp) {
    ++clock_.frame;
    clock_.time += dt;
    reports_.clear();
    if (record_) record_->clear();
    if (classes_.per_class)
      step_by_class(detections, dt, warp);
    else
      collection(kAllClasses).step(detections, clock_, dt, warp, reports_);
    if (!classes_.vote)
      for (auto& report : reports_)
        if (report.row >= 0) report.label = detections.labels[static_cast<std::size_t>(report.row)];
    return reports_;
  }

  std::vector<TrackView<Box>> tracks() const {
    std::vector<TrackView<Box>> views;
    for (const auto& item : collections_)
      for (const auto& track : item.second.tracks) views.push_back(item.second.view(track, clock_));
    std::sort(views.begin(), views.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return views;
  }

  // The algorithm over the tracks of one group of classes, made where there is none.
  Algorithm& collection(std::int64_t key) {
    const auto found = collections_.find(key);
    if (found != collections_.end()) return found->second;
    Algorithm& made = collections_.emplace(key, Algorithm(config_)).first->second;
    made.record = record_.get();
    if constexpr (requires { made.set_noise(noise_); }) made.set_noise(noise_);
    return made;
  }
  const std::map<std::int64_t, Algorithm>& collections() const { return collections_; }
  Clock& clock() { return clock_; }
  const Clock& clock() const { return clock_; }

  // From the next update on every decision is noted; the record holds those of the last one.
  void keep_record() {
    record_ = std::make_shared<Record>();
    for (auto& item : collections_) item.second.record = record_.get();
  }
  const Record* record() const { return record_.get(); }

  // Of the Kalman filter, before the first update; nothing for algorithms without one.
  void set_noise(const NoiseValues& values) { noise_ = values; }

 private:
  void step_by_class(const Detections<Box>& detections, double dt, const Warp* warp) {
    std::erase_if(collections_, [](const auto& item) {
      if constexpr (requires { item.second.graveyard; })
        if (!item.second.graveyard.empty()) return false;
      return item.second.tracks.empty();
    });
    std::set<std::int64_t> keys;
    for (const auto& item : collections_) keys.insert(item.first);
    for (const std::int64_t label : detections.labels) keys.insert(classes_.key(label));
    for (const std::int64_t key : keys) {
      own_.clear();
      for (std::size_t i = 0; i < detections.size(); ++i)
        if (classes_.key(detections.labels[i]) == key) own_.push_back(detections, i);
      collection(key).step(own_, clock_, dt, warp, reports_);
    }
    std::sort(reports_.begin(), reports_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  }

  Config config_;
  ClassPolicy classes_;
  NoiseValues noise_;
  Clock clock_;
  std::map<std::int64_t, Algorithm> collections_;
  std::shared_ptr<Record> record_;  // shared: a stream may be moved while its algorithms point at it
  std::vector<Report<Box>> reports_;
  Detections<Box> own_;
};

}  // namespace boxtrail
