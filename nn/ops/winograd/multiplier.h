// Multiplies the values of a block's tiles by panels of the packed weight, and reads ahead of itself.
#pragma once

#include "nn/ops/winograd/blocking.h"
#include "nn/ops/winograd/winograd.h"

namespace moduled::nn::winograd {

class Multiplier {
 public:
  // All of them outlive it.
  Multiplier(const Problem& problem, const Blocking& blocking, const float* packed)
      : problem_(problem), blocking_(blocking), panels_(PanelsOf(problem)), packed_(packed) {}

  // The products of so many tiles by these panels, before it is the turn of panel `next`. One panel of windows.
  void Run(int64_t tiles, kernels::Part panels, int64_t next, const float* values, float* products) const;

 private:
  // What to multiply by at a position. Windows are for all positions.
  struct PanelOfPosition {
    int64_t panel = 0;
    int64_t position = 0;
  };
  const float* Packed(PanelOfPosition at) const;
  // `products` begin with the panel's columns, in rows of `width`.
  void MultiplyPanel(int64_t tiles, PanelOfPosition at, PanelOfPosition next, const float* values, float* products,
                     int64_t width) const;
  void MultiplyByPanels(int64_t tiles, kernels::Part panels, int64_t next, const float* values, float* products) const;
  void MultiplyByWindows(int64_t tiles, int64_t panel, int64_t next, const float* values, float* products) const;

  const Problem& problem_;
  const Blocking& blocking_;
  const Panels panels_;
  const float* const packed_;
};

}  // namespace moduled::nn::winograd
