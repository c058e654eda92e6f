#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/recurrent/buffers.h"
#include "nn/ops/recurrent/cells.h"
#include "nn/ops/recurrent/problem.h"
#include "nn/ops/recurrent/steps.h"
#include "nn/ops/scratch_layout.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::recurrent {
namespace {

// Where the buffers of a step are in the scratch. What the gradient needs has a row for each sequence there, where the
// operator does not answer it.
struct Scratch {
  Scratch(const Problem& problem, size_t element) {
    const auto add = [&](int64_t width) {
      return layout.Add(static_cast<size_t>(problem.sizes.batch * width) * element);
    };
    state_gates = add(problem.attrs.gates() * problem.sizes.hidden);
    unprojected = add(problem.attrs.projected ? problem.sizes.hidden : 0);
    kept = add(problem.attrs.keeps ? 0 : problem.attrs.kept() * problem.sizes.hidden);
    cells = add(problem.attrs.keeps ? 0 : problem.sizes.hidden);
  }
  ScratchLayout layout;
  size_t state_gates, unprojected, kept, cells;
};

template <class T>
class BlasRun {
 public:
  BlasRun(const Problem& problem, const Scratch& scratch, const KernelArgs& args)
      : attrs_(problem.attrs),
        sizes_(problem.sizes),
        b_(problem.attrs, args),
        state_gates_(ScratchLayout::At<T>(args.scratch, scratch.state_gates)),
        unprojected_(ScratchLayout::At<T>(args.scratch, scratch.unprojected)),
        kept_(ScratchLayout::At<T>(args.scratch, scratch.kept)),
        cells_(ScratchLayout::At<T>(args.scratch, scratch.cells)) {}

  absl::Status Run() const {
    if (b_.batch_sizes != nullptr) RETURN_IF_ERROR(CheckBatchSizes(sizes_, b_.batch_sizes));
    b_.StartFromInitialStates(sizes_);
    ForEachStep(sizes_, b_.batch_sizes, attrs_.reverse, /*backward=*/false, [&](const Step& step) { RunStep(step); });
    return absl::OkStatus();
  }

 private:
  void RunStep(const Step& step) const;
  void RunRow(int64_t row, int64_t sequence) const;

  const RecurrentAttrs& attrs_;
  const RecurrentSizes& sizes_;
  const Buffers<T> b_;
  T* const state_gates_;
  T* const unprojected_;
  T* const kept_;
  T* const cells_;
};

template <class T>
void BlasRun<T>::RunRow(int64_t row, int64_t sequence) const {
  const int64_t hidden = sizes_.hidden;
  const T* x = b_.gates + row * attrs_.gates() * hidden;
  const T* u = state_gates_ + sequence * attrs_.gates() * hidden;
  T* h = b_.hn + sequence * hidden;
  T* kept = (b_.kept == nullptr ? kept_ + sequence * attrs_.kept() * hidden : b_.kept + row * attrs_.kept() * hidden);
  switch (attrs_.kind) {
    case RecurrentKind::kTanh:
      return TanhForward(hidden, x, u, h);
    case RecurrentKind::kRelu:
      return ReluForward(hidden, x, u, h);
    case RecurrentKind::kGru:
      return GruForward(hidden, x, u, kept, h);
    case RecurrentKind::kLstm:
      T* cells = b_.cells == nullptr ? cells_ + sequence * hidden : b_.cells + row * hidden;
      T* result = attrs_.projected ? unprojected_ + sequence * hidden : h;
      return LstmForward(hidden, x, u, b_.cn + sequence * hidden, kept, cells, result);
  }
}

template <class T>
void BlasRun<T>::RunStep(const Step& step) const {
  const int64_t gates = attrs_.gates() * sizes_.hidden;
  for (int64_t i = 0; i < step.count && b_.b_hh != nullptr; ++i) std::copy_n(b_.b_hh, gates, state_gates_ + i * gates);
  const T beta = b_.b_hh == nullptr ? T{0} : T{1};
  if (step.count == 1) {
    blas::Gemv(blas::Transpose::kNo, gates, sizes_.width, b_.w_hh, b_.hn, beta, state_gates_);
  } else {
    blas::Gemm(blas::Transpose::kYes, step.count, gates, sizes_.width, b_.hn, sizes_.width, b_.w_hh, sizes_.width, beta,
               state_gates_, gates);
  }
  for (int64_t i = 0; i < step.count; ++i) RunRow(step.begin + i, i);
  if (attrs_.projected) {
    blas::Gemm(blas::Transpose::kYes, step.count, sizes_.width, sizes_.hidden, unprojected_, sizes_.hidden, b_.w_hr,
               sizes_.hidden, T{0}, b_.hn, sizes_.width);
  }
  std::copy_n(b_.hn, step.count * sizes_.width, b_.y + step.begin * sizes_.width);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeBlasKernel(const Problem& problem, const KernelRequest& request) {
  blas::Prepare();
  return MakeKernelFor(FloatTypes(), "recurrent", request.in[0].dtype, [&]<class T>() {
    const Scratch scratch(problem, sizeof(T));
    const auto run = [problem, scratch](const KernelArgs& args) { return BlasRun<T>(problem, scratch, args).Run(); };
    return MakeSimpleKernel("blas", run, scratch.layout.bytes());
  });
}

}  // namespace moduled::nn::recurrent
