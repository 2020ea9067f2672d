#include "boxtrail/crowded_assignment.hpp"

#include <algorithm>
#include <limits>

namespace boxtrail {

namespace {

std::int64_t rounded(double value) { return std::llrint(value * kWeightResolution); }

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

void CrowdedAssigner::load(const SparseMatrix& gate, const std::vector<double>& score, double min_similarity) {
  by_column_ = gate.num_columns <= gate.num_rows();
  const std::int32_t persons = by_column_ ? gate.num_columns : gate.num_rows();
  const std::int32_t objects = by_column_ ? gate.num_rows() : gate.num_columns;
  const auto count = static_cast<std::int32_t>(gate.column.size());
  start_.assign(at(persons) + 1, 0);
  offers_.resize(at(count));
  const auto each = [&](auto&& visit) {
    for (std::int32_t i = 0; i < gate.num_rows(); ++i)
      for (auto k = gate.row_start[at(i)]; k < gate.row_start[at(i) + 1]; ++k) {
        const std::int32_t j = gate.column[at(k)];
        visit(by_column_ ? j : i, by_column_ ? i : j, at(k));
      }
  };
  each([&](std::int32_t person, std::int32_t, std::size_t) { ++start_[at(person) + 1]; });
  for (std::size_t p = 1; p < start_.size(); ++p) start_[p] += start_[p - 1];
  fill_.assign(start_.begin(), start_.end() - 1);
  each([&](std::int32_t person, std::int32_t object, std::size_t k) {
    offers_[at(fill_[at(person)]++)] = {object, rounded(score[k]), gate.value[k] >= min_similarity};
  });
  profit_.assign(at(persons), 0);
  mate_.assign(at(persons), -1);
  price_.assign(at(objects), 0);
  owner_.assign(at(objects), -1);
  for (auto* stamps : {&seen_, &shut_, &marks_}) stamps->assign(at(objects), 0);
  distance_.resize(at(objects));
  via_.resize(at(objects));
  search_ = mark_ = 0;
}

void CrowdedAssigner::load_keys(const KeyedBound& bound) {
  const std::vector<double>& keys = by_column_ ? bound.row_keys : bound.column_keys;
  person_keys_ = by_column_ ? bound.column_keys : bound.row_keys;
  stalls_.clear();
  for (std::size_t o = 0; o < keys.size(); ++o) stalls_.push_back({keys[o], 0.0, static_cast<std::int32_t>(o)});
  std::sort(stalls_.begin(), stalls_.end(), [](const Stall& a, const Stall& b) { return a.key < b.key; });
  stall_of_.resize(keys.size());
  for (std::size_t k = 0; k < stalls_.size(); ++k) stall_of_[at(stalls_[k].object)] = static_cast<std::int32_t>(k);
  key_weight_ = bound.weight;
  if (by_column_)
    top_ = bound.top;
  else
    top_.assign(mate_.size(), bound.top.empty() ? 0.0 : *std::max_element(bound.top.begin(), bound.top.end()));
  highest_.clear();
  for (std::size_t p = 0; p < top_.size(); ++p) {
    const auto above = std::lower_bound(stalls_.begin(), stalls_.end(), person_keys_[p],
                                        [](const Stall& stall, double key) { return stall.key < key; });
    double nearest = std::numeric_limits<double>::infinity();
    if (above != stalls_.end()) nearest = std::abs(above->key - person_keys_[p]);
    if (above != stalls_.begin()) nearest = std::min(nearest, std::abs((above - 1)->key - person_keys_[p]));
    highest_.push_back(rounded(std::isfinite(nearest) ? top_[p] - key_weight_ * nearest : top_[p]) + 1);
  }
}

// Whoever's best object is better than all that others could be, and still free, has it for nothing.
void CrowdedAssigner::take_undisputed() {
  waiting_.clear();
  for (std::size_t p = 0; p < mate_.size(); ++p) {
    const Offer* best = nullptr;
    for (auto k = start_[p]; k < start_[p + 1]; ++k)
      if (best == nullptr || offers_[at(k)].weight > best->weight) best = &offers_[at(k)];
    if (best != nullptr && best->weight >= highest_[p] && owner_[at(best->object)] < 0) {
      mate_[p] = best->object;
      owner_[at(best->object)] = static_cast<std::int32_t>(p);
      profit_[p] = best->weight;
    } else {
      waiting_.push_back(static_cast<std::int32_t>(p));
    }
  }
}

void CrowdedAssigner::reach(std::int32_t person, std::int32_t object, std::int64_t distance) {
  const auto o = at(object);
  if (distance >= exit_distance_ || shut_[o] == search_) return;
  if (seen_[o] == search_ && distance >= distance_[o]) return;
  const bool is_new = seen_[o] != search_;
  seen_[o] = search_;
  distance_[o] = distance;
  via_[o] = person;
  if (owner_[o] < 0) {
    exit_ = object;
    exit_distance_ = distance;
  } else if (is_new) {
    open_.push_back(object);
  }
}

// Takes the nearest object out of the open ones; one without an owner ends the search.
std::int32_t CrowdedAssigner::nearest() {
  std::size_t best = open_.size();
  std::int64_t least = exit_distance_;
  for (std::size_t k = 0; k < open_.size(); ++k) {
    if (distance_[at(open_[k])] >= least) continue;
    least = distance_[at(open_[k])];
    best = k;
  }
  if (best == open_.size()) return exit_;
  const std::int32_t object = open_[best];
  open_[best] = open_.back();
  open_.pop_back();
  shut_[at(object)] = search_;
  closed_.push_back(object);
  return object;
}

void CrowdedAssigner::settle(std::int32_t person, std::int32_t last) {
  for (const std::int32_t object : closed_) {
    const std::int64_t change = exit_distance_ - distance_[at(object)];
    price_[at(object)] += change;
    stalls_[at(stall_of_[at(object)])].price = static_cast<double>(price_[at(object)]) / kWeightResolution;
    profit_[at(owner_[at(object)])] -= change;
  }
  profit_[at(person)] = -exit_distance_;
  for (std::int32_t object = last; object >= 0;) {  // hand the objects back along the path
    const std::int32_t taker = via_[at(object)];
    owner_[at(object)] = taker;
    std::swap(mate_[at(taker)], object);
  }
}

void CrowdedAssigner::collect() {
  matches_.clear();
  for (std::size_t p = 0; p < mate_.size(); ++p)
    for (auto k = start_[p]; k < start_[p + 1]; ++k) {
      if (!offers_[at(k)].kept || offers_[at(k)].object != mate_[p]) continue;
      const auto person = static_cast<std::int32_t>(p);
      matches_.push_back(by_column_ ? Match{mate_[p], person} : Match{person, mate_[p]});
    }
  std::sort(matches_.begin(), matches_.end(), [](const Match& a, const Match& b) { return a.row < b.row; });
}

}  // namespace boxtrail
