// What one update decided and why, for whoever asks the tracker to explain itself. Nobody asked: a null pointer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "boxtrail/assignment.hpp"

namespace boxtrail {

// A pair that came into question, and how alike it was.
struct Candidate {
  std::int64_t track, row;
  double similarity;
};

// One association: who took part, which similarity it asked for, who found whom.
struct StageRecord {
  std::string stage;
  double threshold;
  std::vector<std::int64_t> tracks, rows;
  std::vector<Candidate> candidates;  // similarity above 0
  std::vector<std::pair<std::int64_t, std::int64_t>> matches;
};

// A detection that something kept out: the option that did, its value and what it asked for.
struct Refusal {
  std::int64_t row;
  std::string gate;
  double value, threshold;
};

struct Record {
  std::vector<StageRecord> stages;
  std::vector<Refusal> refusals;
  std::vector<std::pair<std::int64_t, std::int64_t>> births;  // track, row
  std::vector<std::pair<std::int64_t, std::string>> deaths;   // track, why

  void clear() { *this = {}; }
};

// Notes an association between tracks[members[i]] and detections; with `is_cost` the values are 1 − similarity, and so
// is the threshold. Call it before matched detections are taken out.
template <class Track, class Detections>
void note_stage(Record* record, const char* stage, double threshold, bool is_cost, const std::vector<Track>& tracks,
                const std::vector<std::int32_t>& members, const Detections& detections, const SparseMatrix& values,
                const Matches& matches) {
  if (record == nullptr) return;
  StageRecord& noted = record->stages.emplace_back();
  noted.stage = stage;
  noted.threshold = is_cost ? 1.0 - threshold : threshold;
  for (const std::int32_t i : members) noted.tracks.push_back(tracks[static_cast<std::size_t>(i)].id);
  noted.rows = detections.rows;
  for (std::size_t i = 0; i < noted.tracks.size(); ++i) {
    for (auto k = values.row_start[i]; k < values.row_start[i + 1]; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const double similarity = is_cost ? 1.0 - values.value[at] : values.value[at];
      if (similarity > 0.0)
        noted.candidates.push_back(
            {noted.tracks[i], noted.rows[static_cast<std::size_t>(values.column[at])], similarity});
    }
  }
  for (const auto [i, j] : matches)
    noted.matches.emplace_back(noted.tracks[static_cast<std::size_t>(i)], noted.rows[static_cast<std::size_t>(j)]);
}

// The same for all tracks of a collection.
template <class Track, class Detections>
void note_stage(Record* record, const char* stage, double threshold, bool is_cost, const std::vector<Track>& tracks,
                const Detections& detections, const SparseMatrix& values, const Matches& matches) {
  if (record == nullptr) return;
  std::vector<std::int32_t> all(tracks.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int32_t>(i);
  note_stage(record, stage, threshold, is_cost, tracks, all, detections, values, matches);
}

inline void note_refusal(Record* record, std::int64_t row, const char* gate, double value, double threshold) {
  if (record != nullptr) record->refusals.push_back({row, gate, value, threshold});
}
inline void note_birth(Record* record, std::int64_t track, std::int64_t row) {
  if (record != nullptr) record->births.emplace_back(track, row);
}
inline void note_death(Record* record, std::int64_t track, const char* why) {
  if (record != nullptr) record->deaths.emplace_back(track, why);
}

}  // namespace boxtrail
