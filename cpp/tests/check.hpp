// Checks that say where they failed and go on; a test program returns finish().
#pragma once

#include <cstdio>
#include <source_location>

namespace boxtrail::testing {

struct Tally {
  long checks = 0, failures = 0;
};
inline Tally tally;

// `claim` is what must hold, in words.
inline void check(bool holds, const char* claim, std::source_location where = std::source_location::current()) {
  ++tally.checks;
  if (holds) return;
  ++tally.failures;
  if (tally.failures <= 20) std::printf("%s:%u: not so: %s\n", where.file_name(), where.line(), claim);
}

// Prints the count; the exit code of the program. One that checked nothing fails.
inline int finish() {
  std::printf("%ld checks, %ld failed\n", tally.checks, tally.failures);
  return tally.failures == 0 && tally.checks > 0 ? 0 : 1;
}

}  // namespace boxtrail::testing
