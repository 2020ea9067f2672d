// The metrics without Python: text in, numbers out, on a scene small enough to work out by hand.
#include <stdexcept>
#include <string>

#include "boxtrail/metrics/clear.hpp"
#include "boxtrail/metrics/hota.hpp"
#include "boxtrail/metrics/identity.hpp"
#include "boxtrail/metrics/timeline.hpp"
#include "boxtrail/metrics/track_text.hpp"
#include "check.hpp"

namespace {

using namespace boxtrail;
using namespace boxtrail::metrics;
using boxtrail::testing::check;

struct Side {
  TrackText<8> text;
  std::vector<Aabb> boxes;
  std::vector<std::uint8_t> kept;

  explicit Side(const std::string& rows) : text(parse_mot(rows)), kept(text.frames.size(), 1) {
    for (const auto& n : text.numbers) boxes.push_back({n[0], n[1], n[0] + n[2], n[1] + n[3]});
  }
};

Comparison compared(const Side& truth, const Side& prediction) {
  const auto frames = frame_spans(truth.text.frames, prediction.text.frames);
  return compare(frames, box_overlaps(frames, truth.boxes, prediction.boxes), {truth.text.ids, truth.kept},
                 {prediction.text.ids, prediction.kept});
}

// Two objects, and two tracks that swap them in the third of four frames.
const std::string kTruth =
    "1,1,0,0,9,9\n2,1,0,0,9,9\n3,1,0,0,9,9\n4,1,0,0,9,9\n1,2,50,0,9,9\n2,2,50,0,9,9\n3,2,50,0,9,9\n4,2,50,0,9,9\n";
const std::string kSwapped =
    "1,7,0,0,9,9\n2,7,0,0,9,9\n3,8,0,0,9,9\n4,8,0,0,9,9\n1,8,50,0,9,9\n2,8,50,0,9,9\n3,7,50,0,9,9\n4,7,50,0,9,9\n";

void test_swap() {
  const Comparison swapped = compared(Side(kTruth), Side(kSwapped));
  const Clear found = clear(swapped, 0.5, 4);
  check(found.tp == 8 && found.fn == 0 && found.fp == 0, "every box is found");
  check(found.id_switches == 2 && found.mota() == 0.75, "a swap is two switches");
  check(identity(swapped, 0.5).idf1() == 0.5, "half the boxes have the right track");
  const Hota curves = hota(swapped);
  check(curves.det_a()[0] == 1.0, "detection is perfect");
  check(curves.ass_a[0] / curves.tp[0] > 0.3333 && curves.ass_a[0] / curves.tp[0] < 0.3334, "pairs share 2 of 6 boxes");
}

void test_sums() {
  const Comparison perfect = compared(Side(kTruth), Side(kTruth)), swapped = compared(Side(kTruth), Side(kSwapped));
  Clear total = clear(perfect, 0.5, 4);
  total += clear(swapped, 0.5, 4);
  check(total.tp == 16 && total.id_switches == 2 && total.frames == 8, "counts add");
  Hota curves = hota(perfect);
  check(curves.hota()[18] == 1.0, "a perfect prediction has 1 at every alpha");
  curves += hota(swapped);
  check(curves.tp[0] == 16.0, "curves add");
}

void test_timeline() {
  const Comparison swapped = compared(Side(kTruth), Side(kSwapped));
  std::vector<ClearMatch> matches;
  const Clear found = clear(swapped, 0.5, 4, &matches);
  const std::vector<std::int64_t> frames = {1, 1, 2, 2, 3, 3, 4, 4};
  const auto pieces = timeline(swapped, matches, frames);
  check(pieces.size() == 4 && pieces[0].first == 0 && pieces[0].last == 2, "a piece ends where the partner changes");
  check(pieces[1].match.is_switch && pieces[3].match.is_switch && found.id_switches == 2, "switches are marked");
  check(matches[0].prediction == 0 && matches[5].prediction == 5, "matches name rows of the prediction");
}

void test_nothing() {
  const Comparison nothing = compared(Side(""), Side(""));
  check(hota(nothing) == Hota{} && identity(nothing, 0.5) == Identity{}, "nothing is an ordinary input");
  check(clear(compared(Side(kTruth), Side("")), 0.5, 4).fn == 8, "an empty prediction misses all");
}

void test_mistakes() {
  for (const char* text : {"0,1,0,0,9,9", "1,1,0,0,-9,9", "1,1,0,0,9", "1,1,0,0,9,9\n1,1,0,0,9,9", "a,b", ","}) {
    bool refused = false;
    try {
      (void)parse_mot(text);
    } catch (const std::invalid_argument& error) {
      refused = std::string(error.what()).starts_with("line ");
    }
    check(refused, "a mistake is named with its line");
  }
}

}  // namespace

int main() {
  test_swap();
  test_sums();
  test_timeline();
  test_nothing();
  test_mistakes();
  return boxtrail::testing::finish();
}
