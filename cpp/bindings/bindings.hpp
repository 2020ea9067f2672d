// What the binding files share.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "boxtrail/association.hpp"

namespace boxtrail::bindings {

namespace py = pybind11;

// Raises ValueError for an unknown name.
Measure measure_by_name(const std::string& name);

void bind_kernels(py::module_& m);
void bind_metrics(py::module_& m);
void bind_trackers(py::module_& m);

void bind_bytetrack(py::module_& m);
void bind_ocsort(py::module_& m);
void bind_sort(py::module_& m);

}  // namespace boxtrail::bindings
