// Memory: a tracker in a steady scene leaves the heap alone, and one that runs for ever holds no more than at the
// start.
#include <cstddef>
#include <cstdlib>
#include <new>

#include "check.hpp"
#include "scenes.hpp"

namespace {

std::int64_t allocations = 0, live_bytes = 0;
constexpr std::size_t kHeader = alignof(std::max_align_t);  // holds the size of the block behind it

}  // namespace

void* operator new(std::size_t size) {
  auto* block = static_cast<std::byte*>(std::malloc(size + kHeader));
  if (block == nullptr) throw std::bad_alloc();
  *reinterpret_cast<std::size_t*>(block) = size;
  ++allocations;
  live_bytes += static_cast<std::int64_t>(size);
  return block + kHeader;
}
void* operator new[](std::size_t size) { return operator new(size); }
// Asked for by std::stable_sort; under a sanitizer it would not come here by itself.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  auto* block = static_cast<std::byte*>(memory) - kHeader;
  live_bytes -= static_cast<std::int64_t>(*reinterpret_cast<std::size_t*>(block));
  std::free(block);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }

namespace {

using namespace boxtrail;
using boxtrail::testing::check;

constexpr std::int32_t kObjects = 60;
// Allocations a frame in a steady scene; clipping two oriented boxes makes some polygons a pair.
template <class Box>
constexpr std::int64_t kAllowed = Box::kSize == 4 ? 0 : 30 * kObjects;

// Every object is seen in every frame: after a warm-up an update asks the heap for nothing new.
template <class Algorithm>
void a_steady_scene_leaves_the_heap_alone(const char* name) {
  using Box = typename Algorithm::Box;
  const auto scene = testing::steady_scene<Box>(kObjects, 50);
  Stream<Algorithm> stream(testing::config<Algorithm>(), ClassPolicy{});
  std::size_t rows = 0;
  const auto run = [&](std::size_t frames) {
    for (std::size_t t = 0; t < frames; ++t) rows = stream.update(scene[t % scene.size()], 1.0, nullptr).size();
  };
  run(200);
  const std::int64_t allocations_before = allocations, live_before = live_bytes;
  run(2000);
  const double a_frame = static_cast<double>(allocations - allocations_before) / 2000.0;
  check(a_frame <= kAllowed<Box>, "2,000 steady frames make no allocations beyond those allowed");
  check(live_bytes == live_before, "2,000 steady frames hold no more memory");
  check(rows == kObjects, "every object is tracked");
  if (a_frame > 0.0) std::printf("%s, %zu numbers a box: %.1f allocations a frame\n", name, Box::kSize, a_frame);
}

// The same comings and goings over and over, each time until the last track is gone: 20,000 frames.
template <class Algorithm>
void births_and_deaths_leave_nothing_behind(const char* name, bool per_class) {
  using Box = typename Algorithm::Box;
  auto scene = testing::busy_scene<Box>(7, 40, 300);
  scene.resize(340);  // 40 empty frames end every track
  Stream<Algorithm> stream(testing::config<Algorithm>(), ClassPolicy{per_class, {}, true});
  std::int64_t live_early = 0, allocations_early = 0, before = 0;
  constexpr int kRounds = 59, kEarly = 3;
  for (int round = 0; round < kRounds; ++round) {
    before = allocations;
    for (const auto& detections : scene) stream.update(detections, 1.0, nullptr);
    if (round == kEarly) live_early = live_bytes, allocations_early = allocations - before;
  }
  check(stream.tracks().empty(), "every track is gone after the empty frames");
  // Trackers that go by looks take an object for another one that looks the same.
  check(stream.clock().next_id > kRounds * 15, "objects get tracks of their own");
  check(live_bytes == live_early, "live memory after 20,000 frames is that after 1,360");
  check(allocations - before <= allocations_early + 8, "the last round allocates no more often than an early one");
  if (live_bytes != live_early)
    std::printf("%s: %lld bytes more\n", name, static_cast<long long>(live_bytes - live_early));
}

template <template <class> class Algorithm>
void all(const char* name) {
  a_steady_scene_leaves_the_heap_alone<Algorithm<Aabb>>(name);
  a_steady_scene_leaves_the_heap_alone<Algorithm<Obb>>(name);
  for (const bool per_class : {false, true}) {
    births_and_deaths_leave_nothing_behind<Algorithm<Aabb>>(name, per_class);
    births_and_deaths_leave_nothing_behind<Algorithm<Obb>>(name, per_class);
  }
}

}  // namespace

int main() {
  all<Sort>("SORT");
  all<BotSort>("BoT-SORT");
  all<ByteTrack>("ByteTrack");
  all<CBIoU>("C-BIoU");
  all<OcSort>("OC-SORT");
  all<SFSORT>("SFSORT");
  all<TrackTrack>("TrackTrack");
  all<DeepSort>("DeepSORT");
  all<StrongSort>("StrongSORT");
  all<BoostTrack>("BoostTrack");
  all<OccluBoost>("OccluBoost");
  all<DeepOcSort>("Deep OC-SORT");
  all<HybridSort>("HybridSORT");
  return testing::finish();
}
