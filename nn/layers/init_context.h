// Makes the parameters and buffers of layers: counts their bytes before they are allocated, and fills them as torch
// would.
//
// One context makes a whole tree. Layers draw from its generator in the order in which they are made, pre-order, which
// is the order in which PyTorch's constructors usually run: then torch.manual_seed(seed) yields the same bytes there.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "nn/layers/generator.h"
#include "nn/layers/init.h"
#include "nn/modules/parameter.h"

namespace moduled::nn {

class InitContext {
 public:
  struct Options {
    uint64_t seed = 0;
    // Off, when weights will be loaded over it: state is zero and, where it is large, takes no memory.
    bool initialise = true;
    // For all parameters and buffers together.
    int64_t max_bytes = int64_t{1} << 40;
  };

  explicit InitContext(const Options& options)
      : options_(options), generator_(options.seed), bytes_left_(options.max_bytes) {}

  // The element type that layers make their parameters with.
  DType dtype() const { return dtype_; }
  void set_dtype(DType dtype) { dtype_ = dtype; }

  // State of dtype(), filled by `initialiser`. INVALID_ARGUMENT when it is too large.
  absl::StatusOr<std::shared_ptr<Parameter>> MakeParameter(Shape shape, const init::Initialiser& initialiser);
  absl::StatusOr<std::shared_ptr<Buffer>> MakeBuffer(Shape shape, const init::Initialiser& initialiser);
  // Fills a parameter that was made here anew.
  absl::Status Refill(Parameter& parameter, const init::Initialiser& initialiser);
  // Whoever puts back the generator that it has copied draws the same numbers again.
  const Generator& generator() const { return generator_; }
  void set_generator(const Generator& generator) { generator_ = generator; }
  // A zero tensor of any type, for reading only.
  absl::StatusOr<Tensor> MakeZeros(TensorSpec spec);

  // Counts the bytes of a tensor that is made elsewhere.
  absl::Status Book(const TensorSpec& spec);

  // A seed for a layer that draws while it runs. Not from the generator: torch draws nothing when it makes such layers.
  uint64_t NextRunSeed() { return options_.seed + 0x9e3779b97f4a7c15 * ++run_seeds_; }

 private:
  absl::StatusOr<Tensor> Make(Shape shape, const init::Initialiser& initialiser);

  Options options_;
  Generator generator_;
  DType dtype_ = DType::kFloat32;
  int64_t bytes_left_;
  uint64_t run_seeds_ = 0;
};

}  // namespace moduled::nn
