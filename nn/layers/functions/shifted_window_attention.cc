#include "nn/layers/functions/shifted_window_attention.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/promotion.h"
#include "nn/layers/rearrange.h"
#include "nn/layers/stochastic_depth.h"
#include "nn/ops/add.h"
#include "nn/ops/attention.h"
#include "nn/ops/cat.h"
#include "nn/ops/clamp.h"
#include "nn/ops/compare.h"
#include "nn/ops/div.h"
#include "nn/ops/dropout.h"
#include "nn/ops/exp.h"
#include "nn/ops/keep_indices.h"
#include "nn/ops/linear.h"
#include "nn/ops/matmul.h"
#include "nn/ops/mul.h"
#include "nn/ops/norm.h"
#include "nn/ops/pad.h"
#include "nn/ops/slice.h"
#include "nn/ops/softmax.h"
#include "nn/ops/where.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

constexpr double kNormalizeEps = 1e-12;  // torch.nn.functional.normalize's.
constexpr double kMaskedScore = -100.0;  // torchvision's, of two elements that were no neighbours before the shift.

class Attention {
 public:
  Attention(Trace& trace, WindowAttention call) : trace_(trace), call_(std::move(call)) {}

  absl::StatusOr<Value> Apply() {
    RETURN_IF_ERROR(ReadSizes());
    ASSIGN_OR_RETURN(Value x, PadAndShift(call_.input));
    ASSIGN_OR_RETURN(x, Partition(x));
    ASSIGN_OR_RETURN(x, Attend(x));
    ASSIGN_OR_RETURN(x, Project(x));
    ASSIGN_OR_RETURN(x, Join(x));
    return ShiftBackAndCut(x);
  }

 private:
  // The image in windows.
  struct Sizes {
    int64_t batch, rows, columns, channels;  // Of the input.
    int64_t padded_rows, padded_columns;
    int64_t windows_down, windows_across;
    int64_t elements;  // Of a window.
  };

  absl::Status ReadSizes() {
    const Shape& shape = trace_.spec(call_.input).shape;
    if (shape.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("shifted_window_attention(): a 4-D input is expected (got ", shape.ToString(), ")"));
    }
    constexpr int64_t kMost = int64_t{1} << 20;  // Far beyond any window, far from any overflow.
    for (const std::vector<int64_t>* pair : {&call_.window, &call_.shift}) {
      const bool is_window = pair == &call_.window;
      const bool fits = pair->size() == 2 && std::min((*pair)[0], (*pair)[1]) >= (is_window ? 1 : 0) &&
                        std::max((*pair)[0], (*pair)[1]) <= kMost;
      if (!fits) {
        return absl::InvalidArgumentError("shifted_window_attention(): bad window_size or shift_size");
      }
    }
    if (call_.heads < 1 || shape[3] % call_.heads != 0) {
      return absl::InvalidArgumentError(absl::StrCat("shifted_window_attention(): ", shape[3],
                                                     " channels do not divide into ", call_.heads, " heads"));
    }
    const auto round_up = [](int64_t extent, int64_t step) { return (extent + step - 1) / step * step; };
    sizes_ = {.batch = shape[0],
              .rows = shape[1],
              .columns = shape[2],
              .channels = shape[3],
              .padded_rows = round_up(shape[1], call_.window[0]),
              .padded_columns = round_up(shape[2], call_.window[1]),
              .windows_down = 0,
              .windows_across = 0,
              .elements = call_.window[0] * call_.window[1]};
    sizes_.windows_down = sizes_.padded_rows / call_.window[0];
    sizes_.windows_across = sizes_.padded_columns / call_.window[1];
    // A window that holds the whole image has no neighbours to be shifted to.
    if (call_.window[0] >= sizes_.padded_rows) call_.shift[0] = 0;
    if (call_.window[1] >= sizes_.padded_columns) call_.shift[1] = 0;
    return absl::OkStatus();
  }

  bool is_shifted() const { return call_.shift[0] + call_.shift[1] > 0; }
  int64_t windows() const { return sizes_.windows_down * sizes_.windows_across; }

  absl::StatusOr<Value> PadAndShift(Value x) {
    const int64_t down = sizes_.padded_rows - sizes_.rows, across = sizes_.padded_columns - sizes_.columns;
    if (down != 0 || across != 0) {
      ASSIGN_OR_RETURN(x, trace_.Apply<PadOp>({.begin = {0, 0, 0, 0}, .end = {0, down, across, 0}}, {x}));
    }
    return Shift(x, -1);
  }

  absl::StatusOr<Value> Shift(Value x, int64_t sign) {
    if (!is_shifted()) return x;
    ASSIGN_OR_RETURN(x, RollAxis(trace_, x, 1, sign * call_.shift[0]));
    return RollAxis(trace_, x, 2, sign * call_.shift[1]);
  }

  // [N, rows, columns, C] -> [N windows, elements, C]
  absl::StatusOr<Value> Partition(Value x) {
    ASSIGN_OR_RETURN(x, ReshapeTo(trace_, x,
                                  {sizes_.batch, sizes_.windows_down, call_.window[0], sizes_.windows_across,
                                   call_.window[1], sizes_.channels}));
    ASSIGN_OR_RETURN(x, PermuteAxes(trace_, x, {0, 1, 3, 2, 4, 5}));
    return ReshapeTo(trace_, x, {sizes_.batch * windows(), sizes_.elements, sizes_.channels});
  }

  // The reverse.
  absl::StatusOr<Value> Join(Value x) {
    ASSIGN_OR_RETURN(x, ReshapeTo(trace_, x,
                                  {sizes_.batch, sizes_.windows_down, sizes_.windows_across, call_.window[0],
                                   call_.window[1], sizes_.channels}));
    ASSIGN_OR_RETURN(x, PermuteAxes(trace_, x, {0, 1, 3, 2, 4, 5}));
    return ReshapeTo(trace_, x, {sizes_.batch, sizes_.padded_rows, sizes_.padded_columns, sizes_.channels});
  }

  absl::StatusOr<Value> ShiftBackAndCut(Value x) {
    ASSIGN_OR_RETURN(x, Shift(x, 1));
    for (const auto& [axis, length] : {std::pair<int64_t, int64_t>{1, sizes_.rows}, {2, sizes_.columns}}) {
      if (trace_.spec(x).shape[axis] == length) continue;
      ASSIGN_OR_RETURN(x, trace_.Apply<SliceOp>({.axis = axis, .start = 0, .length = length}, {x}));
    }
    return x;
  }

  absl::StatusOr<Value> Number(double value) { return AsTensor(trace_, Symbol(value), trace_.spec(call_.input).dtype); }

  absl::StatusOr<Value> ApplyLinear(Value x, Value weight, const std::optional<Value>& bias) {
    if (bias.has_value()) return trace_.Apply<LinearOp>({}, {x, weight, *bias});
    return trace_.Apply<LinearOp>({}, {x, weight});
  }

  absl::StatusOr<Value> Drop(Value x, double p) {
    if (!call_.training || p == 0) return x;
    return trace_.Apply<DropoutOp>({.p = p, .seed = SeedOfCall(x)}, {x});
  }

  // Version 2 has no bias of the keys: the middle third counts as zero.
  absl::StatusOr<std::optional<Value>> QkvBias() {
    if (!call_.logit_scale.has_value() || !call_.qkv_bias.has_value()) return call_.qkv_bias;
    const Shape& shape = trace_.spec(*call_.qkv_bias).shape;
    const int64_t length = shape.numel() / 3;
    if (shape.rank() != 1) return call_.qkv_bias;  // Which no linear layer takes.
    KeepIndicesOp::Attrs kept;
    for (int64_t i = 0; i < shape[0]; ++i) {
      if (i < length || i >= 2 * length) kept.indices.push_back(i);
    }
    ASSIGN_OR_RETURN(const Value bias, trace_.Apply<KeepIndicesOp>(std::move(kept), {*call_.qkv_bias}));
    return std::optional<Value>(bias);
  }

  // [N windows, elements, C] -> q, k or v: [N windows, heads, elements, C / heads]
  absl::StatusOr<Value> Part(Value qkv, int64_t index) {
    ASSIGN_OR_RETURN(const Value part, trace_.Apply<SliceOp>({.axis = 0, .start = index, .length = 1}, {qkv}));
    const Shape& shape = trace_.spec(part).shape;
    return ReshapeTo(trace_, part, Shape(shape.extents().subspan(1)));
  }

  absl::StatusOr<Value> Attend(Value x) {
    ASSIGN_OR_RETURN(const std::optional<Value> bias, QkvBias());
    ASSIGN_OR_RETURN(Value qkv, ApplyLinear(x, call_.qkv_weight, bias));
    const int64_t size = sizes_.channels / call_.heads;
    const Shape wanted = {sizes_.batch * windows(), sizes_.elements, 3, call_.heads, size};
    if (trace_.spec(qkv).numel() != wanted.numel()) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape '", wanted.ToString(), "' is invalid for input of size ", trace_.spec(qkv).numel()));
    }
    if (!call_.logit_scale.has_value() && !drops_weights()) return AttendAtOnce(qkv);
    ASSIGN_OR_RETURN(qkv, ReshapeTo(trace_, qkv, wanted));
    ASSIGN_OR_RETURN(qkv, PermuteAxes(trace_, qkv, {2, 0, 3, 1, 4}));
    ASSIGN_OR_RETURN(const Value q, Part(qkv, 0));
    ASSIGN_OR_RETURN(const Value k, Part(qkv, 1));
    ASSIGN_OR_RETURN(const Value v, Part(qkv, 2));
    ASSIGN_OR_RETURN(Value scores, Scores(q, k));
    ASSIGN_OR_RETURN(scores, trace_.Apply<AddOp>({}, {scores, call_.relative_position_bias}));
    ASSIGN_OR_RETURN(scores, MaskShifted(scores));
    ASSIGN_OR_RETURN(scores, trace_.Apply<SoftmaxOp>({.axis = 3}, {scores}));
    ASSIGN_OR_RETURN(scores, Drop(scores, call_.attention_dropout));
    ASSIGN_OR_RETURN(const Value mixed, trace_.Apply<MatmulOp>({}, {scores, v}));
    ASSIGN_OR_RETURN(const Value by_element, PermuteAxes(trace_, mixed, {0, 2, 1, 3}));
    return ReshapeTo(trace_, by_element, {sizes_.batch * windows(), sizes_.elements, sizes_.channels});
  }

  bool drops_weights() const { return call_.training && call_.attention_dropout != 0; }

  // The same by one operator, of [N windows, elements, 3 C].
  absl::StatusOr<Value> AttendAtOnce(Value qkv) {
    ASSIGN_OR_RETURN(qkv, ReshapeTo(trace_, qkv, {sizes_.batch, windows(), sizes_.elements, 3 * sizes_.channels}));
    Value mask = call_.relative_position_bias;
    if (is_shifted()) {
      ASSIGN_OR_RETURN(const Value apart, ShiftMask());
      ASSIGN_OR_RETURN(mask, trace_.Apply<AddOp>({}, {mask, apart}));
    }
    const double scale = 1 / std::sqrt(static_cast<double>(sizes_.channels / call_.heads));
    const AttentionOp::Attrs attrs = {
        .layout = HeadLayout::kBatchFirst, .heads = call_.heads, .packed = true, .mask = true, .scale = scale};
    ASSIGN_OR_RETURN(const Value mixed, trace_.Apply<AttentionOp>(attrs, {qkv, mask}));
    return ReshapeTo(trace_, mixed, {sizes_.batch * windows(), sizes_.elements, sizes_.channels});
  }

  // [N windows, heads, elements, elements]
  absl::StatusOr<Value> Scores(Value q, Value k) {
    const bool by_cosine = call_.logit_scale.has_value();
    if (by_cosine) {
      ASSIGN_OR_RETURN(q, Normalize(q));
      ASSIGN_OR_RETURN(k, Normalize(k));
    } else {
      const auto size = static_cast<double>(sizes_.channels / call_.heads);
      ASSIGN_OR_RETURN(const Value scale, Number(1 / std::sqrt(size)));
      ASSIGN_OR_RETURN(q, trace_.Apply<MulOp>({}, {q, scale}));
    }
    ASSIGN_OR_RETURN(const Value turned, PermuteAxes(trace_, k, {0, 1, 3, 2}));
    ASSIGN_OR_RETURN(const Value products, trace_.Apply<MatmulOp>({}, {q, turned}));
    if (!by_cosine) return products;
    ASSIGN_OR_RETURN(const Value bounded, trace_.Apply<ClampOp>({.max = std::log(100.0)}, {*call_.logit_scale}));
    ASSIGN_OR_RETURN(const Value scale, trace_.Apply<ExpOp>({}, {bounded}));
    return trace_.Apply<MulOp>({}, {products, scale});
  }

  absl::StatusOr<Value> Normalize(Value x) {
    ASSIGN_OR_RETURN(const Value norm, trace_.Apply<NormOp>({.over = {.axes = {3}, .keepdim = true}}, {x}));
    ASSIGN_OR_RETURN(const Value positive, trace_.Apply<ClampOp>({.min = kNormalizeEps}, {norm}));
    return trace_.Apply<DivOp>({}, {x, positive});
  }

  // After a shift, elements from opposite ends of the image share a window: they must not see each other.
  absl::StatusOr<Value> MaskShifted(Value scores) {
    if (!is_shifted()) return scores;
    const int64_t n = sizes_.elements;
    ASSIGN_OR_RETURN(const Value mask, ShiftMask());
    ASSIGN_OR_RETURN(const Value by_image, ReshapeTo(trace_, scores, {sizes_.batch, windows(), call_.heads, n, n}));
    ASSIGN_OR_RETURN(const Value sum, trace_.Apply<AddOp>({}, {by_image, mask}));
    return ReshapeTo(trace_, sum, trace_.spec(scores).shape);
  }

  // What that adds to the scores: [windows, 1, elements, elements].
  absl::StatusOr<Value> ShiftMask() {
    ASSIGN_OR_RETURN(Tensor regions, Regions());
    const Value region = trace_.Constant(std::move(regions));
    const int64_t n = sizes_.elements;
    ASSIGN_OR_RETURN(const Value across, ReshapeTo(trace_, region, {windows(), 1, 1, n}));
    ASSIGN_OR_RETURN(const Value down, ReshapeTo(trace_, region, {windows(), 1, n, 1}));
    ASSIGN_OR_RETURN(const Value apart, trace_.Apply<CompareOp>({.comparison = Comparison::kNotEqual}, {across, down}));
    ASSIGN_OR_RETURN(const Value masked, Number(kMaskedScore));
    ASSIGN_OR_RETURN(const Value seen, Number(0));
    return trace_.Apply<WhereOp>({}, {apart, masked, seen});
  }

  // Which part of the unshifted image an element comes from: [windows, elements].
  absl::StatusOr<Tensor> Regions() const {
    // Along an axis: the bulk, the last window's own part, and what came around. Without a shift the last window, all
    // of which Python's slice [-0:] takes.
    const auto part = [&](size_t axis, int64_t position, int64_t extent) {
      if (call_.shift[axis] == 0 || position >= extent - call_.shift[axis]) return 2;
      return position >= extent - call_.window[axis] ? 1 : 0;
    };
    ASSIGN_OR_RETURN(Tensor regions, Tensor::Allocate({DType::kInt32, {windows(), sizes_.elements}}));
    const absl::Span<int32_t> elements = regions.mutable_elements<int32_t>();
    size_t i = 0;
    for (int64_t down = 0; down < sizes_.windows_down; ++down) {
      for (int64_t across = 0; across < sizes_.windows_across; ++across) {
        for (int64_t e = 0; e < sizes_.elements; ++e) {
          const int64_t row = down * call_.window[0] + e / call_.window[1];
          const int64_t column = across * call_.window[1] + e % call_.window[1];
          elements[i++] = 3 * part(0, row, sizes_.padded_rows) + part(1, column, sizes_.padded_columns);
        }
      }
    }
    return regions;
  }

  absl::StatusOr<Value> Project(Value x) {
    ASSIGN_OR_RETURN(const Value projected, ApplyLinear(x, call_.proj_weight, call_.proj_bias));
    return Drop(projected, call_.dropout);
  }

  Trace& trace_;
  WindowAttention call_;
  Sizes sizes_ = {};
};

}  // namespace

absl::StatusOr<Value> ShiftedWindowAttention(Trace& trace, WindowAttention call) {
  return Attention(trace, std::move(call)).Apply();
}

}  // namespace moduled::nn::functions
