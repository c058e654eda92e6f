// Splits a kernel's work between the threads that its plan may use.
//
// OpenMP's threads, because oneDNN computes on them too: one set of threads for each executor, and never more of them
// running than the plan was made for.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace moduled::nn::kernels {

// The part `index` of [0, count) cut into `parts`, whose lengths differ by one at most.
struct Part {
  int64_t begin = 0;
  int64_t end = 0;
};
inline Part PartOf(int64_t count, int64_t parts, int64_t index) {
  const int64_t least = count / parts;
  const int64_t longer = count % parts;
  const int64_t begin = index * least + std::min(index, longer);
  return {begin, begin + least + (index < longer ? 1 : 0)};
}

// function(begin, end, thread) for at most `threads` parts of [0, count), one for each thread, which counts from 0.
template <class Function>
void ParallelFor(int threads, int64_t count, Function function) {
  const int64_t parts = std::clamp<int64_t>(threads, 1, std::max<int64_t>(count, 1));
  if (parts == 1) {
    if (count > 0) function(int64_t{0}, count, 0);
    return;
  }
  const int team = static_cast<int>(parts);
#pragma omp parallel for schedule(static, 1) num_threads(team)
  for (int64_t part = 0; part < parts; ++part) {
    const Part range = PartOf(count, parts, part);
    function(range.begin, range.end, static_cast<int>(part));
  }
}

// function(thread) once on each of at most `threads` threads, which run at the same time.
template <class Function>
void RunTeam(int threads, Function function) {
  if (threads <= 1) return function(0);
#pragma omp parallel num_threads(threads)
  function(omp_get_thread_num());
}

}  // namespace moduled::nn::kernels
