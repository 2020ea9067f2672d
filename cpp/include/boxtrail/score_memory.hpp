// The score of a track through time: a Kalman filter of its own, and the last two scores (HybridSORT, §3.2).
//
// HybridSORT's nine-dimensional filter tracks the detection score beside centre, area and ratio. Nothing couples the
// score to the other coordinates, so it is this constant-velocity filter beside the one over the box.
#pragma once

#include <optional>
#include <vector>

namespace boxtrail {

// Belief about a score: its value, its change a frame, and their covariance.
struct ScoreState {
  double position, velocity;
  double pp, pv, vv;
};

ScoreState initiate_score(double score);
// Moves the state by `dt` frames.
void predict_score(ScoreState& state, double dt);
// Corrects the state by a detection's score.
void update_score(ScoreState& state, double score);

struct ScoreMemory {
  ScoreState state;
  std::optional<ScoreState> frozen;  // the filter at the first frame of the present gap
  std::optional<double> previous;    // the score before the last one; none before the first match and after a miss

  static ScoreMemory newborn(double score) { return {initiate_score(score), {}, {}}; }
  // The track was not seen; one that was matched before keeps the filter as it stands at the start of a gap.
  void miss(bool observed) {
    previous.reset();
    if (observed && !frozen) frozen = state;
  }
  // The track was seen with `score` after `last`; over a gap the filter is replayed along a straight line.
  void observe(double last, double score, const std::vector<double>& gap, bool repeat_last);
  // The filter's score, no lower than what a sure detection has.
  double filtered(double det_thresh) const;
  // The last score going on as it changed, no higher than what an unsure detection has.
  double extrapolated(double last, double det_thresh) const;
};

template <class Archive>
void visit(Archive& archive, ScoreState& state) {
  archive("position", state.position);
  archive("velocity", state.velocity);
  archive("pp", state.pp);
  archive("pv", state.pv);
  archive("vv", state.vv);
}

template <class Archive>
void visit(Archive& archive, ScoreMemory& memory) {
  archive("state", memory.state);
  archive("frozen", memory.frozen);
  archive("previous", memory.previous);
}

}  // namespace boxtrail
