// What became of one call that runs a model, for those who count and log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/model_ref.h"

namespace moduled::server {

struct RequestRecord {
  enum class Kind : uint8_t { kForward, kBackward };

  Kind kind = Kind::kForward;
  // As it was asked for, until a version is found: then that version.
  contract::ModelRef model;
  // Whether the model is one that is served: other names are whatever a client likes to send.
  bool is_known_model = false;
  std::string request_id;
  std::string trace_parent;  // Of contract::CallContext.
  absl::Status status;       // OK, or the error that the caller got.
  absl::Time received = absl::InfinitePast();
  absl::Duration total = absl::ZeroDuration();
  // Of calls that were run: before and during the run. Zero for others.
  bool was_run = false;
  absl::Duration queued = absl::ZeroDuration();
  absl::Duration computed = absl::ZeroDuration();
  int threads = 0;           // That the run had.
  int64_t rows = 1;          // Of this call, along the first dimension of its inputs, where calls are batched.
  int64_t batch_rows = 1;    // Of the run that it was part of.
  bool leads_batch = false;  // One call of each run: whoever counts runs, counts these.
  size_t input_bytes = 0;
  size_t output_bytes = 0;
};

// Called once for each call that ended, on the thread that ends it: it must not block.
using RecordSink = std::function<void(const RequestRecord&)>;

}  // namespace moduled::server
