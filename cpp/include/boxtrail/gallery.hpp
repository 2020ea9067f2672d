// What a track looked like: its last embeddings.
#pragma once

#include <cstdint>
#include <vector>

#include "boxtrail/appearance.hpp"

namespace boxtrail {

// Unit embeddings of one track in one ring of memory.
class Gallery {
 public:
  // Remembers one more and forgets all but the last `budget`, 0: none. A missing one teaches nothing.
  void add(Embedding embedding, std::int64_t budget);
  // The same with the exponential average of all so far: its last value is the newest row.
  void add_smoothed(Embedding embedding, double alpha, std::int64_t budget);

  std::size_t size() const { return count_; }
  // Row 0 is the newest.
  Embedding row(std::size_t age) const {
    const std::size_t place = newest_ >= age ? newest_ - age : newest_ + count_ - age;
    return {values_.data() + place * width_, width_};
  }

  std::vector<std::vector<float>> rows() const;               // oldest first
  void restore(const std::vector<std::vector<float>>& rows);  // raises std::invalid_argument for uneven rows

 private:
  std::vector<float> values_;
  std::size_t width_ = 0, count_ = 0, newest_ = 0;
  std::vector<float> average_;  // only lends its memory
};

template <class Archive>
void visit(Archive& archive, Gallery& gallery) {
  std::vector<std::vector<float>> rows = gallery.rows();
  archive("rows", rows);
  gallery.restore(rows);
}

// Largest cosine of an embedding and a row of the gallery, 0 where either is missing. Keeps its memory.
class NearestLook {
 public:
  double cosine(const Gallery& gallery, Embedding embedding);

 private:
  std::vector<Embedding> rows_;
  std::vector<double> cosines_;
};

}  // namespace boxtrail
