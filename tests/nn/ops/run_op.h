// Runs one operator on tensors, as a plan would: what its kernel may not touch is guarded, what it may not rely on is
// rubbish.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "nn/graph/known_input.h"
#include "nn/graph/op.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

struct RunOptions {
  size_t first_constant = SIZE_MAX;  // Inputs from this one on are constants, known when the kernel is made.
  Precision precision = Precision::kDefault;
  int threads = 1;
  PackCache* packs = nullptr;
};

namespace run_op {

inline constexpr uint8_t kRubbish = 0xa5;

// A tensor of rubbish with a guard behind it.
inline Tensor Guarded(const TensorSpec& spec) {
  const auto bytes = static_cast<int64_t>(spec.byte_size() + Tensor::kAlignment);
  Tensor storage = *Tensor::Allocate({DType::kUInt8, {bytes}});
  std::memset(storage.mutable_data(), kRubbish, storage.byte_size());
  return Tensor::Wrap(spec, storage.owner(), storage.data());
}

inline void ExpectGuardIntact(const Tensor& tensor) {
  const auto* guard = static_cast<const uint8_t*>(tensor.data()) + tensor.byte_size();
  for (size_t i = 0; i < Tensor::kAlignment; ++i) {
    ASSERT_EQ(guard[i], kRubbish) << "the kernel wrote behind " << tensor.spec().ToString();
  }
}

inline bool SameBytes(const Tensor& a, const Tensor& b) {
  return a.byte_size() == b.byte_size() && std::memcmp(a.data(), b.data(), a.byte_size()) == 0;
}

inline absl::Status RunKernel(const Kernel& kernel, const std::vector<const void*>& in, std::vector<Tensor>& outputs) {
  std::vector<void*> out;
  out.reserve(outputs.size());
  for (Tensor& output : outputs) out.push_back(output.mutable_data());
  Tensor scratch = Guarded({DType::kUInt8, {static_cast<int64_t>(kernel.scratch_bytes())}});
  RETURN_IF_ERROR(kernel.Run({in, out, scratch.mutable_data()}));
  ExpectGuardIntact(scratch);
  for (const Tensor& output : outputs) ExpectGuardIntact(output);
  return absl::OkStatus();
}

// Runs again with the first output in the place of the first input, and expects the same bytes.
inline void ExpectSameInPlace(const Kernel& kernel, const std::vector<Tensor>& inputs,
                              const std::vector<Tensor>& want) {
  std::vector<Tensor> outputs;
  outputs.reserve(want.size());
  for (const Tensor& output : want) outputs.push_back(Guarded(output.spec()));
  std::memcpy(outputs[0].mutable_data(), inputs[0].data(), inputs[0].byte_size());
  std::vector<const void*> in;
  in.reserve(inputs.size());
  for (const Tensor& input : inputs) in.push_back(input.data());
  in[0] = outputs[0].data();
  ASSERT_EQ(RunKernel(kernel, in, outputs), absl::OkStatus());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_TRUE(SameBytes(outputs[i], want[i])) << "differs when run in place";
}

}  // namespace run_op

// The operator's outputs. Operators that may run in place do, too.
template <Operator T>
absl::StatusOr<std::vector<Tensor>> RunOp(const typename T::Attrs& attrs, const std::vector<Tensor>& inputs,
                                          const RunOptions& options = {}) {
  std::vector<TensorSpec> in_specs;
  std::vector<const void*> in;
  std::vector<KnownInput> known(inputs.begin(), inputs.end());
  std::vector<const KnownInput*> constants;
  for (const Tensor& input : inputs) {
    constants.push_back(in.size() >= options.first_constant ? &known[in.size()] : nullptr);
    in_specs.push_back(input.spec());
    in.push_back(input.data());
  }
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> out_specs, T::Infer(attrs, in_specs));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Kernel> kernel,
      T::MakeKernel(attrs, {in_specs, out_specs, constants, options.threads, options.precision, options.packs}));
  std::vector<Tensor> outputs;
  outputs.reserve(out_specs.size());
  for (const TensorSpec& spec : out_specs) outputs.push_back(run_op::Guarded(spec));
  RETURN_IF_ERROR(run_op::RunKernel(*kernel, in, outputs));
  constexpr OpTraits kTraits = T::kTraits;
  if (kTraits.in_place && in_specs[0].byte_size() == out_specs[0].byte_size()) {
    run_op::ExpectSameInPlace(*kernel, inputs, outputs);
  }
  return outputs;
}

// The only output of an operator that must succeed.
template <Operator T>
Tensor RunOne(const typename T::Attrs& attrs, const std::vector<Tensor>& inputs, const RunOptions& options = {}) {
  absl::StatusOr<std::vector<Tensor>> outputs = RunOp<T>(attrs, inputs, options);
  EXPECT_EQ(outputs.status(), absl::OkStatus());
  return outputs.ok() ? outputs->front() : Tensor();
}

// The text with which the shape rule refuses inputs of these types; empty if it takes them.
template <Operator T>
std::string Refusal(const typename T::Attrs& attrs, const std::vector<TensorSpec>& in) {
  const absl::Status status = T::Infer(attrs, in).status();
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  const absl::string_view text = status.message();
  return {text.begin(), text.end()};
}

}  // namespace moduled::nn
