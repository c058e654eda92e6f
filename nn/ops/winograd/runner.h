// Runs a problem: transforms a block of tiles, multiplies it by panels of the weight, transforms the products.
#pragma once

#include "nn/ops/winograd/blocking.h"
#include "nn/ops/winograd/multiplier.h"
#include "nn/ops/winograd/winograd.h"

namespace moduled::nn::winograd {

struct Operands {
  const float* x = nullptr;
  const float* packed = nullptr;
  const float* bias = nullptr;      // Or null.
  const float* residual = nullptr;  // Or null.
  float* y = nullptr;
  float* scratch = nullptr;
};

// What a run keeps beside its operands, and where: zeros, which stand for the padding, the values of blocks of tiles,
// and their products.
class Scratch {
 public:
  Scratch(const Blocking& blocking, int threads);
  size_t bytes() const { return elements_ * sizeof(float); }
  float* zeros(float* scratch) const { return scratch; }
  // Threads that share their tiles share the values of thread 0.
  float* values(float* scratch, int thread) const { return scratch + values_ + thread * values_size_; }
  float* products(float* scratch, int thread) const { return scratch + products_ + thread * products_size_; }

 private:
  int64_t values_, values_size_, products_, products_size_, elements_;
};

template <int kTile>
class Runner {
 public:
  Runner(const Problem& problem, const Operands& operands);
  void Run() const;

 private:
  // The values of these groups of the block's tiles.
  void TransformInputs(kernels::Part block, kernels::Part groups, float* values) const;
  // The outputs of the block in the channels of these panels.
  void MakeOutputs(kernels::Part block, kernels::Part panels, const float* values, float* products) const;
  void TransformOutputs(kernels::Part block, kernels::Part vectors, const float* products) const;

  const Problem& problem_;
  const Operands& operands_;
  const Blocking blocking_;
  const Panels panels_;
  const Multiplier multiplier_;
  const Scratch scratch_;
};

}  // namespace moduled::nn::winograd
