#include "nn/ops/ctc_loss.h"

#include <cmath>
#include <utility>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/ctc/lattice.h"
#include "nn/ops/ctc/samples.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

CtcSamples SamplesOf(const CtcBatch& batch, const void* const* in) {
  return {batch, static_cast<const int64_t*>(in[1]), static_cast<const int64_t*>(in[2]),
          static_cast<const int64_t*>(in[3])};
}

template <class T>
CtcLogProbs<T> LogProbsOf(const CtcBatch& batch, const CtcSample& sample, const void* log_probs) {
  return {static_cast<const T*>(log_probs) + sample.index * batch.classes, batch.n * batch.classes};
}

// With the rows of two steps for scratch.
template <class T>
double LossOf(const CtcSample& sample, const CtcLogProbs<T>& log_probs, double* alpha, double* next) {
  if (sample.steps > 0) StartAlpha(sample, log_probs, alpha);
  for (int64_t step = 1; step < sample.steps; ++step) {
    AdvanceAlpha(sample, log_probs, step, alpha, next);
    std::swap(alpha, next);
  }
  return LossOfAlpha(sample, alpha);
}

// Where the backward pass keeps its numbers.
struct BackwardScratch {
  double* alpha;     // [steps, states]
  double* beta;      // [states]
  double* next;      // [states]
  double* of_class;  // [classes]
};

// grad = (exp(x) - exp(log(sum of alpha beta over the states of the class) + loss - x)) grad_y
template <class T>
void WriteStep(const CtcSample& sample, const CtcLogProbs<T>& log_probs, int64_t step, int64_t classes, double loss,
               double grad, const double* alpha, const BackwardScratch& scratch, T* grad_x) {
  std::fill_n(scratch.of_class, classes, kLogZero);
  for (int64_t s = 0; s < sample.states(); ++s) {
    double& sum = scratch.of_class[sample.Label(s)];
    sum = LogSum(sum, alpha[s] + scratch.beta[s]);
  }
  for (int64_t c = 0; c < classes; ++c) {
    const double x = log_probs(step, c);
    grad_x[c] = static_cast<T>((std::exp(x) - std::exp(scratch.of_class[c] + loss - x)) * grad);
  }
}

template <class T>
void WriteGradient(const CtcBatch& batch, const CtcSample& sample, const CtcLogProbs<T>& log_probs, bool zero_infinity,
                   double grad, BackwardScratch scratch, T* grad_x) {
  if (sample.steps == 0) return;
  const int64_t states = sample.states();
  StartAlpha(sample, log_probs, scratch.alpha);
  for (int64_t step = 1; step < sample.steps; ++step) {
    double* const row = scratch.alpha + step * states;
    AdvanceAlpha(sample, log_probs, step, row - states, row);
  }
  const double loss = LossOfAlpha(sample, scratch.alpha + (sample.steps - 1) * states);
  if (zero_infinity && std::isinf(loss) && loss > 0) return;
  StartBeta(sample, log_probs, scratch.beta);
  for (int64_t step = sample.steps - 1; step >= 0; --step) {
    WriteStep(sample, log_probs, step, batch.classes, loss, grad, scratch.alpha + step * states, scratch,
              grad_x + step * log_probs.stride);
    if (step == 0) break;
    RetreatBeta(sample, log_probs, step - 1, scratch.beta, scratch.next);
    std::swap(scratch.beta, scratch.next);
  }
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> CtcLossOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  ASSIGN_OR_RETURN(const CtcBatch batch, CheckCtcBatch(attrs, in));
  return std::vector<TensorSpec>{{in[0].dtype, {batch.n}}};
}

absl::StatusOr<std::unique_ptr<Kernel>> CtcLossOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  ASSIGN_OR_RETURN(const CtcBatch batch, CheckCtcBatch(attrs, request.in));
  const auto scratch_bytes = static_cast<size_t>(2 * batch.max_states()) * sizeof(double);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [batch, zero_infinity = attrs.zero_infinity](const KernelArgs& args) {
      const CtcSamples samples = SamplesOf(batch, args.in.data());
      RETURN_IF_ERROR(samples.Check());
      auto* rows = static_cast<double*>(args.scratch);
      auto* y = static_cast<T*>(args.out[0]);
      samples.ForEach([&](const CtcSample& sample) {
        const auto log_probs = LogProbsOf<T>(batch, sample, args.in[0]);
        const double loss = LossOf(sample, log_probs, rows, rows + batch.max_states());
        const bool infinite = std::isinf(loss) && loss > 0;
        y[sample.index] = zero_infinity && infinite ? T{0} : static_cast<T>(loss);
      });
      return absl::OkStatus();
    };
    return MakeSimpleKernel("lattice", run, scratch_bytes);
  });
}

absl::Status CtcLossOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.wants(0)) return absl::OkStatus();
  return scope.Set(
      0, scope.Apply<CtcLossBackwardOp>(attrs, {scope.grad(), scope.in(0), scope.in(1), scope.in(2), scope.in(3)}));
}

absl::StatusOr<std::vector<TensorSpec>> CtcLossBackwardOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in.empty()) return absl::InvalidArgumentError("ctc_loss_backward: no inputs");
  ASSIGN_OR_RETURN(const CtcBatch batch, CheckCtcBatch(attrs, in.subspan(1)));
  if (!(in[0] == TensorSpec{in[1].dtype, {batch.n}})) {
    return absl::InvalidArgumentError("ctc_loss_backward: the gradient is not the loss's");
  }
  return std::vector<TensorSpec>{in[1]};
}

absl::StatusOr<std::unique_ptr<Kernel>> CtcLossBackwardOp::MakeKernel(const Attrs& attrs,
                                                                      const KernelRequest& request) {
  ASSIGN_OR_RETURN(const CtcBatch batch, CheckCtcBatch(attrs, request.in.subspan(1)));
  const int64_t states = batch.max_states();
  const auto scratch_bytes = static_cast<size_t>(states * (batch.steps + 2) + batch.classes) * sizeof(double);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [batch, states, zero_infinity = attrs.zero_infinity](const KernelArgs& args) {
      const CtcSamples samples = SamplesOf(batch, args.in.data() + 1);
      RETURN_IF_ERROR(samples.Check());
      auto* numbers = static_cast<double*>(args.scratch);
      const BackwardScratch scratch{numbers, numbers + states * batch.steps, numbers + states * (batch.steps + 1),
                                    numbers + states * (batch.steps + 2)};
      const auto* grad = static_cast<const T*>(args.in[0]);
      auto* grad_x = static_cast<T*>(args.out[0]);
      std::fill_n(grad_x, batch.steps * batch.n * batch.classes, T{0});
      samples.ForEach([&](const CtcSample& sample) {
        WriteGradient(batch, sample, LogProbsOf<T>(batch, sample, args.in[1]), zero_infinity, grad[sample.index],
                      scratch, grad_x + sample.index * batch.classes);
      });
      return absl::OkStatus();
    };
    return MakeSimpleKernel("lattice", run, scratch_bytes);
  });
}

}  // namespace moduled::nn
