#include "nn/ops/measured_choice.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/graph/algorithm_cache.h"
#include "nn/graph/pack_cache.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Relative to the largest result: some 30 times the rounding of a direct sum, a tenth of what DEFAULT promises.
constexpr double kWinogradTolerance = 1e-4;

// Enough for the least of some runs to be near the truth, also where others use the processor: slow kernels run less
// often, fast ones for long enough to see a quiet moment.
constexpr int kLeastRounds = 5;
constexpr int kMostRounds = 100;
constexpr std::chrono::milliseconds kLeastTime(4);
constexpr std::chrono::milliseconds kMostTime(60);

// What takes longer on one thread is worth waking others for, even if these were busy with something else just now.
constexpr std::chrono::microseconds kLongestAlone(150);

struct Trial {
  const MeasuredCandidate* candidate;
  std::unique_ptr<Kernel> kernel;
  std::chrono::nanoseconds best = std::chrono::nanoseconds::max();
};

// Buffers of a request's types: constants as they are, other inputs random.
class Bench {
 public:
  static absl::StatusOr<Bench> Make(const KernelRequest& request) {
    Bench bench;
    std::minstd_rand random(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (size_t i = 0; i < request.in.size(); ++i) {
      if (request.constants[i] != nullptr) {
        ASSIGN_OR_RETURN(Tensor known, request.constants[i]->Get());
        bench.inputs_.push_back(std::move(known));
        continue;
      }
      ASSIGN_OR_RETURN(Tensor input, Tensor::Zeros(request.in[i]));
      if (input.dtype() == DType::kFloat32) {
        for (float& element : input.mutable_elements<float>()) element = uniform(random);
      }
      bench.inputs_.push_back(std::move(input));
    }
    for (const TensorSpec& spec : request.out) {
      ASSIGN_OR_RETURN(Tensor output, Tensor::Zeros(spec));
      bench.outputs_.push_back(std::move(output));
    }
    return bench;
  }

  absl::Status Run(const Kernel& kernel) {
    if (scratch_.byte_size() < kernel.scratch_bytes()) {
      ASSIGN_OR_RETURN(scratch_, Tensor::Allocate({DType::kUInt8, {static_cast<int64_t>(kernel.scratch_bytes())}}));
    }
    std::vector<const void*> in;
    std::vector<void*> out;
    for (const Tensor& input : inputs_) in.push_back(input.data());
    for (Tensor& output : outputs_) out.push_back(output.mutable_data());
    return kernel.Run({in, out, scratch_.mutable_data()});
  }

  // The run before the timed one wakes the threads that take part, as the step before does in a plan.
  absl::Status Time(Trial& trial) {
    RETURN_IF_ERROR(Run(*trial.kernel));
    const auto start = std::chrono::steady_clock::now();
    RETURN_IF_ERROR(Run(*trial.kernel));
    trial.best = std::min<std::chrono::nanoseconds>(trial.best, std::chrono::steady_clock::now() - start);
    return absl::OkStatus();
  }

  std::vector<float> Results() const {
    const absl::Span<const float> elements = outputs_[0].elements<float>();
    return {elements.begin(), elements.end()};
  }

 private:
  std::vector<Tensor> inputs_;
  std::vector<Tensor> outputs_;
  Tensor scratch_;
};

// Whether `got` is as near to `want` as results of Winograd must be.
bool IsNear(const std::vector<float>& got, const std::vector<float>& want) {
  double largest = 0;
  double error = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::fabs(static_cast<double>(want[i])));
    const double difference = std::fabs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
    if (!(difference <= std::numeric_limits<float>::max())) return false;  // NaN and infinity too.
    error = std::max(error, difference);
  }
  return error <= kWinogradTolerance * largest;
}

// Makes what does not refuse; the last resorts only if all others do.
absl::StatusOr<std::vector<Trial>> MakeTrials(absl::string_view problem,
                                              absl::Span<const MeasuredCandidate> candidates) {
  std::vector<Trial> trials;
  std::vector<std::string> refusals;
  for (const bool last_resort : {false, true}) {
    if (!trials.empty()) break;
    for (const MeasuredCandidate& candidate : candidates) {
      if (candidate.last_resort != last_resort) continue;
      absl::StatusOr<std::unique_ptr<Kernel>> kernel = candidate.make();
      if (absl::IsUnimplemented(kernel.status())) {
        refusals.push_back(absl::StrCat(candidate.name, ": ", kernel.status().message()));
        continue;
      }
      if (!kernel.ok()) return kernel.status();
      trials.push_back({&candidate, *std::move(kernel)});
    }
  }
  if (!trials.empty()) return trials;
  return absl::InternalError(absl::StrCat(problem, ": every kernel refused: ", absl::StrJoin(refusals, "; ")));
}

// Removes the trials that are not near enough to the first exact one.
absl::Status RemoveInexact(Bench& bench, std::vector<Trial>& trials) {
  const auto is_exact = [](const Trial& trial) { return trial.candidate->faithfulness == Faithfulness::kSame; };
  const auto exact = std::find_if(trials.begin(), trials.end(), is_exact);
  if (exact == trials.end()) return absl::OkStatus();
  RETURN_IF_ERROR(bench.Run(*exact->kernel));
  const std::vector<float> want = bench.Results();
  for (Trial& trial : trials) {
    if (trial.candidate->faithfulness != Faithfulness::kWinograd) continue;
    RETURN_IF_ERROR(bench.Run(*trial.kernel));
    if (!IsNear(bench.Results(), want)) trial.kernel.reset();
  }
  trials.erase(std::remove_if(trials.begin(), trials.end(), [](const Trial& t) { return t.kernel == nullptr; }),
               trials.end());
  return absl::OkStatus();
}

absl::StatusOr<Trial> Fastest(Bench& bench, std::vector<Trial> trials) {
  for (Trial& trial : trials) RETURN_IF_ERROR(bench.Run(*trial.kernel));  // Pages and caches.
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [start] { return std::chrono::steady_clock::now() - start; };
  for (int round = 0; round < kMostRounds && elapsed() < kMostTime; ++round) {
    if (round >= kLeastRounds && elapsed() > kLeastTime) break;
    for (Trial& trial : trials) RETURN_IF_ERROR(bench.Time(trial));
  }
  const auto is_long = [](const Trial& trial) { return trial.candidate->alone && trial.best > kLongestAlone; };
  const bool some_share = !std::all_of(trials.begin(), trials.end(), [](const Trial& t) { return t.candidate->alone; });
  if (some_share) trials.erase(std::remove_if(trials.begin(), trials.end(), is_long), trials.end());
  return std::move(
      *std::min_element(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) { return a.best < b.best; }));
}

// What a choice depends on. Which inputs are constants decides what can be packed ahead; and a choice between other
// candidates, of another version's, is none between these.
std::string KeyOf(absl::string_view problem, absl::Span<const MeasuredCandidate> candidates,
                  const KernelRequest& request) {
  const auto is_constant = [](std::string* out, const KnownInput* input) { out->push_back(input ? '1' : '0'); };
  const auto name = [](std::string* out, const MeasuredCandidate& candidate) { absl::StrAppend(out, candidate.name); };
  return absl::StrCat(problem, " constants=", absl::StrJoin(request.constants.first(2), "", is_constant),
                      " of=", absl::StrJoin(candidates, ",", name));
}

// The first kernel that is exact, null if there is none.
absl::StatusOr<std::unique_ptr<Kernel>> MakeExact(absl::Span<const MeasuredCandidate> candidates) {
  for (const bool last_resort : {false, true}) {
    for (const MeasuredCandidate& candidate : candidates) {
      if (candidate.faithfulness != Faithfulness::kSame || candidate.last_resort != last_resort) continue;
      absl::StatusOr<std::unique_ptr<Kernel>> kernel = candidate.make();
      if (!absl::IsUnimplemented(kernel.status())) return kernel;
    }
  }
  return nullptr;
}

// Whether a kernel of Winograd's is exact enough for the weights at hand. Its speed is known.
absl::StatusOr<bool> IsExactEnough(const Kernel& kernel, absl::Span<const MeasuredCandidate> candidates,
                                   const KernelRequest& request) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Kernel> exact, MakeExact(candidates));
  if (exact == nullptr) return true;  // As when it was measured.
  ASSIGN_OR_RETURN(Bench bench, Bench::Make(request));
  RETURN_IF_ERROR(bench.Run(*exact));
  const std::vector<float> want = bench.Results();
  RETURN_IF_ERROR(bench.Run(kernel));
  return IsNear(bench.Results(), want);
}

// The kernel that was chosen before, null if it cannot be taken again.
absl::StatusOr<std::unique_ptr<Kernel>> Known(const std::string& key, absl::Span<const MeasuredCandidate> candidates,
                                              const KernelRequest& request) {
  const std::optional<std::string> name = request.algorithms->Find(key);
  if (!name.has_value()) return nullptr;
  const auto candidate = std::find_if(candidates.begin(), candidates.end(),
                                      [&](const MeasuredCandidate& each) { return each.name == *name; });
  if (candidate == candidates.end()) return nullptr;
  absl::StatusOr<std::unique_ptr<Kernel>> kernel = candidate->make();
  if (absl::IsUnimplemented(kernel.status())) return nullptr;
  if (!kernel.ok() || candidate->faithfulness != Faithfulness::kWinograd) return kernel;
  // Other weights have another error.
  if (request.packs != nullptr && request.packs->Knows(*request.constants[1], key)) return kernel;
  ASSIGN_OR_RETURN(const bool exact_enough, IsExactEnough(**kernel, candidates, request));
  if (!exact_enough) return nullptr;
  if (request.packs != nullptr) request.packs->Remember(*request.constants[1], key);
  return kernel;
}

}  // namespace

std::string ProblemText(absl::string_view op, const std::string& detail, const KernelRequest& request) {
  const auto text_of = [](std::string* out, const TensorSpec& spec) { out->append(spec.ToString()); };
  return absl::StrCat(op, " ", detail, " [", absl::StrJoin(request.in.first(2), " ", text_of), "] -> [",
                      absl::StrJoin(request.out, " ", text_of), "] threads=", request.threads,
                      " precision=", static_cast<int>(request.precision));
}

bool IsAllowed(Faithfulness faithfulness, Precision precision) {
  switch (faithfulness) {
    case Faithfulness::kSame:
      return true;
    case Faithfulness::kSplit:
    case Faithfulness::kWinograd:
      return precision != Precision::kExact;
    case Faithfulness::kBfloat16:
      return precision == Precision::kFast;
  }
  return false;
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeFastest(absl::string_view problem,
                                                    absl::Span<const MeasuredCandidate> candidates,
                                                    const KernelRequest& request) {
  const std::string key = KeyOf(problem, candidates, request);
  if (request.algorithms != nullptr) {
    ASSIGN_OR_RETURN(std::unique_ptr<Kernel> known, Known(key, candidates, request));
    if (known != nullptr) return known;
  }
  ASSIGN_OR_RETURN(std::vector<Trial> trials, MakeTrials(problem, candidates));
  if (request.algorithms == nullptr) {
    const auto unchecked = [](const Trial& t) { return t.candidate->faithfulness != Faithfulness::kWinograd; };
    const auto first = std::find_if(trials.begin(), trials.end(), unchecked);
    if (first != trials.end()) return std::move(first->kernel);
  }
  if (trials.size() == 1 && trials[0].candidate->faithfulness != Faithfulness::kWinograd) {
    return std::move(trials[0].kernel);
  }
  ASSIGN_OR_RETURN(Bench bench, Bench::Make(request));
  RETURN_IF_ERROR(RemoveInexact(bench, trials));
  if (trials.empty()) return absl::InternalError(absl::StrCat(problem, ": no kernel is exact enough"));
  ASSIGN_OR_RETURN(Trial fastest, Fastest(bench, std::move(trials)));
  if (request.algorithms != nullptr) request.algorithms->Insert(key, fastest.candidate->name);
  if (fastest.candidate->faithfulness == Faithfulness::kWinograd && request.packs != nullptr) {
    request.packs->Remember(*request.constants[1], key);
  }
  return std::move(fastest.kernel);
}

}  // namespace moduled::nn
