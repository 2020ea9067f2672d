#include "boxtrail/trackers/deepocsort.hpp"

#include <functional>
#include <numeric>
#include <stdexcept>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

WeightMetric metric_by_name(const std::string& name) {
  if (name == "new") return WeightMetric::kNew;
  if (name == "max") return WeightMetric::kMax;
  if (name == "off") return WeightMetric::kOff;
  throw std::invalid_argument("aw_metric must be new, max or off, not " + name);
}

}  // namespace

template <class B>
DeepOcSort<B>::DeepOcSort(const Config& config) : config_(config), metric_(metric_by_name(config.aw_metric)) {}

template <class B>
void DeepOcSort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                         std::vector<Report<Box>>& reports) {
  split_by_score(detections, config_.det_thresh, 0.0, false, record, high_, low_);
  warp_and_predict<Box>(tracks, model_, dt, warp, record);

  // First association: overlap, momentum (OCM) and appearance; the latter two act where overlap is ambiguous.
  left_.resize(tracks.size());
  std::iota(left_.begin(), left_.end(), 0);
  const Matches& first = associate();
  note_stage(record, "first", config_.iou_threshold, false, tracks, high_, similarity_, first);
  match(left_, first, clock);
  keep_unmatched(high_, first, free_);

  // Observation-centric recovery (OCR): what is left, against the last observations.
  seen_before(tracks, left_, seen_, boxes_);
  pairs_.find<Box>(config_.similarity, boxes_, high_.boxes, config_.iou_threshold > 0.0, similarity_);
  const Matches& recovered = assign_if_any(assigner_, similarity_, config_.iou_threshold, no_matches_);
  note_stage(record, "recovery", config_.iou_threshold, false, tracks, seen_, high_, similarity_, recovered);
  match(seen_, recovered, clock);
  keep_unmatched(high_, recovered, free_);

  start_gaps(tracks);
  give_birth(clock);
  report_observed(tracks, model_, clock, config_.min_hits, reports);
  remove_expired(tracks, clock, config_.max_age, record);
}

template <class B>
const Matches& DeepOcSort<B>::associate() {
  predicted_boxes(tracks, model_, boxes_);
  const bool sparse = config_.iou_threshold > 0.0;  // a gate at 0 lets pairs without overlap through
  pairs_.find<Box>(config_.similarity, boxes_, high_.boxes, sparse, similarity_);
  if (assigner_.is_one_to_one(similarity_, config_.iou_threshold)) return assigner_.matches();
  momentum_.prepare(tracks, high_, config_.delta_t, config_.inertia);
  if (high_.has_embeddings()) return associate_with_looks();
  return assigner_.full(similarity_, std::cref(momentum_), momentum_.bounds(), config_.iou_threshold);
}

template <class B>
const Matches& DeepOcSort<B>::associate_with_looks() {
  weigh_looks();
  const std::size_t columns = high_.size();
  const auto extra = [&](std::int32_t i, std::int32_t j) {
    return momentum_(i, j) + appearance_[at(i) * columns + at(j)];
  };
  score_.resize(similarity_.value.size());
  for (std::int32_t i = 0; i < similarity_.num_rows(); ++i)
    for (auto k = similarity_.row_start[at(i)]; k < similarity_.row_start[at(i) + 1]; ++k)
      score_[at(k)] = similarity_.value[at(k)] + extra(i, similarity_.column[at(k)]);
  const double lowest = bound_others();
  return assigner_.full(similarity_, score_, std::cref(extra), highest_, lowest, config_.iou_threshold);
}

// Fills appearance_.
template <class B>
void DeepOcSort<B>::weigh_looks() {
  looks_.clear();
  for (const Track& track : tracks) looks_.emplace_back(track.embedding);
  if (metric_ == WeightMetric::kMax) {  // where this form is in use, only boxes that overlap are compared
    appearance_.assign(tracks.size() * high_.size(), 0.0);
    for (std::int32_t i = 0; i < similarity_.num_rows(); ++i)
      for (auto k = similarity_.row_start[at(i)]; k < similarity_.row_start[at(i) + 1]; ++k) {
        const auto j = at(similarity_.column[at(k)]);
        if (similarity_.value[at(k)] > 0.0)
          appearance_[at(i) * high_.size() + j] = cosine_similarity(looks_[at(i)], high_.embeddings[j]);
      }
  } else {
    cosine_similarity(looks_, high_.embeddings, appearance_);
  }
  weight_.apply(metric_, config_.w_association_emb, config_.aw_param, high_.size(), appearance_);
}

// What momentum and appearance together reach for pairs without overlap: fills highest_, gives how far below 0.
template <class B>
double DeepOcSort<B>::bound_others() {
  highest_.assign(high_.size(), 0.0);
  double lowest = 0.0;
  for (std::int32_t i = 0; i < similarity_.num_rows(); ++i) {
    const double* row = appearance_.data() + at(i) * high_.size();
    std::size_t j = 0;
    for (auto k = similarity_.row_start[at(i)]; k <= similarity_.row_start[at(i) + 1]; ++k) {
      const bool is_last = k == similarity_.row_start[at(i) + 1];
      for (const std::size_t end = is_last ? high_.size() : at(similarity_.column[at(k)]); j < end; ++j)
        highest_[j] = std::max(highest_[j], row[j]);
      ++j;
    }
    for (j = 0; j < high_.size(); ++j) lowest = std::max(lowest, -row[j]);
  }
  double furthest = 0.0;
  for (std::size_t j = 0; j < high_.size(); ++j) {
    highest_[j] += momentum_.bounds()[j];
    furthest = std::max(furthest, momentum_.bounds()[j]);
  }
  return lowest + furthest;
}

// Updates the matched tracks and leaves the others in `members`.
template <class B>
void DeepOcSort<B>::match(Indices& members, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    const Box box = align(high_.boxes[at(j)], to_box<Box>(model_, track.state));
    re_update(track, box, model_, config_.oru_repeat_last);
    take_match(track, box, high_, at(j), clock, config_.delta_t);
    // A detection that is barely one says little of how the track looks.
    const double alpha = adaptive_alpha(config_.alpha_fixed_emb, track.score, config_.det_thresh);
    smooth(track.embedding, high_.embedding(at(j)), alpha);
  }
  keep_unmatched(members, matches, free_);
}

template <class B>
void DeepOcSort<B>::give_birth(Clock& clock) {
  for (std::size_t j = 0; j < high_.size(); ++j) {
    const Embedding look = high_.embedding(j);
    tracks.push_back({clock.new_id(),
                      initiate(model_, high_.boxes[j]),
                      {},
                      high_.scores[j],
                      high_.labels[j],
                      high_.rows[j],
                      first_vote(high_.labels[j], high_.scores[j]),
                      SortLife::newborn(clock),
                      {look.begin(), look.end()}});
    note_birth(record, tracks.back().id, high_.rows[j]);
  }
}

template class DeepOcSort<Aabb>;
template class DeepOcSort<Obb>;

}  // namespace boxtrail
