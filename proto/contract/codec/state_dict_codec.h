// A state_dict in pieces: a header, then the elements, tensor after tensor, each from its start to its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "moduled/v1/introspection.pb.h"
#include "proto/contract/introspection.h"

namespace moduled::contract {

// Cuts a state_dict into pieces. The tensors stay shared with their owner.
class StateDictSender {
 public:
  // Large enough to amortise a message, small enough for any proxy's window.
  static constexpr size_t kChunkBytes = size_t{1} << 20;

  // The model is empty when a client sends.
  StateDictSender(ModelRef model, nn::StateDict state_dict)
      : model_(std::move(model)), state_dict_(std::move(state_dict)) {}

  void EncodeHeader(v1::StateDictHeader& header) const;
  // Fills in the next run of elements. False when there is none.
  bool Next(v1::TensorChunk& chunk);

 private:
  const ModelRef model_;
  const nn::StateDict state_dict_;
  size_t entry_ = 0;
  size_t offset_ = 0;
};

// Puts pieces together that come from somebody else. Every claim is checked before anything is allocated for it.
class StateDictAssembler {
 public:
  // `max_bytes` bounds the elements of all tensors together.
  explicit StateDictAssembler(size_t max_bytes) : max_bytes_(max_bytes) {}

  // First, once.
  absl::Status Begin(const v1::StateDictHeader& header);
  // Then every run.
  absl::Status Add(const v1::TensorChunk& chunk);
  // At the end. INVALID_ARGUMENT if something is missing.
  absl::StatusOr<nn::StateDict> Finish();

  const ModelRef& model() const { return model_; }

 private:
  void SkipEmpty();

  const size_t max_bytes_;
  bool begun_ = false;
  ModelRef model_;
  std::vector<nn::TensorSpec> specs_;
  nn::StateDict state_dict_;  // A tensor is allocated when its first bytes come.
  size_t entry_ = 0;          // The tensor whose bytes come next, and how many of them have come.
  size_t offset_ = 0;
};

}  // namespace moduled::contract
