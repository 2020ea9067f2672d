#include "boxtrail/score_memory.hpp"

#include <algorithm>

namespace boxtrail {

namespace {

constexpr double kInitialPosition = 10.0, kInitialVelocity = 1e4;  // noise of the score
constexpr double kProcessPosition = 1.0, kProcessVelocity = 1e-4;
constexpr double kMeasurement = 10.0;
constexpr double kLeastScore = 0.1;  // of the linear prediction

// The filter after a straight line from `start` to `end` over the intervals of `gap`.
ScoreState replay_score(ScoreState state, const std::vector<double>& gap, double start, double end) {
  double total = 0.0, passed = 0.0;
  for (const double dt : gap) total += dt;
  for (std::size_t k = 0; k < gap.size(); ++k) {
    if (k > 0) predict_score(state, gap[k]);
    passed += gap[k];
    update_score(state, start + (end - start) * (passed / total));
  }
  return state;
}

}  // namespace

ScoreState initiate_score(double score) { return {score, 0.0, kInitialPosition, 0.0, kInitialVelocity}; }

void predict_score(ScoreState& state, double dt) {
  state.position += dt * state.velocity;
  const double noise = dt * kProcessPosition + dt * (dt - 1.0) * (2.0 * dt - 1.0) / 6.0 * kProcessVelocity;
  state.pp = state.pp + dt * (state.pv + state.pv) + dt * dt * state.vv + noise;
  state.pv = state.pv + dt * state.vv + dt * (dt - 1.0) / 2.0 * kProcessVelocity;
  state.vv = state.vv + dt * kProcessVelocity;
}

void update_score(ScoreState& state, double score) {
  const double innovation = score - state.position, variance = state.pp + kMeasurement;
  const double gain = state.pp / variance, velocity_gain = state.pv / variance;
  state.position += gain * innovation;
  state.velocity += velocity_gain * innovation;
  state.vv -= velocity_gain * state.pv;
  state.pv -= gain * state.pv;
  state.pp -= gain * state.pp;
}

void ScoreMemory::observe(double last, double score, const std::vector<double>& gap, bool repeat_last) {
  previous = last;
  if (frozen) {
    state = replay_score(*frozen, gap, last, score);
    frozen.reset();
    if (!repeat_last) return;
  }
  update_score(state, score);
}

double ScoreMemory::filtered(double det_thresh) const { return std::min(std::max(state.position, det_thresh), 1.0); }

double ScoreMemory::extrapolated(double last, double det_thresh) const {
  const double change = previous ? last - *previous : 0.0;
  return std::min(std::max(last + change, kLeastScore), det_thresh);
}

}  // namespace boxtrail
