// Trackers share nothing: eight of them at once give what they give one after the other.
#include <thread>

#include "check.hpp"
#include "scenes.hpp"

namespace {

using namespace boxtrail;

using Rows = std::vector<double>;

template <class Algorithm>
Rows track(std::uint64_t seed) {
  Rows rows;
  Stream<Algorithm> stream(testing::config<Algorithm>(), ClassPolicy{seed % 2 == 1, {}, true});
  for (const auto& detections : testing::busy_scene<typename Algorithm::Box>(seed, 60, 250)) {
    for (const auto& report : stream.update(detections, 1.0, nullptr)) {
      for (const double value : report.box.values()) rows.push_back(value);
      for (const std::int64_t value : {report.id, report.label, report.row}) rows.push_back(static_cast<double>(value));
      rows.push_back(report.score);
    }
  }
  return rows;
}

Rows track_one(std::size_t worker) {
  const auto seed = static_cast<std::uint64_t>(worker);
  switch (worker % 4) {
    case 0:
      return track<ByteTrack<Aabb>>(seed);
    case 1:
      return track<OcSort<Aabb>>(seed);
    case 2:
      return track<Sort<Aabb>>(seed);
    default:
      return track<ByteTrack<Obb>>(seed);
  }
}

}  // namespace

int main() {
  constexpr std::size_t kThreads = 8;
  std::vector<Rows> alone, together(kThreads);
  for (std::size_t k = 0; k < kThreads; ++k) alone.push_back(track_one(k));
  std::vector<std::thread> threads;
  for (std::size_t k = 0; k < kThreads; ++k) threads.emplace_back([&, k] { together[k] = track_one(k); });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t k = 0; k < kThreads; ++k) {
    testing::check(alone[k].size() > 1000, "the scene is tracked");
    testing::check(alone[k] == together[k], "a tracker among seven others gives the same rows");
  }
  return testing::finish();
}
