#include "boxtrail/gallery.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace boxtrail {

namespace {

bool is_missing(Embedding embedding) {
  return std::all_of(embedding.begin(), embedding.end(), [](float value) { return value == 0.0f; });
}

}  // namespace

void Gallery::add(Embedding embedding, std::int64_t budget) {
  if (is_missing(embedding)) return;
  const auto most = static_cast<std::size_t>(budget);
  if (budget > 0 && count_ > most) {  // restored from a larger one
    std::vector<std::vector<float>> kept = rows();
    kept.erase(kept.begin(), kept.end() - budget);
    restore(kept);
  }
  assert(count_ == 0 || embedding.size() == width_);
  width_ = embedding.size();
  if (budget == 0 || count_ < most) {
    values_.insert(values_.end(), embedding.begin(), embedding.end());
    newest_ = count_++;
  } else {
    newest_ = newest_ + 1 < count_ ? newest_ + 1 : 0;
    std::copy(embedding.begin(), embedding.end(), values_.begin() + static_cast<std::ptrdiff_t>(newest_ * width_));
  }
}

void Gallery::add_smoothed(Embedding embedding, double alpha, std::int64_t budget) {
  if (is_missing(embedding)) return;
  average_.clear();
  if (count_ > 0) average_.assign(row(0).begin(), row(0).end());
  smooth(average_, embedding, alpha);
  add(average_, budget);
}

std::vector<std::vector<float>> Gallery::rows() const {
  std::vector<std::vector<float>> out;
  for (std::size_t age = count_; age-- > 0;) out.emplace_back(row(age).begin(), row(age).end());
  return out;
}

void Gallery::restore(const std::vector<std::vector<float>>& rows) {
  values_.clear();
  count_ = rows.size();
  width_ = rows.empty() ? 0 : rows.front().size();
  newest_ = rows.empty() ? 0 : count_ - 1;
  for (const std::vector<float>& values : rows) {
    if (values.size() != width_) throw std::invalid_argument("the embeddings of a gallery differ in width");
    values_.insert(values_.end(), values.begin(), values.end());
  }
}

double NearestLook::cosine(const Gallery& gallery, Embedding embedding) {
  if (gallery.size() == 0 || embedding.empty()) return 0.0;
  rows_.clear();
  for (std::size_t age = 0; age < gallery.size(); ++age) rows_.push_back(gallery.row(age));
  cosine_similarity({&embedding, 1}, rows_, cosines_);
  return *std::max_element(cosines_.begin(), cosines_.end());
}

}  // namespace boxtrail
