// A kernel that is a sequence of oneDNN primitives over a run's buffers.
//
// It is put together while the kernel is made, and immutable from then on. Putting it together throws dnnl::error.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/graph/kernel.h"
#include "nn/ops/onednn/descriptors.h"
#include "nn/ops/scratch_layout.h"

namespace moduled::nn::onednn {

class Program final : public Kernel {
 public:
  // Where an argument of a primitive is, and how it is laid out.
  struct Operand {
    enum class Place : uint8_t { kInput, kOutput, kScratch, kConstant };
    Place place;
    size_t index;  // Of the input or output; the offset in the scratch.
    Layout layout;
    std::shared_ptr<const dnnl::memory> constant;  // For kConstant: the same in every run.
  };

  explicit Program(int threads) : threads_(threads) {}
  ~Program() override;

  static Operand Input(size_t index, const Layout& layout) { return {Operand::Place::kInput, index, layout, {}}; }
  static Operand Output(size_t index, const Layout& layout) { return {Operand::Place::kOutput, index, layout, {}}; }
  static Operand Constant(std::shared_ptr<const dnnl::memory> constant) {
    const Layout layout = constant->get_desc();
    return {Operand::Place::kConstant, 0, layout, std::move(constant)};
  }
  Operand Scratch(const Layout& layout) {
    return {Operand::Place::kScratch, scratch_.Add(layout.get_size()), layout, {}};
  }

  // `from` in another layout: itself where it has that already, else a copy that a step makes.
  Operand Reordered(const Operand& from, const Layout& layout);
  // Where to write what shall end up in `to`: Finish copies it there if the layouts differ.
  Operand Target(const Operand& to, const Layout& layout) { return to.layout == layout ? to : Scratch(layout); }
  void Finish(const Operand& target, const Operand& to);

  // Appends a primitive. `scratchpad` is what its descriptor wants.
  void Add(dnnl::primitive primitive, const Layout& scratchpad, std::vector<std::pair<int, Operand>> arguments);

  // Has an input stand where output 0 is written, before the steps that follow: copies it unless it is there already.
  void StartFrom(size_t input, size_t bytes);

  void set_algorithm(std::string algorithm) { algorithm_ = std::move(algorithm); }
  absl::string_view algorithm() const override { return algorithm_; }
  size_t scratch_bytes() const override { return scratch_.bytes(); }
  int in_place_input() const override { return start_input_; }
  bool reads(size_t input) const override;
  absl::Status Run(const KernelArgs& args) const override;

 private:
  struct Step {
    dnnl::primitive primitive;
    std::vector<std::pair<int, Operand>> arguments;
  };

  // oneDNN's objects for the buffers of a run. Making them takes as long as a small primitive: runs pass them on.
  class Bindings;

  void AddReorder(const Operand& from, const Operand& to);
  std::unique_ptr<Bindings> Take() const;
  void Return(std::unique_ptr<Bindings> bindings) const;

  const int threads_;
  std::string algorithm_ = "onednn";
  std::vector<Step> steps_;
  ScratchLayout scratch_;
  int start_input_ = -1;
  size_t start_bytes_ = 0;
  mutable std::array<std::atomic<Bindings*>, 4> idle_ = {};  // Owned. As many as run at once, or fewer.
};

}  // namespace moduled::nn::onednn
