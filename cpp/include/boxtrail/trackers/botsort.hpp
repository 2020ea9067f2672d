// BoT-SORT (Aharon et al., 2022): ByteTrack with camera motion, a filter of width and height, and appearance.
#pragma once

#include <string>

#include "boxtrail/byte_lifecycle.hpp"

namespace boxtrail {

struct BotSortConfig {  // no defaults here: they live in boxtrail.trackers.BotSortConfig, and only there
  double track_high_thresh, track_low_thresh, new_track_thresh;
  double match_thresh, second_match_thresh, unconfirmed_match_thresh;
  double track_buffer;
  bool fuse_score;
  double duplicate_thresh;
  bool with_reid;
  double proximity_thresh, appearance_thresh;
  double emb_scale, unconfirmed_emb_scale, emb_alpha;
  std::string warp_form;  // "box" or "pairs"
  bool report_unconfirmed;
  Similarity similarity;
};

template <class B>
struct BotSortTrack {
  std::int64_t id;
  BoxState<B> state;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  ByteLife life;
  std::vector<float> embedding{};  // empty: none
};

template <class Archive>
void visit(Archive& archive, BotSortConfig& config) {
  archive("track_high_thresh", config.track_high_thresh);
  archive("track_low_thresh", config.track_low_thresh);
  archive("new_track_thresh", config.new_track_thresh);
  archive("match_thresh", config.match_thresh);
  archive("second_match_thresh", config.second_match_thresh);
  archive("unconfirmed_match_thresh", config.unconfirmed_match_thresh);
  archive("track_buffer", config.track_buffer);
  archive("fuse_score", config.fuse_score);
  archive("duplicate_thresh", config.duplicate_thresh);
  archive("with_reid", config.with_reid);
  archive("proximity_thresh", config.proximity_thresh);
  archive("appearance_thresh", config.appearance_thresh);
  archive("emb_scale", config.emb_scale);
  archive("unconfirmed_emb_scale", config.unconfirmed_emb_scale);
  archive("emb_alpha", config.emb_alpha);
  archive("warp_form", config.warp_form);
  archive("report_unconfirmed", config.report_unconfirmed);
  visit(archive, config.similarity);
}

template <class Archive, class Box>
void visit(Archive& archive, BotSortTrack<Box>& track) {
  visit_match(archive, track);
  visit(archive, track.life);
  archive("embedding", track.embedding);
}

template <class B>
class BotSort {
 public:
  using Box = B;
  using Config = BotSortConfig;
  using Track = BotSortTrack<B>;

  explicit BotSort(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock& clock) const { return view_of<Box>(track, model_, clock); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;
  // What one association asks for; `scale` divides the appearance distance, 0 leaves appearance out.
  struct Stage {
    const char* name;
    double limit;
    bool fuse;
    double scale;
  };

  void predict_all(double dt, const Warp* warp);
  const Matches& associate(const Stage& stage, const Indices& members, const Detections<Box>& detections);
  void add_appearance(const Stage& stage, const Indices& members, const Detections<Box>& detections);
  void remember(const Indices& members, const Detections<Box>& detections, const Matches& matches);

  Config config_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXywh);
  ByteFrame<Box> frame_;
  std::vector<double> overlap_;
};

}  // namespace boxtrail
