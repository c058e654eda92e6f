#include "nn/description/describe_module.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nn/description/graph_writer.h"
#include "nn/description/layer_messages.h"
#include "nn/description/wire_types.h"
#include "nn/layers/composite_layer.h"
#include "nn/layers/layer.h"
#include "nn/modules/containers.h"
#include "nn/modules/graph_module.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::string Join(absl::string_view path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

bool IsZero(const Tensor& tensor) {
  const absl::Span<const uint8_t> bytes = tensor.bytes();
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

// Walks the tree in named_modules' order, so that what is shared is described where its first name is.
class ModuleDescriber {
 public:
  absl::Status Describe(const std::string& path, const Module& module, v1::ModuleDescription& description) {
    modules_[&module] = path;
    RETURN_IF_ERROR(DescribeKind(path, module, description));
    DescribeParameters(path, module, description);
    if (module.training()) description.set_training(true);
    // A layer makes its own buffers and children, but some children may have been replaced.
    const bool is_layer = dynamic_cast<const Layer*>(&module) != nullptr;
    if (is_layer && dynamic_cast<const CompositeLayer*>(&module) == nullptr) return absl::OkStatus();
    if (!is_layer) DescribeBuffers(module, description);
    for (const auto& [name, child] : module.children_slots()) {
      v1::Child& slot = *description.add_children();
      slot.set_name(name);
      RETURN_IF_ERROR(DescribeChild(Join(path, name), child.get(), slot));
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status DescribeKind(const std::string& path, const Module& module, v1::ModuleDescription& description) {
    if (const auto* layer = dynamic_cast<const Layer*>(&module)) {
      if (layer->dtype() != DType::kFloat32) description.set_dtype(WriteDType(layer->dtype()));
      return WriteLayer(layer->type(), layer->attributes(), description);
    }
    if (const auto* composite = dynamic_cast<const GraphModule*>(&module)) {
      description.mutable_composite()->set_type(composite->type());
      if (composite->graph().has_value()) {
        WriteGraph(*composite->graph(), *description.mutable_composite()->mutable_graph());
      }
    } else if (dynamic_cast<const Sequential*>(&module) != nullptr) {
      v1::Sequential& sequential = *description.mutable_sequential();
      if (module.type() != "Sequential") sequential.set_type(module.type());
    } else if (dynamic_cast<const ModuleList*>(&module) != nullptr) {
      description.mutable_module_list();
    } else if (dynamic_cast<const ModuleDict*>(&module) != nullptr) {
      description.mutable_module_dict();
    } else if (dynamic_cast<const ParameterList*>(&module) != nullptr) {
      description.mutable_parameter_list();
    } else if (dynamic_cast<const ParameterDict*>(&module) != nullptr) {
      description.mutable_parameter_dict();
    } else {
      return absl::UnimplementedError(absl::StrCat(path, ": no description can express a ", module.type()));
    }
    return absl::OkStatus();
  }

  void DescribeParameters(const std::string& path, const Module& module, v1::ModuleDescription& description) {
    const bool is_layer = dynamic_cast<const Layer*>(&module) != nullptr;
    for (const auto& [name, parameter] : module.parameter_slots()) {
      if (parameter != nullptr && !parameter->requires_grad) description.add_frozen(name);
      if (is_layer) {
        if (parameter != nullptr) DescribeLayerParameter(path, name, *parameter, description);
        continue;
      }
      v1::ParameterDescription& slot = *description.add_parameters();
      slot.set_name(name);
      if (parameter == nullptr) {
        slot.mutable_none();
      } else if (const auto [it, is_new] = parameters_.try_emplace(parameter.get(), Join(path, name)); !is_new) {
        slot.set_shared(it->second);
      } else {
        WriteTensorSpec(parameter->data.spec(), *slot.mutable_tensor());
      }
    }
  }

  void DescribeLayerParameter(const std::string& path, const std::string& name, const Parameter& parameter,
                              v1::ModuleDescription& description) {
    const auto [it, is_new] = parameters_.try_emplace(&parameter, Join(path, name));
    if (is_new) return;
    v1::Tie& tie = *description.add_ties();
    tie.set_name(name);
    tie.set_shared(it->second);
  }

  static void DescribeBuffers(const Module& module, v1::ModuleDescription& description) {
    for (const auto& [name, buffer] : module.buffer_slots()) {
      v1::BufferDescription& slot = *description.add_buffers();
      slot.set_name(name);
      if (buffer == nullptr) {
        slot.mutable_none();
        continue;
      }
      WriteTensorSpec(buffer->data.spec(), *slot.mutable_tensor());
      if (buffer->persistent) continue;  // The weights carry its elements.
      slot.set_persistent(false);
      if (!IsZero(buffer->data)) WriteTensor(buffer->data, *slot.mutable_value());
    }
  }

  absl::Status DescribeChild(const std::string& path, const Module* child, v1::Child& slot) {
    if (child == nullptr) {
      slot.mutable_none();
      return absl::OkStatus();
    }
    const auto seen = modules_.find(child);
    if (seen == modules_.end()) return Describe(path, *child, *slot.mutable_module());
    slot.set_shared(seen->second);
    return absl::OkStatus();
  }

  absl::flat_hash_map<const Module*, std::string> modules_;
  absl::flat_hash_map<const Parameter*, std::string> parameters_;
};

}  // namespace

absl::StatusOr<v1::ModuleDescription> DescribeModule(const Module& root) {
  v1::ModuleDescription description;
  RETURN_IF_ERROR(ModuleDescriber().Describe("", root, description));
  return description;
}

}  // namespace moduled::nn
