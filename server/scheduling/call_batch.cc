#include "server/scheduling/call_batch.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/time/clock.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

using Calls = std::vector<std::shared_ptr<BatchCall>>;

// Stops when the last of the callers has gone.
class AllCancelled {
 public:
  explicit AllCancelled(const Calls& calls) : left_(calls.size()) {
    for (const auto& call : calls) {
      watches_.push_back(std::make_unique<Watch>(call->call.context.cancelled, [this] {
        if (--left_ == 0) stop_.request_stop();
      }));
    }
  }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  using Watch = std::stop_callback<std::function<void()>>;

  std::atomic<size_t> left_;
  std::stop_source stop_;
  std::vector<std::unique_ptr<Watch>> watches_;  // The last member: they use the others.
};

// The calls' rows one after the other, and zeros up to the size of the run: the only copy that is made of them.
absl::StatusOr<nn::Tensor> Gather(const Calls& calls, size_t argument, int64_t size) {
  nn::TensorSpec spec = calls.front()->call.arguments.args[argument].As<nn::Tensor>()->spec();
  spec.shape[0] = size;
  ASSIGN_OR_RETURN(nn::Tensor rows, nn::Tensor::Allocate(std::move(spec)));
  auto* to = static_cast<uint8_t*>(rows.mutable_data());
  const uint8_t* const end = to + rows.byte_size();
  for (const auto& call : calls) {
    const nn::Tensor& part = *call->call.arguments.args[argument].As<nn::Tensor>();
    part.CopyElementsTo(to);
    to += part.byte_size();
  }
  std::memset(to, 0, static_cast<size_t>(end - to));
  return rows;
}

absl::StatusOr<nn::Datum> Execute(const Calls& calls, int64_t rows, const ComputeShare& share) {
  const LoadedModel& model = *calls.front()->model;
  nn::CallData arguments;
  const int64_t size = model.batching().SizeFor(rows);
  for (size_t i = 0; i < calls.front()->call.arguments.args.size(); ++i) {
    ASSIGN_OR_RETURN(nn::Tensor gathered, Gather(calls, i, size));
    arguments.args.emplace_back(std::move(gathered));
  }
  ASSIGN_OR_RETURN(const nn::PreparedCall prepared, model.model().Prepare(arguments, {.threads = share.threads}));
  absl::Time deadline = absl::InfinitePast();
  for (const auto& call : calls) deadline = std::max(deadline, call->call.context.deadline);
  const AllCancelled cancelled(calls);
  return prepared.plan->Execute(prepared.inputs, share.workspace,
                                {.deadline = deadline, .cancelled = cancelled.token()});
}

// Each gets its rows, as views: they keep the whole alive until the last of them is sent.
void Answer(const BatchCall& call, const absl::StatusOr<nn::Datum>& output, int64_t first_row) {
  if (!output.ok()) return (*call.end)(output.status());
  // Its own end, where the others had longer.
  if (absl::Status status = CheckContext(call.call.context); !status.ok()) return (*call.end)(std::move(status));
  contract::ForwardReply reply{call.model->ref(), call.call.request_id, {}, {}, {}};
  reply.output = nn::MapLeaves<nn::Tensor>(
      *output, [&](const nn::Tensor& tensor) { return nn::Datum(tensor.Rows(first_row, first_row + call.rows)); });
  (*call.end)(std::move(reply));
}

}  // namespace

int64_t BatchableRows(const contract::ForwardCall& call, const LoadedModel& model) {
  if (model.batching().max_rows() <= 1 || !call.hooks.empty() || call.seed.has_value()) return 0;
  if (!call.arguments.kwargs.empty() || call.arguments.args.empty()) return 0;
  std::optional<int64_t> rows;
  for (const nn::Datum& argument : call.arguments.args) {
    const nn::Tensor* tensor = argument.As<nn::Tensor>();
    if (tensor == nullptr || tensor->rank() == 0) return 0;
    if (tensor->shape()[0] != rows.value_or(tensor->shape()[0])) return 0;
    rows = tensor->shape()[0];
  }
  return *rows <= model.batching().max_rows() ? *rows : 0;
}

bool FitTogether(const BatchCall& call, const BatchCall& other) {
  const auto& args = call.call.arguments.args;
  const auto& others = other.call.arguments.args;
  if (call.model != other.model || args.size() != others.size()) return false;
  for (size_t i = 0; i < args.size(); ++i) {
    const nn::TensorSpec& a = args[i].As<nn::Tensor>()->spec();
    const nn::TensorSpec& b = others[i].As<nn::Tensor>()->spec();
    if (a.dtype != b.dtype || !std::equal(a.shape.begin() + 1, a.shape.end(), b.shape.begin() + 1, b.shape.end())) {
      return false;
    }
  }
  return true;
}

void RunBatch(Calls calls, const ComputeShare& share) {
  const absl::Time begin = absl::Now();
  Calls alive;
  int64_t rows = 0;
  for (auto& call : calls) {
    if (absl::Status status = CheckContext(call->call.context); !status.ok()) {
      (*call->end)(std::move(status));
      continue;
    }
    rows += call->rows;
    alive.push_back(std::move(call));
  }
  if (alive.empty()) return;
  const absl::StatusOr<nn::Datum> output = Execute(alive, rows, share);
  const absl::Duration computed = absl::Now() - begin;
  int64_t row = 0;
  for (const auto& call : alive) {
    RequestRecord& record = call->end->record();
    record.was_run = true;
    record.queued = begin - record.received;
    record.computed = computed;
    record.threads = share.threads;
    record.rows = call->rows;
    record.batch_rows = rows;
    record.leads_batch = call == alive.front();
    Answer(*call, output, row);
    row += call->rows;
  }
}

}  // namespace moduled::server
