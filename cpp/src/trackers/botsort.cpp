#include "boxtrail/trackers/botsort.hpp"

#include "boxtrail/appearance.hpp"

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
void BotSort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                      std::vector<Report<Box>>& reports) {
  ByteFrame<Box>& f = frame_;
  const double reid = config_.with_reid ? 1.0 : 0.0;
  split_by_score(detections, config_.track_high_thresh, config_.track_low_thresh, f, record);
  predict_all(dt, warp);
  split_by_status(tracks, f);

  // First association: sure detections with all confirmed and lost tracks, by overlap or by appearance.
  const Matches& first =
      associate({"first", config_.match_thresh, config_.fuse_score, reid * config_.emb_scale}, f.known, f.high);
  match(model_, tracks, f.known, f.high, first, clock);
  remember(f.known, f.high, first);
  keep_unmatched(f.known, first, f.free);
  keep_unmatched(f.high, first, f.free);

  // Second association: unsure detections with tracks seen in the last frame, by overlap alone.
  take_seen(tracks, f);
  const Matches& second = associate({"second", config_.second_match_thresh, false, 0.0}, f.seen, f.low);
  match(model_, tracks, f.seen, f.low, second, clock);  // what is half hidden does not tell how a track looks
  keep_unmatched(f.seen, second, f.free);
  lose(tracks, f.seen);

  // Tracks born in the last frame get one chance, then they go.
  const Matches& third = associate(
      {"unconfirmed", config_.unconfirmed_match_thresh, config_.fuse_score, reid * config_.unconfirmed_emb_scale},
      f.tentative, f.high);
  match(model_, tracks, f.tentative, f.high, third, clock);
  remember(f.tentative, f.high, third);
  keep_unmatched(f.tentative, third, f.free);
  keep_unmatched(f.high, third, f.free);
  // An expired track goes one frame late, as in the authors' code: their published rows depend on it.
  remove_missed(tracks, f.tentative, clock.time - dt, config_.track_buffer, f.gone, record);

  give_birth(model_, tracks, f.high, config_.new_track_thresh, clock, record, [&](Track& track, std::size_t j) {
    if (config_.with_reid) smooth(track.embedding, f.high.embedding(j), config_.emb_alpha);
  });
  remove_duplicates(model_, tracks, config_.duplicate_thresh, f, record);
  for (const Track& track : tracks)
    if (track.life.status == Status::kConfirmed ||
        (config_.report_unconfirmed && track.life.status == Status::kTentative))
      reports.push_back(report_of<Box>(model_, track));
}

template <class B>
void BotSort<B>::predict_all(double dt, const Warp* warp) {
  const bool in_pairs = config_.warp_form == "pairs";
  for (Track& track : tracks) {
    predict_known(model_, track, dt);
    if (warp == nullptr) continue;  // a newborn track is not predicted, but the camera moves it all the same
    if (in_pairs)
      warp_pairs(model_, *warp, track.state);
    else
      warp_state(model_, *warp, track.state);
  }
  remove_diverged<Box>(tracks, model_, record);
}

template <class B>
const Matches& BotSort<B>::associate(const Stage& stage, const Indices& members, const Detections<Box>& detections) {
  SparseMatrix& cost = frame_.cost;
  const bool looks = stage.scale > 0.0 && detections.has_embeddings();
  // Without overlap the cost is 1 unless appearance counts there too: below such a limit every pair counts.
  const bool sparse = stage.limit <= 1.0 && !(looks && config_.proximity_thresh >= 1.0);
  take_boxes(model_, tracks, members, frame_);
  frame_.pairs.template find<Box>(config_.similarity, frame_.boxes, detections.boxes, sparse, cost);
  if (looks) overlap_ = cost.value;
  for (std::size_t k = 0; k < cost.value.size(); ++k)
    cost.value[k] = 1.0 - cost.value[k] * (stage.fuse ? detections.scores[at(cost.column[k])] : 1.0);
  if (looks) add_appearance(stage, members, detections);
  const Matches& matches = frame_.assigner.partial(cost, stage.limit);
  note_stage(record, stage.name, stage.limit, true, tracks, members, detections, cost, matches);
  return matches;
}

// Lowers the cost of near pairs that look alike.
template <class B>
void BotSort<B>::add_appearance(const Stage& stage, const Indices& members, const Detections<Box>& detections) {
  SparseMatrix& cost = frame_.cost;
  for (std::int32_t i = 0; i < cost.num_rows(); ++i) {
    const Embedding embedding = tracks[at(members[at(i)])].embedding;
    for (auto k = at(cost.row_start[at(i)]); k < at(cost.row_start[at(i) + 1]); ++k) {
      if (!(1.0 - overlap_[k] <= config_.proximity_thresh)) continue;
      const double cosine = cosine_similarity(embedding, detections.embedding(at(cost.column[k])));
      const double distance = (1.0 - cosine) / stage.scale;
      // A missing embedding has a cosine of 0, which a lenient gate would take for a resemblance.
      if (cosine != 0.0 && distance <= config_.appearance_thresh) cost.value[k] = std::min(cost.value[k], distance);
    }
  }
}

// How the matched members look now.
template <class B>
void BotSort<B>::remember(const Indices& members, const Detections<Box>& detections, const Matches& matches) {
  if (!config_.with_reid) return;
  for (const auto [i, j] : matches)
    smooth(tracks[at(members[at(i)])].embedding, detections.embedding(at(j)), config_.emb_alpha);
}

template class BotSort<Aabb>;
template class BotSort<Obb>;

}  // namespace boxtrail
