#include "server/models/warm_up.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nn/layers/init.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

// The same inputs for every model and every start.
constexpr uint64_t kSeed = 0;

// Types alone: nothing is read.
nn::CallData TypesOf(const std::vector<nn::TensorSpec>& specs) {
  nn::CallData arguments;
  for (const nn::TensorSpec& spec : specs) arguments.args.emplace_back(nn::Tensor::Wrap(spec, nullptr, nullptr));
  return arguments;
}

// The first run finds everything cold.
constexpr int kMeasuredRuns = 3;

// The elements of all tensors with fractions, one after the other.
absl::StatusOr<std::vector<double>> FloatsOf(const nn::Datum& datum) {
  std::vector<nn::Tensor> tensors;
  ForEachLeaf(datum, [&](const nn::Tensor& tensor) { tensors.push_back(tensor); });
  std::vector<double> floats;
  for (const nn::Tensor& tensor : tensors) {
    if (!nn::IsFloatingPoint(tensor.dtype())) continue;
    ASSIGN_OR_RETURN(const nn::Tensor doubles, nn::Convert(tensor, nn::DType::kFloat64));
    const auto elements = doubles.elements<double>();
    floats.insert(floats.end(), elements.begin(), elements.end());
  }
  return floats;
}

// Infinite where one of the two is not finite and the other is not the same.
double Deviation(const std::vector<double>& got, const std::vector<double>& want) {
  double difference = 0;
  double largest = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    if (got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) {
      if (std::isfinite(want[i])) largest = std::max(largest, std::abs(want[i]));
      continue;
    }
    if (!std::isfinite(got[i]) || !std::isfinite(want[i])) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, std::abs(got[i] - want[i]));
    largest = std::max(largest, std::abs(want[i]));
  }
  return difference == 0 ? 0 : difference / largest;
}

}  // namespace

bool HasExample(const nn::ModelSignature& signature) {
  return !signature.inputs.empty() && nn::ExampleInputs(signature).ok();
}

absl::StatusOr<nn::CallData> SampleArguments(const std::vector<nn::TensorSpec>& specs) {
  nn::Generator generator(kSeed);
  nn::CallData arguments;
  for (const nn::TensorSpec& spec : specs) {
    ASSIGN_OR_RETURN(nn::Tensor tensor, nn::Tensor::Zeros(spec));
    if (nn::IsFloatingPoint(spec.dtype)) nn::init::Normal(0, 1)(tensor, generator);
    arguments.args.emplace_back(std::move(tensor));
  }
  return arguments;
}

absl::Status WarmUp(nn::Model& model, const nn::ModelSignature& signature, const LoadOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<nn::TensorSpec> specs, nn::ExampleInputs(signature));
  for (const int threads : options.thread_shares) {
    const absl::Status made = options.run(
        threads, [&](nn::Workspace&) { return model.Prepare(TypesOf(specs), {.threads = threads}).status(); });
    if (!made.ok()) return {made.code(), absl::StrCat("the signature's example: ", made.message())};
  }
  return absl::OkStatus();
}

absl::StatusOr<RunCost> MeasureCost(nn::Model& model, const nn::ModelSignature& signature, const LoadOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<nn::TensorSpec> specs, nn::ExampleInputs(signature));
  RunCost cost{.bytes = 0};
  std::vector<nn::Tensor> inputs;
  for (const nn::TensorSpec& spec : specs) {
    ASSIGN_OR_RETURN(nn::Tensor zeros, nn::Tensor::Zeros(spec));
    cost.bytes += zeros.byte_size();
    inputs.push_back(std::move(zeros));
  }
  cost.bytes = std::max<size_t>(cost.bytes, 1);
  RETURN_IF_ERROR(options.run(1, [&](nn::Workspace& workspace) -> absl::Status {
    ASSIGN_OR_RETURN(const nn::PreparedCall call, model.Prepare(TypesOf(specs), {.threads = 1}));
    for (int run = 0; run < kMeasuredRuns; ++run) {
      const absl::Time begin = absl::Now();
      RETURN_IF_ERROR(call.plan->Execute(inputs, workspace).status());
      cost.time = std::min(cost.time, absl::Now() - begin);
    }
    return absl::OkStatus();
  }));
  return cost;
}

absl::StatusOr<double> MeasureDeviation(nn::Model& model, std::shared_ptr<const nn::Module> root,
                                        const nn::ModelSignature& signature, const LoadOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<nn::TensorSpec> specs, nn::ExampleInputs(signature));
  ASSIGN_OR_RETURN(const nn::CallData arguments, SampleArguments(specs));
  const int threads = options.thread_shares.front();
  nn::Model exact(std::move(root),
                  {.threads = threads, .precision = nn::Precision::kExact, .algorithms = options.algorithms});
  double deviation = 0;
  RETURN_IF_ERROR(options.run(threads, [&](nn::Workspace& workspace) -> absl::Status {
    ASSIGN_OR_RETURN(const nn::Datum want, exact.Forward(arguments, workspace));
    ASSIGN_OR_RETURN(const nn::PreparedCall call, model.Prepare(arguments, {.threads = threads}));
    ASSIGN_OR_RETURN(const nn::Datum got, call.plan->Execute(call.inputs, workspace));
    ASSIGN_OR_RETURN(const std::vector<double> wanted, FloatsOf(want));
    ASSIGN_OR_RETURN(const std::vector<double> gotten, FloatsOf(got));
    deviation = Deviation(gotten, wanted);
    return absl::OkStatus();
  }));
  return deviation;
}

}  // namespace moduled::server
