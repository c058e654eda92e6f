#include "nn/ops/recurrent.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/recurrent/cells.h"
#include "nn/ops/recurrent/steps.h"
#include "nn/ops/scratch_layout.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Buffers of one run. What the kind does not have is null.
template <class T>
struct Buffers {
  const T* gates;
  const T* w_hh;
  const T* b_hh;
  const T* w_hr;
  T* y;
  T* h;  // The states, which are the final ones in the end.
  T* c;
  T* kept;
  T* cells;
  T* state_gates;  // Scratch, for the rows of one step.
  T* unprojected;
};

template <class T>
Buffers<T> BuffersOf(const RecurrentAttrs& attrs, const KernelArgs& args, size_t unprojected) {
  const auto in = [&](size_t i) { return static_cast<const T*>(args.in[i]); };
  const auto out = [&](size_t i) { return static_cast<T*>(args.out[i]); };
  return {.gates = in(RecurrentAttrs::kGates),
          .w_hh = in(attrs.w_hh()),
          .b_hh = attrs.bias ? in(attrs.b_hh()) : nullptr,
          .w_hr = attrs.projected ? in(attrs.w_hr()) : nullptr,
          .y = out(0),
          .h = out(1),
          .c = attrs.lstm() ? out(2) : nullptr,
          .kept = attrs.kept() == 0 ? nullptr : out(attrs.lstm() ? 3 : 2),
          .cells = attrs.lstm() ? out(4) : nullptr,
          .state_gates = ScratchLayout::At<T>(args.scratch, 0),
          .unprojected = ScratchLayout::At<T>(args.scratch, unprojected)};
}

template <class T>
void RunRow(const RecurrentAttrs& attrs, const RecurrentSizes& sizes, const Buffers<T>& b, int64_t row,
            int64_t sequence) {
  const int64_t hidden = sizes.hidden;
  const T* x = b.gates + row * attrs.gates() * hidden;
  const T* u = b.state_gates + sequence * attrs.gates() * hidden;
  T* h = b.h + sequence * hidden;
  T* kept = b.kept + row * attrs.kept() * hidden;
  switch (attrs.kind) {
    case RecurrentKind::kTanh:
      return recurrent::TanhForward(hidden, x, u, h);
    case RecurrentKind::kRelu:
      return recurrent::ReluForward(hidden, x, u, h);
    case RecurrentKind::kGru:
      return recurrent::GruForward(hidden, x, u, kept, h);
    case RecurrentKind::kLstm:
      T* result = attrs.projected ? b.unprojected + sequence * hidden : h;
      return recurrent::LstmForward(hidden, x, u, b.c + sequence * hidden, kept, b.cells + row * hidden, result);
  }
}

template <class T>
void RunStep(const RecurrentAttrs& attrs, const RecurrentSizes& sizes, const Buffers<T>& b, const Step& step) {
  const int64_t gates = attrs.gates() * sizes.hidden;
  for (int64_t i = 0; i < step.count && b.b_hh != nullptr; ++i) std::copy_n(b.b_hh, gates, b.state_gates + i * gates);
  const T beta = b.b_hh == nullptr ? T{0} : T{1};
  if (step.count == 1) {
    blas::Gemv(blas::Transpose::kNo, gates, sizes.width, b.w_hh, b.h, beta, b.state_gates);
  } else {
    blas::Gemm(blas::Transpose::kYes, step.count, gates, sizes.width, b.h, sizes.width, b.w_hh, sizes.width, beta,
               b.state_gates, gates);
  }
  for (int64_t i = 0; i < step.count; ++i) RunRow(attrs, sizes, b, step.begin + i, i);
  if (attrs.projected) {
    blas::Gemm(blas::Transpose::kYes, step.count, sizes.width, sizes.hidden, b.unprojected, sizes.hidden, b.w_hr,
               sizes.hidden, T{0}, b.h, sizes.width);
  }
  std::copy_n(b.h, step.count * sizes.width, b.y + step.begin * sizes.width);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> RecurrentOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  ASSIGN_OR_RETURN(const RecurrentSizes sizes, MeasureRecurrent(attrs, in));
  const DType dtype = in[0].dtype;
  std::vector<TensorSpec> out = {{dtype, {sizes.rows, sizes.width}}, in[Attrs::kH0]};
  if (attrs.lstm()) out.push_back(in[Attrs::kC0]);
  if (attrs.kept() > 0) out.push_back({dtype, {sizes.rows, attrs.kept() * sizes.hidden}});
  if (attrs.lstm()) out.push_back({dtype, {sizes.rows, sizes.hidden}});
  for (const TensorSpec& spec : out) RETURN_IF_ERROR(spec.Check());
  // The scratch of one step.
  RETURN_IF_ERROR(TensorSpec({dtype, {sizes.batch, (attrs.gates() + 1) * sizes.hidden}}).Check());
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> RecurrentOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  ASSIGN_OR_RETURN(const RecurrentSizes sizes, MeasureRecurrent(attrs, request.in));
  blas::Prepare();
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    ScratchLayout scratch;
    scratch.Add(static_cast<size_t>(sizes.batch * attrs.gates() * sizes.hidden) * sizeof(T));
    const size_t unprojected = scratch.Add(static_cast<size_t>(sizes.batch * sizes.hidden) * sizeof(T));
    const auto run = [attrs, sizes, unprojected](const KernelArgs& args) {
      const auto* batch_sizes = attrs.packed ? static_cast<const int64_t*>(args.in[attrs.batch_sizes()]) : nullptr;
      if (attrs.packed) RETURN_IF_ERROR(CheckBatchSizes(sizes, batch_sizes));
      const Buffers<T> buffers = BuffersOf<T>(attrs, args, unprojected);
      std::copy_n(static_cast<const T*>(args.in[Attrs::kH0]), sizes.batch * sizes.width, buffers.h);
      if (attrs.lstm()) {
        std::copy_n(static_cast<const T*>(args.in[Attrs::kC0]), sizes.batch * sizes.hidden, buffers.c);
      }
      ForEachStep(sizes, batch_sizes, attrs.reverse, /*backward=*/false,
                  [&](const Step& step) { RunStep(attrs, sizes, buffers, step); });
      return absl::OkStatus();
    };
    return MakeSimpleKernel("blas", run, scratch.bytes());
  });
}

}  // namespace moduled::nn
