// Tracks a MOT detection file (frame,id,left,top,width,height,score) with ByteTrack and prints MOT result rows.
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "boxtrail/stream.hpp"
#include "boxtrail/trackers/bytetrack.hpp"

namespace {

using Frames = std::map<int, boxtrail::Detections<boxtrail::Aabb>>;

Frames read(std::ifstream& file) {
  Frames frames;
  for (std::string line; std::getline(file, line);) {
    std::istringstream row(line);
    int frame;
    double id, left, top, width, height, score;
    char comma;
    if (row >> frame >> comma >> id >> comma >> left >> comma >> top >> comma >> width >> comma >> height >> comma >> score) {
      auto& detections = frames[frame];
      const auto index = static_cast<std::int64_t>(detections.size());
      detections.push_back({left, top, left + width, top + height}, score, 0, index);
    }
  }
  return frames;
}

}  // namespace

int main(int count, char** arguments) {
  std::ifstream file(count == 2 ? arguments[1] : "");
  if (!file) {
    std::fprintf(stderr, "usage: consumer DETECTIONS\n");
    return 2;
  }
  Frames frames = read(file);
  const boxtrail::Similarity iou{boxtrail::Measure::kIou, 1.0, 0.0};
  boxtrail::Stream<boxtrail::ByteTrack<boxtrail::Aabb>> tracker(
      {.track_high_thresh = 0.6, .track_low_thresh = 0.1, .new_track_thresh = 0.7, .match_thresh = 0.9,
       .second_match_thresh = 0.5, .unconfirmed_match_thresh = 0.7, .track_buffer = 30, .fuse_score = true,
       .duplicate_thresh = 0.15, .similarity = iou},
      boxtrail::ClassPolicy{});
  const int last = frames.empty() ? 0 : frames.rbegin()->first;
  for (int frame = 1; frame <= last; ++frame)
    for (const auto& [box, id, score, label, row] : tracker.update(frames[frame], 1.0, nullptr))
      std::printf("%d,%lld,%.2f,%.2f,%.2f,%.2f,%.2f\n", frame, static_cast<long long>(id), box.x1, box.y1,
                  box.x2 - box.x1, box.y2 - box.y1, score);
}
