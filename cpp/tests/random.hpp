// Random numbers that are the same on every machine: the distributions of the standard library are not.
#pragma once

#include <cstdint>
#include <random>

namespace boxtrail::testing {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // In [low, high).
  double uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(engine_() >> 11) * 0x1p-53);
  }
  // In 0 … count − 1, or 0.
  std::int32_t below(std::int32_t count) { return static_cast<std::int32_t>(uniform(0.0, count)); }
  bool chance(double probability) { return uniform(0.0, 1.0) < probability; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace boxtrail::testing
