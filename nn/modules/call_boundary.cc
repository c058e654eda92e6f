#include "nn/modules/call_boundary.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/modules/host_call.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// A structure whose tensors stand in a list beside it.
struct LeafIndex {
  size_t index = 0;
  bool operator==(const LeafIndex&) const = default;
};
using Layout = Nested<LeafIndex>;

// Takes structures apart into values, and puts them together again from others.
class Flattener {
 public:
  Layout Add(const Symbol& symbol) {
    return MapLeaves<LeafIndex>(symbol, [this](Value value) {
      values_.push_back(value);
      return LeafIndex{values_.size() - 1};
    });
  }
  std::vector<Layout> AddAll(const std::vector<Symbol>& symbols) {
    std::vector<Layout> layouts;
    for (const Symbol& symbol : symbols) layouts.push_back(Add(symbol));
    return layouts;
  }
  const std::vector<Value>& values() const { return values_; }

 private:
  std::vector<Value> values_;
};

template <class Leaf>
Nested<Leaf> Build(const Layout& layout, const std::vector<Leaf>& leaves) {
  return MapLeaves<Leaf>(layout, [&](LeafIndex leaf) { return leaves[leaf.index]; });
}

template <class Leaf>
std::vector<Nested<Leaf>> BuildAll(const std::vector<Layout>& layouts, const std::vector<Leaf>& leaves) {
  std::vector<Nested<Leaf>> built;
  for (const Layout& layout : layouts) built.push_back(Build(layout, leaves));
  return built;
}

// The layouts of a call's arguments.
struct ArgumentsLayout {
  std::vector<Layout> positional;
  std::vector<std::pair<std::string, Layout>> keyword;

  ArgumentsLayout(const Arguments& arguments, Flattener& flattener) {
    for (const Symbol& arg : arguments.positional) positional.push_back(flattener.Add(arg));
    for (const auto& [name, arg] : arguments.keyword) keyword.emplace_back(name, flattener.Add(arg));
  }
  CallData Data(const std::vector<Tensor>& tensors) const {
    CallData call;
    for (const Layout& layout : positional) call.args.push_back(Build(layout, tensors));
    for (const auto& [name, layout] : keyword) call.kwargs.emplace_back(name, Build(layout, tensors));
    return call;
  }
  void Rebuild(const std::vector<Value>& values, Arguments& arguments) const {
    for (size_t i = 0; i < positional.size(); ++i) arguments.positional[i] = Build(positional[i], values);
    for (size_t i = 0; i < keyword.size(); ++i) arguments.keyword[i].second = Build(keyword[i].second, values);
  }
};

absl::Status Changed() {
  return absl::InvalidArgumentError("a hook has changed the structure of the value: only its tensors may be replaced");
}

// Appends the tensors of `datum`, which must have the structure of `layout`.
absl::Status AppendTensors(const Datum& datum, const Layout& layout, std::vector<Tensor>& tensors) {
  const size_t before = tensors.size();
  ForEachLeaf(datum, [&](const Tensor& tensor) { tensors.push_back(tensor); });
  size_t next = before;
  const auto renumber = [&](const Tensor&) { return LeafIndex{next++}; };
  size_t base = 0;
  bool first = true;
  ForEachLeaf(layout, [&](LeafIndex leaf) {
    if (first) base = leaf.index;
    first = false;
  });
  next = base;
  return MapLeaves<LeafIndex>(datum, renumber) == layout ? absl::OkStatus() : Changed();
}

absl::Status AppendTensors(const CallData& call, const ArgumentsLayout& layout, std::vector<Tensor>& tensors) {
  if (call.args.size() != layout.positional.size() || call.kwargs.size() != layout.keyword.size()) return Changed();
  for (size_t i = 0; i < call.args.size(); ++i) {
    RETURN_IF_ERROR(AppendTensors(call.args[i], layout.positional[i], tensors));
  }
  for (size_t i = 0; i < call.kwargs.size(); ++i) {
    if (call.kwargs[i].first != layout.keyword[i].first) return Changed();
    RETURN_IF_ERROR(AppendTensors(call.kwargs[i].second, layout.keyword[i].second, tensors));
  }
  return absl::OkStatus();
}

// The tensors of the gradients that a backward hook answers.
absl::StatusOr<std::vector<Tensor>> GradientTensors(const std::vector<Datum>& gradients,
                                                    const std::vector<Layout>& layouts, absl::string_view hook,
                                                    absl::string_view name) {
  if (gradients.size() != layouts.size()) {
    return absl::InvalidArgumentError(absl::StrCat(hook, " returned an invalid number of ", name, ", got ",
                                                   gradients.size(), ", but expected ", layouts.size()));
  }
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < layouts.size(); ++i) RETURN_IF_ERROR(AppendTensors(gradients[i], layouts[i], tensors));
  return tensors;
}

absl::StatusOr<std::vector<Value>> AddHostCall(GraphBuilder& builder, HostCallOp::Function function,
                                               const std::vector<Value>& in, size_t first_out, size_t end_out) {
  HostCallOp::Attrs attrs{std::make_shared<const HostCallOp::Function>(std::move(function)), {}};
  for (size_t i = first_out; i < end_out; ++i) attrs.out.push_back(builder.spec(in[i]));
  return builder.Apply(Op::Of<HostCallOp>(std::move(attrs)), in);
}

}  // namespace

absl::Status RunForwardPreHooks(GraphBuilder& builder, const Module& module, Arguments& arguments) {
  for (const auto& entry : module.forward_pre_hooks().entries()) {
    Flattener flattener;
    const ArgumentsLayout layout(arguments, flattener);
    const auto run = [&module, layout,
                      hook = entry.hook](std::vector<Tensor> in) -> absl::StatusOr<std::vector<Tensor>> {
      const std::optional<CallData> replaced = hook(module, layout.Data(in));
      if (!replaced.has_value()) return in;
      std::vector<Tensor> out;
      RETURN_IF_ERROR(AppendTensors(*replaced, layout, out));
      return out;
    };
    const std::vector<Value>& in = flattener.values();
    ASSIGN_OR_RETURN(const std::vector<Value> out, AddHostCall(builder, run, in, 0, in.size()));
    layout.Rebuild(out, arguments);
  }
  return absl::OkStatus();
}

absl::Status RunForwardHooks(GraphBuilder& builder, int32_t call, const Module& module, const Arguments& arguments,
                             Symbol& output) {
  for (const auto& entry : module.forward_hooks().entries()) {
    // The outputs' tensors come first: what the hook answers are tensors in their place.
    Flattener flattener;
    const Layout output_layout = flattener.Add(output);
    const size_t outputs = flattener.values().size();
    const ArgumentsLayout layout(arguments, flattener);
    const auto run = [&module, layout, output_layout, outputs,
                      hook = entry.hook](std::vector<Tensor> in) -> absl::StatusOr<std::vector<Tensor>> {
      const std::optional<Datum> replaced = hook(module, layout.Data(in), Build(output_layout, in));
      std::vector<Tensor> out;
      if (replaced.has_value()) {
        RETURN_IF_ERROR(AppendTensors(*replaced, output_layout, out));
      } else {
        out.assign(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(outputs));
      }
      return out;
    };
    if (entry.options.always_call) {
      const auto on_failure = [&module, hook = entry.hook](const CallData& data) { hook(module, data, Datum()); };
      builder.graph().failure_hooks.push_back({call, builder.graph().nodes.size(), on_failure});
    }
    ASSIGN_OR_RETURN(const std::vector<Value> out, AddHostCall(builder, run, flattener.values(), 0, outputs));
    output = Build(output_layout, out);
  }
  return absl::OkStatus();
}

absl::Status RunFullBackwardPreHooks(GraphBuilder& builder, const Module& module, std::vector<Symbol>& grad_output) {
  for (const auto& entry : module.full_backward_pre_hooks().entries()) {
    Flattener flattener;
    const std::vector<Layout> layouts = flattener.AddAll(grad_output);
    const auto run = [&module, layouts,
                      hook = entry.hook](std::vector<Tensor> in) -> absl::StatusOr<std::vector<Tensor>> {
      const auto replaced = hook(module, BuildAll(layouts, in));
      if (!replaced.has_value()) return in;
      return GradientTensors(*replaced, layouts, "Backward pre hook", "grad_output");
    };
    const std::vector<Value>& in = flattener.values();
    ASSIGN_OR_RETURN(const std::vector<Value> out, AddHostCall(builder, run, in, 0, in.size()));
    grad_output = BuildAll(layouts, out);
  }
  return absl::OkStatus();
}

absl::Status RunFullBackwardHooks(GraphBuilder& builder, const Module& module, std::vector<Symbol>& grad_input,
                                  const std::vector<Symbol>& grad_output) {
  for (const auto& entry : module.full_backward_hooks().entries()) {
    Flattener flattener;
    const std::vector<Layout> layouts = flattener.AddAll(grad_input);
    const size_t inputs = flattener.values().size();
    const std::vector<Layout> output_layouts = flattener.AddAll(grad_output);
    const auto run = [&module, layouts, output_layouts, inputs,
                      hook = entry.hook](std::vector<Tensor> in) -> absl::StatusOr<std::vector<Tensor>> {
      const auto replaced = hook(module, BuildAll(layouts, in), BuildAll(output_layouts, in));
      if (replaced.has_value()) return GradientTensors(*replaced, layouts, "Backward hook", "grad_input");
      in.resize(inputs);
      return in;
    };
    ASSIGN_OR_RETURN(const std::vector<Value> out, AddHostCall(builder, run, flattener.values(), 0, inputs));
    grad_input = BuildAll(layouts, out);
  }
  return absl::OkStatus();
}

absl::Status RunTensorHooks(GraphBuilder& builder, const Parameter& parameter, std::vector<Symbol>& gradient) {
  for (const auto& entry : parameter.hooks.entries()) {
    const auto run = [hook = entry.hook](std::vector<Tensor> in) -> absl::StatusOr<std::vector<Tensor>> {
      std::optional<Tensor> replaced = hook(in[0]);
      if (replaced.has_value()) in[0] = *std::move(replaced);
      return in;
    };
    const std::vector<Value> in = {std::get<Value>(gradient[0].value)};
    ASSIGN_OR_RETURN(const std::vector<Value> out, AddHostCall(builder, run, in, 0, 1));
    gradient[0] = Symbol(out[0]);
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
