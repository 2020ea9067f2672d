// The class of a track: detectors waver between similar classes from frame to frame, so every match votes with its
// score.
#pragma once

#include <cstdint>
#include <vector>

namespace boxtrail {

struct ClassVote {
  std::int64_t label;
  double weight;  // sum of scores
};

// In order of first sight.
struct ClassVotes {
  std::vector<ClassVote> votes;

  // Counts a match and returns the class of the track, `current` until another one has a larger sum.
  std::int64_t add(std::int64_t label, double score, std::int64_t current) {
    ClassVote& vote = of(label);
    vote.weight += score;
    if (label == current) return current;
    const double weight = vote.weight;
    return weight > of(current).weight ? label : current;
  }

 private:
  ClassVote& of(std::int64_t label) {
    for (ClassVote& vote : votes)
      if (vote.label == label) return vote;
    return votes.emplace_back(label, 0.0);
  }
};

// What a matched detection tells of a track: its score, its row, a vote for its class.
template <class Track, class Detections>
void take_detection(Track& track, const Detections& detections, std::size_t j) {
  track.score = detections.scores[j];
  track.row = detections.rows[j];
  track.label = track.votes.add(detections.labels[j], detections.scores[j], track.label);
}

// The votes of a track that `label` with `score` gave birth to.
inline ClassVotes first_vote(std::int64_t label, double score) { return {{{label, score}}}; }

}  // namespace boxtrail
