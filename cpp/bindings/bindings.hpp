// What the binding files share.
#pragma once

#include <pybind11/pybind11.h>

namespace boxtrail::bindings {

namespace py = pybind11;

void bind_kernels(py::module_& m);
void bind_metrics(py::module_& m);
void bind_track_text(py::module_& m);
void bind_trackers(py::module_& m);

void bind_boosttrack(py::module_& m);
void bind_botsort(py::module_& m);
void bind_bytetrack(py::module_& m);
void bind_cbiou(py::module_& m);
void bind_deepocsort(py::module_& m);
void bind_deepsort(py::module_& m);
void bind_hybridsort(py::module_& m);
void bind_occluboost(py::module_& m);
void bind_ocsort(py::module_& m);
void bind_sfsort(py::module_& m);
void bind_sort(py::module_& m);
void bind_strongsort(py::module_& m);
void bind_tracktrack(py::module_& m);

}  // namespace boxtrail::bindings
