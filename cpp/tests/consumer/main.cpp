// Tracks a file of detections with the tracker named, and prints MOT result rows.
//
//     consumer TRACKER OPTIONS DETECTIONS
//
// OPTIONS holds lines `name value`, one for every option: the library has no defaults of its own. DETECTIONS holds
// lines `frame,id,left,top,width,height,score,look`; look k stands for the k-th unit vector as the appearance of the
// box, −1 for none.
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "boxtrail/stream.hpp"
#include "boxtrail/trackers/boosttrack.hpp"
#include "boxtrail/trackers/botsort.hpp"
#include "boxtrail/trackers/bytetrack.hpp"
#include "boxtrail/trackers/cbiou.hpp"
#include "boxtrail/trackers/deepocsort.hpp"
#include "boxtrail/trackers/deepsort.hpp"
#include "boxtrail/trackers/hybridsort.hpp"
#include "boxtrail/trackers/occluboost.hpp"
#include "boxtrail/trackers/ocsort.hpp"
#include "boxtrail/trackers/sfsort.hpp"
#include "boxtrail/trackers/sort.hpp"
#include "boxtrail/trackers/strongsort.hpp"
#include "boxtrail/trackers/tracktrack.hpp"

namespace {

using boxtrail::Aabb;

constexpr std::size_t kLooks = 16;

struct Scene {
  std::map<int, boxtrail::Detections<Aabb>> frames;
  float looks[kLooks][kLooks] = {};
};

// Fills in a config by the names of its fields.
class OptionReader {
 public:
  explicit OptionReader(std::ifstream& file) {
    for (std::string name, value; file >> name >> value;) values_[name] = value;
  }
  void operator()(const char* name, boxtrail::Measure& field) { field = boxtrail::measure_by_name(text(name)); }
  void operator()(const char* name, std::string& field) { field = text(name); }
  template <class T>
  void operator()(const char* name, T& field) {
    if (!(std::istringstream(text(name)) >> field)) throw std::runtime_error(std::string("cannot read ") + name);
  }

 private:
  const std::string& text(const char* name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::runtime_error(std::string("no option ") + name);
    return found->second;
  }
  std::map<std::string, std::string> values_;
};

void read(std::ifstream& file, Scene& scene) {
  for (std::size_t k = 0; k < kLooks; ++k) scene.looks[k][k] = 1.0F;
  for (std::string line; std::getline(file, line);) {
    std::istringstream row(line);
    int frame, id, look;
    double left, top, width, height, score;
    char comma;
    row >> frame >> comma >> id >> comma >> left >> comma >> top >> comma >> width >> comma >> height >> comma >>
        score >> comma >> look;
    if (!row) throw std::runtime_error("cannot read the line " + line);
    auto& detections = scene.frames[frame];
    const auto index = static_cast<std::int64_t>(detections.size());
    detections.push_back({left, top, left + width, top + height}, score, 0, index);
    if (look >= 0) detections.embeddings.emplace_back(scene.looks[look], kLooks);
  }
}

template <template <class> class Algorithm>
void track(std::ifstream& options, Scene& scene) {
  typename Algorithm<Aabb>::Config config;
  OptionReader reader(options);
  visit(reader, config);
  boxtrail::Stream<Algorithm<Aabb>> stream(config, boxtrail::ClassPolicy{});
  const int last = scene.frames.empty() ? 0 : scene.frames.rbegin()->first;
  for (int frame = 1; frame <= last; ++frame)
    for (const auto& [box, id, score, label, row] : stream.update(scene.frames[frame], 1.0, nullptr))
      std::printf("%d,%lld,%.2f,%.2f,%.2f,%.2f,%.2f\n", frame, static_cast<long long>(id), box.x1, box.y1,
                  box.x2 - box.x1, box.y2 - box.y1, score);
}

using Tracker = void (*)(std::ifstream&, Scene&);

const std::map<std::string, Tracker> kTrackers = {
    {"boosttrack", track<boxtrail::BoostTrack>},
    {"botsort", track<boxtrail::BotSort>},
    {"bytetrack", track<boxtrail::ByteTrack>},
    {"cbiou", track<boxtrail::CBIoU>},
    {"deepocsort", track<boxtrail::DeepOcSort>},
    {"deepsort", track<boxtrail::DeepSort>},
    {"hybridsort", track<boxtrail::HybridSort>},
    {"occluboost", track<boxtrail::OccluBoost>},
    {"ocsort", track<boxtrail::OcSort>},
    {"sfsort", track<boxtrail::SFSORT>},
    {"sort", track<boxtrail::Sort>},
    {"strongsort", track<boxtrail::StrongSort>},
    {"tracktrack", track<boxtrail::TrackTrack>},
};

}  // namespace

int main(int count, char** arguments) try {
  if (count != 4 || !kTrackers.contains(arguments[1]))
    throw std::runtime_error("usage: consumer TRACKER OPTIONS DETECTIONS");
  std::ifstream options(arguments[2]), detections(arguments[3]);
  if (!options || !detections) throw std::runtime_error("cannot open the options or the detections");
  Scene scene;
  read(detections, scene);
  kTrackers.at(arguments[1])(options, scene);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
