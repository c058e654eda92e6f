// Packs the weight, in panels of output channels: G weight G' of every pair of channels, or the windows themselves.
//
//   packed [panel][position][input channel][output channel of the panel]
//   packed [panel][input channel][9][output channel of the panel]
//
// Behind the last output channel come zeros, to the end of the vector.
#include <algorithm>

#include "nn/ops/winograd/blocking.h"
#include "nn/ops/winograd/transform.h"

namespace moduled::nn::winograd {
namespace {

// In double precision, so that packing rounds once.
template <int kTile>
void TransformWindow(const float* window, double (&u)[kTile + 2][kTile + 2]) {
  constexpr int kTaps = kTile + 2;
  const auto& g = Transform<kTile>::kWeight;
  double rows[kTaps][3];
  for (int i = 0; i < kTaps; ++i) {
    for (int j = 0; j < 3; ++j) rows[i][j] = g[i][0] * window[j] + g[i][1] * window[3 + j] + g[i][2] * window[6 + j];
  }
  for (int i = 0; i < kTaps; ++i) {
    for (int j = 0; j < kTaps; ++j) u[i][j] = g[j][0] * rows[i][0] + g[j][1] * rows[i][1] + g[j][2] * rows[i][2];
  }
}

template <int kTile>
void PackPanel(const Problem& problem, kernels::Part vectors, const float* weight, float* packed) {
  constexpr int kTaps = kTile + 2;
  const int64_t width = Size(vectors) * kLanes;
  const int64_t position_size = problem.in_channels * width;
  for (int64_t o = 0; o < width; ++o) {
    const int64_t channel = vectors.begin * kLanes + o;
    if (channel >= problem.out_channels) break;
    for (int64_t c = 0; c < problem.in_channels; ++c) {
      double u[kTaps][kTaps];
      TransformWindow<kTile>(weight + (channel * problem.in_channels + c) * 9, u);
      for (int p = 0; p < kTaps * kTaps; ++p) {
        packed[p * position_size + c * width + o] = static_cast<float>(u[p / kTaps][p % kTaps]);
      }
    }
  }
}

// Of one vector of output channels.
void PackWindows(const Problem& problem, kernels::Part vectors, const float* weight, float* packed) {
  const int64_t first = vectors.begin * kLanes, count = std::min(kLanes, problem.out_channels - first);
  for (int64_t o = 0; o < count; ++o) {
    const float* windows = weight + (first + o) * problem.in_channels * 9;
    for (int64_t i = 0; i < problem.in_channels * 9; ++i) packed[i * kLanes + o] = windows[i];
  }
}

}  // namespace

size_t PackedBytes(const Problem& problem) {
  return PackedPanelOffset(problem, VectorsFor(problem.out_channels)) * sizeof(float);
}

void PackWeights(const Problem& problem, const float* weight, float* packed) {
  std::fill_n(packed, PackedBytes(problem) / sizeof(float), 0.0f);
  const Panels panels = PanelsOf(problem);
  for (int64_t panel = 0; panel < panels.count(); ++panel) {
    float* to = packed + PackedPanelOffset(problem, panels[panel].begin);
    if (problem.form == WeightForm::kWindows) {
      PackWindows(problem, panels[panel], weight, to);
    } else if (problem.tile == 2) {
      PackPanel<2>(problem, panels[panel], weight, to);
    } else {
      PackPanel<4>(problem, panels[panel], weight, to);
    }
  }
}

}  // namespace moduled::nn::winograd
