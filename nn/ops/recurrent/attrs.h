// What a recurrent operator and its gradient are told, and where their inputs stand.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

enum class RecurrentKind : uint8_t { kTanh, kRelu, kLstm, kGru };

struct RecurrentAttrs {
  RecurrentKind kind = RecurrentKind::kTanh;
  bool reverse = false;    // From the last step to the first.
  bool bias = true;        // Whether there is a b_hh.
  bool projected = false;  // Whether there is a w_hr: LSTM only.
  bool packed = false;     // Whether there are batch sizes.
  bool keeps = true;       // Whether it answers what its gradient needs.

  constexpr bool lstm() const { return kind == RecurrentKind::kLstm; }
  constexpr bool gru() const { return kind == RecurrentKind::kGru; }
  // Gates, each as wide as the hidden layer: of a step, and of those that are kept for the gradient.
  constexpr int64_t gates() const { return lstm() ? 4 : gru() ? 3 : 1; }
  constexpr int64_t kept() const { return lstm() || gru() ? 4 : 0; }
  // The outputs that are of use without a gradient: y, hn and cn.
  size_t results() const { return lstm() ? 3 : 2; }

  // Where the operator's inputs stand. The first two are the gates and h0.
  static constexpr size_t kGates = 0;
  static constexpr size_t kH0 = 1;
  static constexpr size_t kC0 = 2;  // LSTM only.
  size_t w_hh() const { return lstm() ? 3 : 2; }
  size_t b_hh() const { return w_hh() + 1; }
  size_t w_hr() const { return b_hh() + (bias ? 1 : 0); }
  size_t batch_sizes() const { return w_hr() + (projected ? 1 : 0); }
  size_t inputs() const { return batch_sizes() + (packed ? 1 : 0); }

  bool operator==(const RecurrentAttrs&) const = default;
};

// Extents. Rows of all steps stand one step behind the other.
struct RecurrentSizes {
  int64_t rows = 0;    // Of all steps.
  int64_t batch = 0;   // Sequences.
  int64_t hidden = 0;  // Of a gate.
  int64_t width = 0;   // Of the state: hidden, unless it is projected.
  int64_t steps = 0;
};

// The sizes of the forward operator's inputs. INVALID_ARGUMENT if these do not fit each other.
absl::StatusOr<RecurrentSizes> MeasureRecurrent(const RecurrentAttrs& attrs, absl::Span<const TensorSpec> in);

}  // namespace moduled::nn
