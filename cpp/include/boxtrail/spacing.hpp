// Detections that do not lie on one another: non-maximum suppression, also beside boxes that are there already.
//
// The same rule thins out what a detector gives twice and keeps newborn tracks off those that hide behind others
// (occlusion-aware initialisation, Stadler & Beyerer 2023; track-aware initialisation, Shim et al. 2025).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "boxtrail/association.hpp"

namespace boxtrail {

// Keeps its memory between frames. In `kept` an entry is 1 for a box that stays and 0 for one that does not.
class Spacer {
 public:
  // Looks at the overlaps of some boxes; the questions below are about these.
  template <class Box>
  void look_at(std::span<const Box> boxes);
  // Leaves those of the kept boxes, best score first, whose IoU with every better one is at most max_iou; among equal
  // scores the lower index goes first.
  void thin_out(std::span<const double> scores, double max_iou, std::vector<char>& kept);
  // Largest IoU of box j and a kept one; 0 where there is none.
  double nearest(std::size_t j, const std::vector<char>& kept) const;

  // Drops the boxes whose IoU with a taken one is above max_iou.
  template <class Box>
  void keep_off(std::span<const Box> boxes, std::span<const Box> taken, double max_iou, std::vector<char>& kept);

 private:
  bool is_crowded(double max_iou) const;

  PairFinder pairs_;
  SparseMatrix overlap_, taken_overlap_;
  std::vector<std::int32_t> order_;
  std::vector<char> open_;
};

}  // namespace boxtrail
