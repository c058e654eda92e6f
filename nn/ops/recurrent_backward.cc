#include "nn/ops/recurrent_backward.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/recurrent/cells.h"
#include "nn/ops/recurrent/steps.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Where the inputs stand, in the order of the header.
struct Places {
  explicit Places(const RecurrentAttrs& attrs) {
    const auto next = [this](bool present) { return present ? count++ : size_t{0}; };
    grad_y = next(true), grad_hn = next(true), grad_cn = next(attrs.lstm());
    y = next(true), kept = next(attrs.kept() > 0), cells = next(attrs.lstm());
    h0 = next(true), c0 = next(attrs.lstm()), w_hh = next(true), w_hr = next(attrs.projected);
    batch_sizes = next(attrs.packed);
  }
  size_t count = 0;
  size_t grad_y, grad_hn, grad_cn, y, kept, cells, h0, c0, w_hh, w_hr, batch_sizes;
};

// The operator only ever follows the forward, whose shape rule has checked the rest.
RecurrentSizes SizesOf(const RecurrentAttrs& attrs, absl::Span<const TensorSpec> in) {
  const Places at(attrs);
  RecurrentSizes sizes;
  sizes.rows = in[at.y].shape[0];
  sizes.width = in[at.y].shape[1];
  sizes.batch = in[at.h0].shape[0];
  sizes.hidden = in[at.w_hh].shape[0] / attrs.gates();
  sizes.steps = attrs.packed ? in[at.batch_sizes].shape[0] : sizes.batch == 0 ? 0 : sizes.rows / sizes.batch;
  return sizes;
}

// Buffers of one run. What the kind does not have is null.
template <class T>
struct Buffers {
  Buffers(const RecurrentAttrs& attrs, const KernelArgs& args) {
    const Places at(attrs);
    const auto in = [&](size_t i, bool present) { return present ? static_cast<const T*>(args.in[i]) : nullptr; };
    grad_y = in(at.grad_y, true), grad_hn = in(at.grad_hn, true), grad_cn = in(at.grad_cn, attrs.lstm());
    y = in(at.y, true), kept = in(at.kept, attrs.kept() > 0), cells = in(at.cells, attrs.lstm());
    h0 = in(at.h0, true), c0 = in(at.c0, attrs.lstm()), w_hh = in(at.w_hh, true), w_hr = in(at.w_hr, attrs.projected);
    size_t next = 0;
    const auto out = [&](bool present) { return present ? static_cast<T*>(args.out[next++]) : nullptr; };
    grad_gates = out(true), grad_state_gates = out(attrs.gru());
    grad_h = out(true), grad_c = out(attrs.lstm()), h_before = out(true);
    unprojected = out(attrs.projected), grad_projected = out(attrs.projected);
    if (!attrs.gru()) grad_state_gates = grad_gates;
    scratch = static_cast<T*>(args.scratch);
  }
  const T *grad_y, *grad_hn, *grad_cn, *y, *kept, *cells, *h0, *c0, *w_hh, *w_hr;
  T *grad_gates, *grad_state_gates, *grad_h, *grad_c, *h_before, *unprojected, *grad_projected;
  T* scratch;  // [B, H]: the gradients before the projection.
};

template <class T>
void RunRow(const RecurrentAttrs& attrs, const RecurrentSizes& sizes, const Buffers<T>& b, const Step& step,
            int64_t i) {
  const int64_t hidden = sizes.hidden;
  const int64_t row = step.begin + i;
  const T* kept = b.kept + row * attrs.kept() * hidden;
  T* grad_gates = b.grad_gates + row * attrs.gates() * hidden;
  T* grad_h = b.grad_h + i * sizes.width;
  switch (attrs.kind) {
    case RecurrentKind::kTanh:
      return recurrent::TanhBackward(hidden, grad_h, b.y + row * hidden, grad_gates);
    case RecurrentKind::kRelu:
      return recurrent::ReluBackward(hidden, grad_h, b.y + row * hidden, grad_gates);
    case RecurrentKind::kGru:
      return recurrent::GruBackward(hidden, kept, b.h_before + row * hidden, grad_h, grad_gates,
                                    b.grad_state_gates + row * attrs.gates() * hidden);
    case RecurrentKind::kLstm:
      const T* cell = b.cells + row * hidden;
      const T* c_before = i < step.before_count ? b.cells + (step.before + i) * hidden : b.c0 + i * hidden;
      if (attrs.projected) recurrent::LstmHidden(hidden, kept, cell, b.unprojected + row * hidden);
      return recurrent::LstmBackward(hidden, attrs.projected ? b.scratch + i * hidden : grad_h, kept, cell, c_before,
                                     b.grad_c + i * hidden, grad_gates);
  }
}

template <class T>
void RunStep(const RecurrentAttrs& attrs, const RecurrentSizes& sizes, const Buffers<T>& b, const Step& step) {
  const int64_t width = sizes.width;
  const int64_t gates = attrs.gates() * sizes.hidden;
  T* h_before = b.h_before + step.begin * width;
  std::copy_n(b.y + step.before * width, step.before_count * width, h_before);
  std::copy(b.h0 + step.before_count * width, b.h0 + step.count * width, h_before + step.before_count * width);
  const T* grad_y = b.grad_y + step.begin * width;
  for (int64_t i = 0; i < step.count * width; ++i) b.grad_h[i] += grad_y[i];
  if (attrs.projected) {
    std::copy_n(b.grad_h, step.count * width, b.grad_projected + step.begin * width);
    blas::Gemm(blas::Transpose::kNo, step.count, sizes.hidden, width, b.grad_h, width, b.w_hr, sizes.hidden, T{0},
               b.scratch, sizes.hidden);
  }
  for (int64_t i = 0; i < step.count; ++i) RunRow(attrs, sizes, b, step, i);
  blas::Gemm(blas::Transpose::kNo, step.count, width, gates, b.grad_state_gates + step.begin * gates, gates, b.w_hh,
             width, attrs.gru() ? T{1} : T{0}, b.grad_h, width);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> RecurrentBackwardOp::Infer(const Attrs& attrs,
                                                                   absl::Span<const TensorSpec> in) {
  const Places at(attrs);
  RETURN_IF_ERROR(CheckInputCount(kName, in, at.count));
  const RecurrentSizes sizes = SizesOf(attrs, in);
  const DType dtype = in[at.y].dtype;
  const TensorSpec gates = {dtype, {sizes.rows, attrs.gates() * sizes.hidden}};
  std::vector<TensorSpec> out = {gates};
  if (attrs.gru()) out.push_back(gates);
  out.push_back(in[at.h0]);
  if (attrs.lstm()) out.push_back(in[at.c0]);
  out.push_back(in[at.y]);
  if (attrs.projected) {
    out.push_back({dtype, {sizes.rows, sizes.hidden}});
    out.push_back(in[at.y]);
  }
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> RecurrentBackwardOp::MakeKernel(const Attrs& attrs,
                                                                        const KernelRequest& request) {
  const RecurrentSizes sizes = SizesOf(attrs, request.in);
  blas::Prepare();
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [attrs, sizes](const KernelArgs& args) {
      const Places at(attrs);
      const auto* batch_sizes = attrs.packed ? static_cast<const int64_t*>(args.in[at.batch_sizes]) : nullptr;
      if (attrs.packed) RETURN_IF_ERROR(CheckBatchSizes(sizes, batch_sizes));
      const Buffers<T> buffers(attrs, args);
      std::copy_n(buffers.grad_hn, sizes.batch * sizes.width, buffers.grad_h);
      if (attrs.lstm()) std::copy_n(buffers.grad_cn, sizes.batch * sizes.hidden, buffers.grad_c);
      ForEachStep(sizes, batch_sizes, attrs.reverse, /*backward=*/true,
                  [&](const Step& step) { RunStep(attrs, sizes, buffers, step); });
      return absl::OkStatus();
    };
    const int64_t scratch = attrs.projected ? sizes.batch * sizes.hidden : 0;
    return MakeSimpleKernel("blas", run, static_cast<size_t>(scratch) * sizeof(T));
  });
}

}  // namespace moduled::nn
