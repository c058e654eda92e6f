#include "server/models/batching.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

// Rows that are held against each alone.
constexpr int64_t kTriedRows = 4;
// Of what another order of summation may cost, relative to the largest result; bfloat16 keeps eight bits.
constexpr double kTolerance = 1e-3;
constexpr double kFastTolerance = 5e-2;

// A batch twice as large must make each row cheaper by this much to be worth its wait.
constexpr double kLeastGain = 0.05;
constexpr int64_t kMostRows = 64;
// Calls that come while a run goes on wait for its end.
constexpr absl::Duration kLongestRun = absl::Milliseconds(200);
constexpr int kMeasuredRuns = 3;

// Why the signature alone rules it out; empty if it does not.
std::string RuledOut(const nn::ModelSignature& signature) {
  if (signature.outputs.empty()) return "the signature has no outputs";
  for (const auto* ports : {&signature.inputs, &signature.outputs}) {
    for (const nn::ModelPort& port : *ports) {
      if (port.shape.empty() || port.shape[0] != -1) {
        return absl::StrCat("the first extent of ", port.name, " is not free");
      }
    }
  }
  for (const nn::ModelPort& port : signature.inputs) {
    if (absl::StrContains(port.name, '.')) return "its arguments are nested";
  }
  return "";
}

std::vector<nn::TensorSpec> WithRows(std::vector<nn::TensorSpec> specs, int64_t rows) {
  for (nn::TensorSpec& spec : specs) spec.shape[0] = rows;
  return specs;
}

// Rows that differ from each other: what one row has of another is to show. Integers are small, as of classes.
absl::StatusOr<std::vector<nn::Tensor>> Sample(const std::vector<nn::TensorSpec>& specs) {
  std::minstd_rand random(1);
  std::normal_distribution<double> normal;
  std::vector<nn::Tensor> inputs;
  for (const nn::TensorSpec& spec : specs) {
    ASSIGN_OR_RETURN(nn::Tensor doubles, nn::Tensor::Allocate({nn::DType::kFloat64, spec.shape}));
    const bool is_float = nn::IsFloatingPoint(spec.dtype);
    for (double& element : doubles.mutable_elements<double>()) {
      element = is_float ? normal(random) : static_cast<double>(random() >> 8 & 1);
    }
    ASSIGN_OR_RETURN(nn::Tensor input, nn::Convert(doubles, spec.dtype));
    inputs.push_back(std::move(input));
  }
  return inputs;
}

nn::CallData CallOf(const std::vector<nn::Tensor>& inputs) {
  nn::CallData call;
  for (const nn::Tensor& input : inputs) call.args.emplace_back(input);
  return call;
}

absl::StatusOr<std::vector<nn::Tensor>> Run(nn::Model& model, const std::vector<nn::Tensor>& inputs, int threads,
                                            nn::Workspace& workspace) {
  ASSIGN_OR_RETURN(const nn::PreparedCall call, model.Prepare(CallOf(inputs), {.threads = threads}));
  ASSIGN_OR_RETURN(const nn::Datum result, call.plan->Execute(call.inputs, workspace));
  std::vector<nn::Tensor> outputs;
  ForEachLeaf(result, [&](const nn::Tensor& tensor) { outputs.push_back(tensor); });
  return outputs;
}

absl::StatusOr<bool> IsNear(const nn::Tensor& got, const nn::Tensor& want, double tolerance) {
  ASSIGN_OR_RETURN(const nn::Tensor a, nn::Convert(got, nn::DType::kFloat64));
  ASSIGN_OR_RETURN(const nn::Tensor b, nn::Convert(want, nn::DType::kFloat64));
  double largest = 0;
  double difference = 0;
  for (int64_t i = 0; i < b.numel(); ++i) {
    const double x = a.elements<double>()[i];
    const double y = b.elements<double>()[i];
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    if (!std::isfinite(x) || !std::isfinite(y)) return false;
    largest = std::max({largest, std::abs(x), std::abs(y)});
    difference = std::max(difference, std::abs(x - y));
  }
  return difference <= tolerance * largest;
}

// Whether each row of a batch gives what it gives alone.
absl::StatusOr<bool> IsIndependent(nn::Model& model, const std::vector<nn::TensorSpec>& specs, double tolerance,
                                   int threads, nn::Workspace& workspace) {
  ASSIGN_OR_RETURN(const std::vector<nn::Tensor> inputs, Sample(WithRows(specs, kTriedRows)));
  ASSIGN_OR_RETURN(const std::vector<nn::Tensor> together, Run(model, inputs, threads, workspace));
  for (int64_t row = 0; row < kTriedRows; ++row) {
    std::vector<nn::Tensor> own;
    for (const nn::Tensor& input : inputs) own.push_back(input.Rows(row, row + 1));
    ASSIGN_OR_RETURN(const std::vector<nn::Tensor> alone, Run(model, own, threads, workspace));
    if (alone.size() != together.size()) return false;
    for (size_t i = 0; i < alone.size(); ++i) {
      if (together[i].rank() == 0 || together[i].shape()[0] != kTriedRows) return false;
      const nn::Tensor part = together[i].Rows(row, row + 1);
      if (alone[i].spec() != part.spec()) return false;
      ASSIGN_OR_RETURN(const bool near, IsNear(part, alone[i], tolerance));
      if (!near) return false;
    }
  }
  return true;
}

// Of the least of some runs.
absl::StatusOr<absl::Duration> TimeOf(nn::Model& model, const std::vector<nn::TensorSpec>& specs,
                                      nn::Workspace& workspace) {
  ASSIGN_OR_RETURN(const std::vector<nn::Tensor> inputs, Sample(specs));
  ASSIGN_OR_RETURN(const nn::PreparedCall call, model.Prepare(CallOf(inputs), {.threads = 1}));
  absl::Duration best = absl::InfiniteDuration();
  for (int run = 0; run < kMeasuredRuns; ++run) {
    const absl::Time begin = absl::Now();
    RETURN_IF_ERROR(call.plan->Execute(call.inputs, workspace).status());
    best = std::min(best, absl::Now() - begin);
  }
  return best;
}

// 1, 2, 4, ... as long as rows become cheaper.
absl::StatusOr<std::vector<int64_t>> SizesThatPay(nn::Model& model, const std::vector<nn::TensorSpec>& specs,
                                                  const LoadOptions& options) {
  std::vector<int64_t> sizes;
  RETURN_IF_ERROR(options.run(1, [&](nn::Workspace& workspace) -> absl::Status {
    absl::Duration last = absl::InfiniteDuration();  // For a row.
    for (int64_t rows = 1; rows <= kMostRows; rows *= 2) {
      ASSIGN_OR_RETURN(const absl::Duration time, TimeOf(model, WithRows(specs, rows), workspace));
      const bool pays = time / rows <= last * (1 - kLeastGain);
      if (rows > 1 && (!pays || time > kLongestRun)) break;
      sizes.push_back(rows);
      last = time / rows;
    }
    return absl::OkStatus();
  }));
  return sizes;
}

std::vector<int64_t> SizesUpTo(int64_t max_rows) {
  std::vector<int64_t> sizes;
  for (int64_t rows = 1; rows < max_rows; rows *= 2) sizes.push_back(rows);
  sizes.push_back(max_rows);
  return sizes;
}

}  // namespace

int64_t Batching::SizeFor(int64_t rows) const { return *std::lower_bound(sizes.begin(), sizes.end(), rows); }

absl::StatusOr<Batching> FindBatching(nn::Model& model, const nn::ModelSignature& signature, int64_t max_rows,
                                      const LoadOptions& options) {
  if (max_rows == 1) return Batching{{}, "max_batch_size is 1"};
  if (std::string why = RuledOut(signature); !why.empty()) return Batching{{}, std::move(why)};
  ASSIGN_OR_RETURN(const std::vector<nn::TensorSpec> specs, nn::ExampleInputs(signature));
  const double tolerance = model.precision() == nn::Precision::kFast ? kFastTolerance : kTolerance;
  bool independent = false;
  const absl::Status tried = options.run(1, [&](nn::Workspace& workspace) -> absl::Status {
    ASSIGN_OR_RETURN(independent, IsIndependent(model, specs, tolerance, 1, workspace));
    return absl::OkStatus();
  });
  // It takes its example, but not other rows: then it takes no batches.
  if (absl::IsInvalidArgument(tried)) return Batching{{}, std::string(tried.message())};
  RETURN_IF_ERROR(tried);
  if (!independent) return Batching{{}, "its rows depend on each other"};
  Batching batching;
  if (max_rows > 1) {
    batching.sizes = SizesUpTo(max_rows);
  } else {
    ASSIGN_OR_RETURN(batching.sizes, SizesThatPay(model, specs, options));
    if (batching.sizes.size() < 2) return Batching{{}, "a batch takes as long as its rows one by one"};
  }
  for (const int64_t rows : batching.sizes) {
    ASSIGN_OR_RETURN(const std::vector<nn::Tensor> inputs, Sample(WithRows(specs, rows)));
    for (const int threads : options.thread_shares) {
      RETURN_IF_ERROR(options.run(
          threads, [&](nn::Workspace&) { return model.Prepare(CallOf(inputs), {.threads = threads}).status(); }));
    }
  }
  return batching;
}

}  // namespace moduled::server
