#include "nn/ops/winograd/multiplier.h"

#include "nn/ops/winograd/multiply.h"
#include "nn/ops/winograd/multiply_windows.h"

namespace moduled::nn::winograd {

using kernels::Part;

void Multiplier::Run(int64_t tiles, Part panels, int64_t next, const float* values, float* products) const {
  if (problem_.form == WeightForm::kWindows) {
    MultiplyByWindows(tiles, panels.begin, next, values, products);
  } else {
    MultiplyByPanels(tiles, panels, next, values, products);
  }
}

const float* Multiplier::Packed(PanelOfPosition at) const {
  const Part vectors = panels_[at.panel];
  return packed_ + PackedPanelOffset(problem_, vectors.begin) +
         at.position * problem_.in_channels * Size(vectors) * kLanes;
}

void Multiplier::MultiplyPanel(int64_t tiles, PanelOfPosition at, PanelOfPosition next, const float* values,
                               float* products, int64_t width) const {
  const int64_t vectors = Size(panels_[at.panel]);
  const int64_t next_vectors = Size(panels_[next.panel]) * problem_.in_channels;
  const Groups v_layout = blocking_.Values(tiles);
  const Groups m_layout = blocking_.Products(tiles, width);
  Product product = {.v_stride = blocking_.depth, .u = Packed(at), .m_stride = width, .depth = problem_.in_channels};
  for (int64_t group = 0; group < v_layout.count(); ++group) {
    const Part part = kernels::PartOf(next_vectors, v_layout.count(), group);
    product.next = Packed(next) + part.begin * kLanes;
    product.next_vectors = Size(part);
    product.v = values + v_layout.Offset(group) + at.position * v_layout.PositionStride(group);
    product.m = products + m_layout.Offset(group) + at.position * m_layout.PositionStride(group);
    Multiply(product, Size(v_layout[group]), vectors);
  }
}

void Multiplier::MultiplyByPanels(int64_t tiles, Part panels, int64_t next_panel, const float* values,
                                  float* products) const {
  const int64_t first = panels_[panels.begin].begin, width = (panels_[panels.end - 1].end - first) * kLanes;
  const int64_t count = blocking_.positions * Size(panels);
  const auto at = [&](int64_t step) {
    return PanelOfPosition{.panel = panels.begin + step % Size(panels), .position = step / Size(panels)};
  };
  for (int64_t step = 0; step < count; ++step) {
    const PanelOfPosition now = at(step);
    const PanelOfPosition next = step + 1 < count ? at(step + 1) : PanelOfPosition{.panel = next_panel};
    MultiplyPanel(tiles, now, next, values, products + (panels_[now.panel].begin - first) * kLanes, width);
  }
}

void Multiplier::MultiplyByWindows(int64_t tiles, int64_t panel, int64_t next, const float* values,
                                   float* products) const {
  const Groups v_layout = blocking_.Values(tiles), m_layout = blocking_.Products(tiles, kLanes);
  for (int64_t group = 0; group < v_layout.count(); ++group) {
    const Part part = kernels::PartOf(problem_.in_channels * 9, v_layout.count(), group);
    MultiplyWindows({.v = values + v_layout.Offset(group),
                     .windows = Packed({.panel = panel}),
                     .m = products + m_layout.Offset(group),
                     .depth = problem_.in_channels,
                     .next = Packed({.panel = next}) + part.begin * kLanes,
                     .next_vectors = Size(part)},
                    Size(v_layout[group]));
  }
}

}  // namespace moduled::nn::winograd
