#include "boxtrail/metrics/clear.hpp"

#include <algorithm>

#include "boxtrail/metrics/frame_matching.hpp"

namespace boxtrail::metrics {

namespace {

constexpr double kContinuity = 1000.0;  // more than all similarities of a frame: a match of the frame before is kept
constexpr std::int32_t kNone = -1;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

struct History {
  std::int64_t frames = 0, matched = 0;
  std::int32_t last_match = kNone;  // id it was last matched with
  std::int64_t last_step = -1;      // when; steps are the frames that have boxes on both sides
  std::int64_t starts = 0;          // times it was matched after it was not
};

// What the pairs of a frame are worth to the matching; 0 for those below the threshold.
void score_pairs(const Comparison& c, const FrameSpan& frame, const std::vector<History>& tracks, std::int64_t step,
                 double threshold, std::vector<double>& scores) {
  for (auto i = frame.truth_begin; i < frame.truth_end; ++i) {
    const History& track = tracks[at(c.truth_id[at(i)])];
    const std::int32_t current = track.last_step == step - 1 ? track.last_match : kNone;
    for (auto e = at(c.overlaps.row_start[at(i)]); e < at(c.overlaps.row_start[at(i + 1)]); ++e) {
      const double value = c.overlaps.value[e];
      if (value < threshold - kTolerance) continue;
      scores[e] = c.prediction_id[at(c.overlaps.row[e])] == current ? kContinuity + value : value;
    }
  }
}

void count_tracks(const std::vector<History>& tracks, Clear& out) {
  for (const History& track : tracks) {
    const double share = static_cast<double>(track.matched) / static_cast<double>(track.frames);
    if (share > 0.8)
      ++out.mostly_tracked;
    else if (share >= 0.2)
      ++out.partly_tracked;
    else
      ++out.mostly_lost;
    out.fragmentations += std::max<std::int64_t>(0, track.starts - 1);
  }
}

}  // namespace

Clear& Clear::operator+=(const Clear& other) {
  for (std::int64_t Clear::* count :
       {&Clear::tp, &Clear::fn, &Clear::fp, &Clear::id_switches, &Clear::fragmentations, &Clear::mostly_tracked,
        &Clear::partly_tracked, &Clear::mostly_lost, &Clear::frames})
    this->*count += other.*count;
  similarity += other.similarity;
  return *this;
}

double Clear::mota() const {
  return static_cast<double>(tp - fp - id_switches) / static_cast<double>(std::max<std::int64_t>(1, tp + fn));
}

Clear clear(const Comparison& c, double threshold, std::int64_t num_frames, std::vector<ClearMatch>* matches) {
  Clear out;
  if (matches != nullptr) matches->assign(c.truth_id.size(), {});
  // The official kit counts no frames where one side is empty.
  if (!c.truth_id.empty() && !c.prediction_id.empty()) out.frames = num_frames;
  std::vector<History> tracks(at(c.num_truth_ids));
  for (const std::int32_t id : c.truth_id) ++tracks[at(id)].frames;
  std::vector<double> scores(c.overlaps.value.size(), 0.0);
  FrameMatcher matcher;
  std::int64_t step = 0;
  for (const FrameSpan& frame : c.frames) {
    // A frame with boxes on one side alone changes no track's state, as in the kits.
    if (frame.truth_begin == frame.truth_end || frame.prediction_begin == frame.prediction_end) continue;
    score_pairs(c, frame, tracks, step, threshold, scores);
    std::int64_t row = frame.truth_begin;  // of the truth; the matches ascend
    for (const std::size_t e : matcher.match(frame, c.overlaps, scores)) {
      const std::int32_t other = c.pair_prediction_id[at(c.pair[e])];
      History& track = tracks[at(c.pair_truth_id[at(c.pair[e])])];
      const bool is_first = track.last_match == kNone;
      const bool is_switch = !is_first && track.last_match != other;
      const bool is_start = is_first || track.last_step != step - 1;
      if (is_switch) ++out.id_switches;
      if (is_start) ++track.starts;
      while (at(c.overlaps.row_start[at(row + 1)]) <= e) ++row;
      if (matches != nullptr) (*matches)[at(row)] = {c.overlaps.row[e], is_switch, is_start && !is_first};
      track.last_match = other;
      track.last_step = step;
      ++track.matched;
      ++out.tp;
      out.similarity += c.overlaps.value[e];
    }
    ++step;
  }
  out.fn = static_cast<std::int64_t>(c.truth_id.size()) - out.tp;
  out.fp = static_cast<std::int64_t>(c.prediction_id.size()) - out.tp;
  count_tracks(tracks, out);
  return out;
}

}  // namespace boxtrail::metrics
