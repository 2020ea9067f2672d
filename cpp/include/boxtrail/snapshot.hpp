// Fields by name, for whoever saves, restores or fills them in: `archive(name, field)` for each. Every track and every
// config has such a `visit` beside it. The names of a track are those of the reference's dataclass, so a state moves
// between the two; the names of a config are the options.
#pragma once

#include "boxtrail/association.hpp"
#include "boxtrail/class_votes.hpp"

namespace boxtrail {

template <class Archive>
void visit(Archive& archive, ClassVote& vote) {
  archive("label", vote.label);
  archive("weight", vote.weight);
}

// What every track has.
template <class Archive, class Track>
void visit_match(Archive& archive, Track& track) {
  archive("id", track.id);
  archive("state", track.state);
  archive("score", track.score);
  archive("label", track.label);
  archive("row", track.row);
  archive("votes", track.votes.votes);
}

template <class Archive>
void visit(Archive& archive, Similarity& similarity) {
  archive("asso_func", similarity.measure);
  archive("image_diagonal", similarity.image_diagonal);
  archive("buffer_ratio", similarity.buffer_ratio);
}

}  // namespace boxtrail
