#include "nn/ops/onednn/program.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "nn/ops/onednn/runtime.h"

namespace moduled::nn::onednn {

class Program::Bindings {
 public:
  explicit Bindings(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      Call& call = calls_.emplace_back();
      call.primitive = step.primitive.get();
      for (const auto& [name, operand] : step.arguments) {
        const bool constant = operand.place == Operand::Place::kConstant;
        dnnl::memory memory = constant ? *operand.constant : dnnl::memory(operand.layout, Engine(), nullptr);
        call.arguments.push_back({name, memory.get()});
        if (!constant) places_.push_back({operand.place, operand.index, memory});
        memories_.push_back(std::move(memory));
      }
    }
  }

  void Run(const KernelArgs& args) {
    for (const BoundPlace& bound : places_) bound.memory.set_data_handle(Address(bound, args));
    const dnnl_stream_t stream = Stream().get();
    for (const Call& call : calls_) {
      dnnl::error::wrap_c_api(dnnl_primitive_execute(call.primitive, stream, static_cast<int>(call.arguments.size()),
                                                     call.arguments.data()),
                              "a primitive failed");
    }
  }

 private:
  struct Call {
    const_dnnl_primitive_t primitive;
    std::vector<dnnl_exec_arg_t> arguments;
  };
  struct BoundPlace {
    Operand::Place place;
    size_t index;
    dnnl::memory memory;
  };

  static void* Address(const BoundPlace& bound, const KernelArgs& args) {
    switch (bound.place) {
      case Operand::Place::kInput:
        return const_cast<void*>(args.in[bound.index]);  // A primitive does not write what it calls a source.
      case Operand::Place::kOutput:
        return args.out[bound.index];
      case Operand::Place::kScratch:
        return ScratchLayout::At<uint8_t>(args.scratch, bound.index);
      case Operand::Place::kConstant:
        break;
    }
    return nullptr;
  }

  std::vector<Call> calls_;
  std::vector<BoundPlace> places_;
  std::vector<dnnl::memory> memories_;
};

bool Program::reads(size_t input) const {
  if (start_input_ == static_cast<int>(input)) return true;
  const auto is_input = [&](const auto& argument) {
    return argument.second.place == Operand::Place::kInput && argument.second.index == input;
  };
  return std::any_of(steps_.begin(), steps_.end(), [&](const Step& step) {
    return std::any_of(step.arguments.begin(), step.arguments.end(), is_input);
  });
}

Program::~Program() {
  for (std::atomic<Bindings*>& slot : idle_) delete slot.load();
}

std::unique_ptr<Program::Bindings> Program::Take() const {
  for (std::atomic<Bindings*>& slot : idle_) {
    if (Bindings* found = slot.exchange(nullptr)) return std::unique_ptr<Bindings>(found);
  }
  return std::make_unique<Bindings>(steps_);
}

void Program::Return(std::unique_ptr<Bindings> bindings) const {
  for (std::atomic<Bindings*>& slot : idle_) {
    Bindings* empty = nullptr;
    if (slot.compare_exchange_strong(empty, bindings.get())) {
      bindings.release();
      return;
    }
  }
}

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
    std::unique_ptr<Bindings> bindings = Take();
    bindings->Run(args);
    Return(std::move(bindings));
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn::onednn
