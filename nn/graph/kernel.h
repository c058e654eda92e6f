// What an operator becomes in a plan: a prepared step that only runs.
//
// The levels: kernel < op < layer < module < model. An op says what is computed; a kernel is one way of computing it
// for fixed types, shapes, constants and threads. All that can be decided before running is decided when it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

class AlgorithmCache;
class KnownInput;
class PackCache;

// How much a result may deviate from plain float32 arithmetic.
enum class Precision {
  kExact,    // No Winograd, no reassociation beyond BLAS.
  kDefault,  // float32 with Winograd where a check of its error passes, and products of operands split in two.
  kFast,     // bfloat16 compute.
};

// What a kernel is made for.
struct KernelRequest {
  absl::Span<const TensorSpec> in;
  absl::Span<const TensorSpec> out;
  // For each input what it is if it is the same in all runs (a weight), else null: a kernel may pack it ahead.
  absl::Span<const KnownInput* const> constants;
  int threads = 1;
  Precision precision = Precision::kDefault;
  PackCache* packs = nullptr;            // Where packed constants are shared; null: they are the kernel's own.
  AlgorithmCache* algorithms = nullptr;  // Where measured choices are kept; null: nothing is measured.
};

// One run's buffers. Inputs and outputs never overlap, unless the op's traits allow it to run in place.
struct KernelArgs {
  absl::Span<const void* const> in;
  absl::Span<void* const> out;
  void* scratch = nullptr;  // Kernel::scratch_bytes(), aligned to Tensor::kAlignment.
  // Of the run. What is random is drawn from it together with the operator's own seed; from that alone where unset.
  std::optional<uint64_t> seed = std::nullopt;
};

// Immutable once made; Run may be called from any number of threads, each with its own buffers.
class Kernel {
 public:
  virtual ~Kernel() = default;

  // The algorithm, as a plan's listing shows it.
  virtual absl::string_view algorithm() const = 0;
  virtual size_t scratch_bytes() const { return 0; }
  // The input that Run would rather find in the first output's place, -1 for none. It may be there or not.
  virtual int in_place_input() const { return -1; }
  // Whether Run reads an input's bytes: not where the kernel has packed what is the same in all runs.
  virtual bool reads(size_t /*input*/) const { return true; }
  // Fails only on what the data says (an index out of range): what shapes and types say has been checked before.
  virtual absl::Status Run(const KernelArgs& args) const = 0;
};

}  // namespace moduled::nn
