// Runs a product: packs groups of strips, multiplies them by the panels of b, writes what comes out.
#pragma once

#include "nn/ops/kernels/parallel.h"
#include "nn/ops/kernels/step_tasks.h"
#include "nn/ops/tiles/blocking.h"
#include "nn/ops/tiles/multiply.h"

namespace moduled::nn::tiles {

// What a run keeps beside its operands, and where: buffers for a row of a, packed groups, sums of blocks that wait for
// their next chunk.
class Scratch {
 public:
  Scratch(const Problem& problem, const Blocking& blocking);
  size_t bytes() const { return bytes_; }
  float* row(void* scratch, int thread) const { return At<float>(scratch, thread * row_bytes_); }
  // Threads that share their group share the group of thread 0.
  Bfloat16* group(void* scratch, int thread) const {
    return At<Bfloat16>(scratch, groups_ + static_cast<size_t>(thread) * group_bytes_);
  }
  float* sums(void* scratch, int thread) const {
    return At<float>(scratch, sums_ + static_cast<size_t>(thread) * sums_bytes_);
  }

 private:
  template <class T>
  static T* At(void* scratch, size_t offset) {
    return reinterpret_cast<T*>(static_cast<char*>(scratch) + offset);
  }
  size_t row_bytes_, groups_, group_bytes_, sums_, sums_bytes_, bytes_;
};

class Runner {
 public:
  Runner(const Problem& problem, const Operands& operands);
  void Run() const;

 private:
  kernels::Part GroupAt(int64_t index) const;
  // Groups by all panels, one by one.
  void RunGroups(kernels::Part groups, int thread) const;
  // All groups, of which the threads share the strips to pack and the panels to multiply by.
  void RunByColumns(kernels::StepTasks& tasks, int thread, int own_part) const;
  // The chunk of some of the group's strips. `owner`: the thread whose packs and sums are used.
  void PackStrips(kernels::Part group, kernels::Part strips, int64_t chunk, int thread, int owner) const;
  void MultiplyChunk(kernels::Part group, kernels::Part panels, int64_t chunk, int owner) const;
  // By a panel or two. `next`: what is multiplied then.
  void MultiplyPanels(kernels::Part group, kernels::Part panels, int64_t chunk, const Bfloat16* next, int owner) const;
  void Store(int64_t strip, kernels::Part panels, const float* sums) const;
  // What Store does not apply, in runs that are long enough for the loops over them.
  void ApplyFunction(kernels::Part group, kernels::Part panels) const;

  int64_t RowsOf(int64_t strip) const;
  int64_t StepsOfChunk(int64_t chunk) const;
  const Bfloat16* PanelAt(int64_t panel, int64_t chunk) const;

  const Problem& problem_;
  const Operands& operands_;
  const Blocking blocking_;
  const Scratch scratch_;
};

}  // namespace moduled::nn::tiles
