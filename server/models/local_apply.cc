// Admin's Apply, Train and RequiresGrad, in process: each changes a tree of its own, writes it as the next version and
// serves that.
#include <utility>

#include "nn/modules/state_dict.h"
#include "nn/tensor/status_macros.h"
#include "server/models/apply_functions.h"
#include "server/models/local_admin.h"

namespace moduled::server {

using contract::ModelRef;

absl::StatusOr<ModelRef> LocalAdmin::WriteChanged(const LoadedModel& base, const nn::Module& root, bool new_elements) {
  ASSIGN_OR_RETURN(nn::Description description, nn::Description::Describe(root, base.signature()));
  Repository::Draft draft{.description = std::move(description), .weights = std::nullopt, .base = base.version()};
  if (new_elements) draft.weights = nn::GetStateDict(root);
  ASSIGN_OR_RETURN(const int64_t version, repository_.Write(base.ref().name, draft));
  return ServeWritten(base.ref().name, version);
}

absl::StatusOr<contract::ApplyReply> LocalAdmin::Apply(const contract::ApplyCall& call) {
  RETURN_IF_ERROR(CheckServing());
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const ModelHandle base, store_.Find(call.model));
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root, CopyTree(*base));
  ASSIGN_OR_RETURN(std::vector<nn::Visit> visits, nn::Apply(*root, call.path, ToEngine(call.functions), call.seed));
  contract::ApplyReply reply;
  ASSIGN_OR_RETURN(reply.model, WriteChanged(*base, *root, ChangeElements(call.functions)));
  for (nn::Visit& visit : visits) {
    reply.visited.push_back({std::move(visit.path), std::move(visit.type), std::move(visit.changed)});
  }
  return reply;
}

absl::StatusOr<ModelRef> LocalAdmin::Train(const ModelRef& model, const std::string& path, bool mode) {
  RETURN_IF_ERROR(CheckServing());
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const ModelHandle base, store_.Find(model));
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root, CopyTree(*base));
  ASSIGN_OR_RETURN(nn::Module* const module, root->get_submodule(path));
  module->train(mode);
  return WriteChanged(*base, *root, /*new_elements=*/false);
}

absl::StatusOr<ModelRef> LocalAdmin::RequiresGrad(const ModelRef& model, const std::string& path, bool requires_grad) {
  RETURN_IF_ERROR(CheckServing());
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const ModelHandle base, store_.Find(model));
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root, CopyTree(*base));
  ASSIGN_OR_RETURN(nn::Module* const module, root->get_submodule(path));
  for (const auto& [name, parameter] : module->named_parameters()) {
    if (requires_grad && !nn::IsFloatingPoint(parameter->data.dtype())) {
      return absl::InvalidArgumentError("only Tensors of floating point and complex dtype can require gradients");
    }
  }
  module->requires_grad_(requires_grad);
  return WriteChanged(*base, *root, /*new_elements=*/false);
}

}  // namespace moduled::server
