#include "nn/ops/onednn/program.h"

#include <cstring>
#include <unordered_map>

#include "nn/ops/onednn/runtime.h"

namespace moduled::nn::onednn {
namespace {

dnnl::memory MemoryOf(const Program::Operand& operand, const KernelArgs& args) {
  using Place = Program::Operand::Place;
  void* data = nullptr;
  switch (operand.place) {
    case Place::kConstant:
      return *operand.constant;
    case Place::kInput:
      data = const_cast<void*>(args.in[operand.index]);  // A primitive does not write what it calls a source.
      break;
    case Place::kOutput:
      data = args.out[operand.index];
      break;
    case Place::kScratch:
      data = ScratchLayout::At<uint8_t>(args.scratch, operand.index);
      break;
  }
  return dnnl::memory(operand.layout, Engine(), data);
}

}  // namespace

Program::Operand Program::Reordered(const Operand& from, const Layout& layout) {
  if (from.layout == layout) return from;
  const Operand to = Scratch(layout);
  AddReorder(from, to);
  return to;
}

void Program::Finish(const Operand& target, const Operand& to) {
  if (!(target.layout == to.layout)) AddReorder(target, to);
}

void Program::AddReorder(const Operand& from, const Operand& to) {
  const dnnl::reorder::primitive_desc desc(Engine(), from.layout, Engine(), to.layout, Attributes());
  Add(dnnl::reorder(desc), desc.scratchpad_desc(), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

void Program::Add(dnnl::primitive primitive, const Layout& scratchpad, std::vector<std::pair<int, Operand>> arguments) {
  if (scratchpad.get_size() > 0) arguments.push_back({DNNL_ARG_SCRATCHPAD, Scratch(scratchpad)});
  steps_.push_back({std::move(primitive), std::move(arguments)});
}

void Program::StartFrom(size_t input, size_t bytes) {
  start_input_ = static_cast<int>(input);
  start_bytes_ = bytes;
}

absl::Status Program::Run(const KernelArgs& args) const {
  return Try(algorithm_, [&]() -> absl::Status {
    const ThreadScope threads(threads_);
    if (start_input_ >= 0 && args.in[start_input_] != args.out[0]) {
      std::memcpy(args.out[0], args.in[start_input_], start_bytes_);
    }
    for (const Step& step : steps_) {
      std::unordered_map<int, dnnl::memory> arguments;
      for (const auto& [name, operand] : step.arguments) arguments.emplace(name, MemoryOf(operand, args));
      step.primitive.execute(Stream(), arguments);
    }
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn::onednn
