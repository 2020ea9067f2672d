// A full assignment in which all pairs score but few are worth keeping: every member of the smaller side gets a
// partner, and most of the search stays among the pairs that overlap (Jonker and Volgenant 1987, shortest augmenting
// paths).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "boxtrail/assignment.hpp"

namespace boxtrail {

// Scores are at most top[column] − weight · |row_keys[row] − column_keys[column]|.
struct KeyedBound {
  const std::vector<double>&row_keys, &column_keys;
  double weight;  // ≥ 0
  const std::vector<double>& top;
};

// Persons, the smaller side, bid for objects; prices of objects are ≥ 0, and 0 for those without an owner.
// Keeps its memory between frames.
class CrowdedAssigner {
 public:
  // Finds an optimum and whether it is the only one, as far as kept pairs go; if it is, fills matches().
  //
  // `gate` names the pairs that may be kept, those at least at min_similarity, and `score` goes with it. Other pairs
  // score `other(row, column)`, no more than `bound` says.
  template <class Other>
  bool solve(const SparseMatrix& gate, const std::vector<double>& score, const Other& other, const KeyedBound& bound,
             double min_similarity);
  const Matches& matches() const { return matches_; }

 private:
  // An object with its key and its price in floating point.
  struct Stall {
    double key, price;
    std::int32_t object;
  };
  struct Offer {
    std::int32_t object;
    std::int64_t weight;
    bool kept;
  };

  void load(const SparseMatrix& gate, const std::vector<double>& score, double min_similarity);
  void load_keys(const KeyedBound& bound);
  template <class Visit>
  void visit_near(std::int32_t person, const double& ask, const Visit& visit);
  void take_undisputed();
  template <class Other>
  void augment(std::int32_t person, const Other& other);
  template <class Other>
  void reach_others(std::int32_t person, std::int64_t base, const Other& other);
  void reach(std::int32_t person, std::int32_t object, std::int64_t distance);
  std::int32_t nearest();
  void settle(std::int32_t person, std::int32_t last);
  template <class Other>
  std::int64_t weigh(std::int32_t person, std::int32_t object, const Other& other);
  template <class Other>
  bool has_rivals(const Other& other);
  template <class Other>
  bool may_take(std::int32_t left, std::int32_t object, const Other& other);
  void collect();

  bool by_column_ = true;  // persons are columns
  std::vector<std::int32_t> start_, fill_;
  std::vector<Offer> offers_;  // by person
  std::vector<std::int64_t> highest_, profit_, price_;
  std::vector<double> top_, person_keys_;  // of the bound, by person
  std::vector<Stall> stalls_;              // of the objects, ascending by key
  std::vector<std::int32_t> stall_of_;
  double key_weight_ = 0.0;
  std::vector<std::int32_t> mate_, owner_, waiting_;
  // Of one search: objects reached, from whom and how far; the nearest one without an owner.
  std::vector<std::int64_t> distance_;
  std::vector<std::int32_t> seen_, shut_, via_, marks_, open_, closed_, queue_;
  std::int32_t search_ = 0, mark_ = 0, exit_ = -1;
  std::int64_t exit_distance_ = 0;
  Matches matches_;
};

inline constexpr double kWeightResolution = 1099511627776.0;  // 2⁴⁰: weights are multiples of its inverse
inline constexpr double kSafety = 1e-11;                      // well above the rounding of a weight

template <class Other>
bool CrowdedAssigner::solve(const SparseMatrix& gate, const std::vector<double>& score, const Other& other,
                            const KeyedBound& bound, double min_similarity) {
  load(gate, score, min_similarity);
  load_keys(bound);
  take_undisputed();
  for (const std::int32_t person : waiting_) augment(person, other);
  if (has_rivals(other)) return false;
  collect();
  return true;
}

// The shortest path from a person without an object to an object without an owner.
template <class Other>
void CrowdedAssigner::augment(std::int32_t person, const Other& other) {
  ++search_;
  open_.clear();
  closed_.clear();
  exit_ = -1;
  exit_distance_ = std::numeric_limits<std::int64_t>::max() / 4;
  std::int32_t bidder = person;
  std::int64_t base = 0;  // distance of the bidder plus its profit
  for (;;) {
    const auto p = static_cast<std::size_t>(bidder);
    ++mark_;
    for (auto k = start_[p]; k < start_[p + 1]; ++k) {
      const Offer& offer = offers_[static_cast<std::size_t>(k)];
      const auto o = static_cast<std::size_t>(offer.object);
      marks_[o] = mark_;
      reach(bidder, offer.object, base - offer.weight + price_[o]);
    }
    if (base - highest_[p] < exit_distance_) reach_others(bidder, base, other);
    const std::int32_t object = nearest();
    if (object == exit_) break;
    bidder = owner_[static_cast<std::size_t>(object)];
    base = distance_[static_cast<std::size_t>(object)] + profit_[static_cast<std::size_t>(bidder)];
  }
  settle(person, exit_);
}

// All pairs of a person that are not among its offers, as far as they may lead anywhere.
template <class Other>
void CrowdedAssigner::reach_others(std::int32_t person, std::int64_t base, const Other& other) {
  // In floating point first, a little on the safe side.
  const auto least = [&] { return static_cast<double>(base - exit_distance_) / kWeightResolution - kSafety; };
  double ask = least();
  visit_near(person, ask, [&](std::int32_t object) {
    const auto o = static_cast<std::size_t>(object);
    if (marks_[o] == mark_ || shut_[o] == search_) return;
    reach(person, object, base + price_[o] - weigh(person, object, other));
    ask = least();
  });
}

// Objects whose bound less their price reaches `ask`; `ask` may rise meanwhile.
template <class Visit>
void CrowdedAssigner::visit_near(std::int32_t person, const double& ask, const Visit& visit) {
  const auto p = static_cast<std::size_t>(person);
  const double key = person_keys_[p], top = top_[p];
  const auto above = std::lower_bound(stalls_.begin(), stalls_.end(), key,
                                      [](const Stall& stall, double value) { return stall.key < value; });
  for (auto stall = above; stall != stalls_.end(); ++stall) {
    const double bound = top - key_weight_ * (stall->key - key);
    if (bound < ask) break;
    if (bound >= ask + stall->price) visit(stall->object);
  }
  for (auto stall = above; stall != stalls_.begin();) {
    const double bound = top - key_weight_ * (key - (--stall)->key);
    if (bound < ask) break;
    if (bound >= ask + stall->price) visit(stall->object);
  }
}

template <class Other>
std::int64_t CrowdedAssigner::weigh(std::int32_t person, std::int32_t object, const Other& other) {
  return std::llrint((by_column_ ? other(object, person) : other(person, object)) * kWeightResolution);
}

// Whether a pair that would be kept might take the place of another without loss.
template <class Other>
bool CrowdedAssigner::has_rivals(const Other& other) {
  seen_.assign(mate_.size(), 0);
  search_ = 0;
  for (std::size_t p = 0; p < mate_.size(); ++p)
    for (auto k = start_[p]; k < start_[p + 1]; ++k) {
      const Offer& offer = offers_[static_cast<std::size_t>(k)];
      const bool equal = offer.weight - price_[static_cast<std::size_t>(offer.object)] == profit_[p];
      if (offer.kept && equal && offer.object != mate_[p] && may_take(mate_[p], offer.object, other)) return true;
    }
  return false;
}

// Whether the owner of `object` could do without it at no loss: by a chain of equal pairs that ends at the one that is
// left in its place, or at one without an owner. The latter also takes somebody for the one left; that is not looked
// at.
template <class Other>
bool CrowdedAssigner::may_take(std::int32_t left, std::int32_t object, const Other& other) {
  ++search_;
  queue_.clear();
  bool found = false;
  const auto pass = [&](std::int32_t next) {
    const std::int32_t owner = owner_[static_cast<std::size_t>(next)];
    found = found || next == left || owner < 0;
    if (owner < 0 || next == left || seen_[static_cast<std::size_t>(owner)] == search_) return;
    seen_[static_cast<std::size_t>(owner)] = search_;
    queue_.push_back(owner);
  };
  pass(object);
  for (std::size_t head = 0; head < queue_.size() && !found; ++head) {
    const std::int32_t person = queue_[head];
    const auto p = static_cast<std::size_t>(person);
    ++mark_;
    for (auto k = start_[p]; k < start_[p + 1]; ++k) {
      const Offer& offer = offers_[static_cast<std::size_t>(k)];
      const auto o = static_cast<std::size_t>(offer.object);
      marks_[o] = mark_;
      if (offer.weight - price_[o] == profit_[p] && offer.object != mate_[p]) pass(offer.object);
    }
    marks_[static_cast<std::size_t>(mate_[p])] = mark_;
    if (profit_[p] > highest_[p]) continue;
    const double ask = static_cast<double>(profit_[p]) / kWeightResolution - kSafety;
    visit_near(person, ask, [&](std::int32_t next) {
      const auto o = static_cast<std::size_t>(next);
      if (marks_[o] != mark_ && weigh(person, next, other) - price_[o] == profit_[p]) pass(next);
    });
  }
  return found;
}

}  // namespace boxtrail
