// What a track remembers, field by field, for whoever saves or restores it: `archive(name, field)` for each.
// The names are those of the reference's dataclasses, so a state moves between the two.
#pragma once

#include "boxtrail/observations.hpp"
#include "boxtrail/sort_lifecycle.hpp"
#include "boxtrail/trackers/bytetrack.hpp"
#include "boxtrail/trackers/ocsort.hpp"
#include "boxtrail/trackers/sort.hpp"

namespace boxtrail {

template <class Archive>
void visit(Archive& archive, SortLife& life) {
  archive("age", life.age);
  archive("hits", life.hits);
  archive("streak", life.streak);
  archive("misses", life.misses);
  archive("last_time", life.last_time);
  archive("confirmed", life.confirmed);
}

template <class Archive, class Track>
void visit_match(Archive& archive, Track& track) {
  archive("id", track.id);
  archive("state", track.state);
  archive("score", track.score);
  archive("label", track.label);
  archive("row", track.row);
}

template <class Archive, class Box>
void visit(Archive& archive, Observation<Box>& observation) {
  archive("age", observation.age);
  archive("box", observation.box);
}

template <class Archive, class Box>
void visit(Archive& archive, Observations<Box>& observations) {
  archive("last", observations.last);
  archive("recent", observations.recent);
  archive("direction", observations.direction);
  archive("frozen", observations.frozen);
  archive("gap", observations.gap);
}

template <class Archive, class Box>
void visit(Archive& archive, SortTrack<Box>& track) {
  visit_match(archive, track);
  visit(archive, track.life);
}

template <class Archive, class Box>
void visit(Archive& archive, ByteTrackTrack<Box>& track) {
  visit_match(archive, track);
  archive("status", track.status);
  archive("hits", track.hits);
  archive("first_frame", track.first_frame);
  archive("last_frame", track.last_frame);
  archive("last_time", track.last_time);
}

template <class Archive, class Box>
void visit(Archive& archive, OcSortTrack<Box>& track) {
  visit_match(archive, track);
  archive("observations", track.observations);
  visit(archive, track.life);
}

}  // namespace boxtrail
