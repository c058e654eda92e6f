#include "server/scheduling/served_trees.h"

#include "nn/tensor/status_macros.h"
#include "server/scheduling/input_names.h"

namespace moduled::server {

SubscriptionHub::Resolver ServedTreesOf(const ModelStore& store) {
  return [&store](const contract::ModelRef& model) -> absl::StatusOr<ServedTree> {
    ASSIGN_OR_RETURN(const ModelHandle handle, store.Find(model));
    return ServedTree{handle->ref(), std::shared_ptr<const nn::Module>(handle, &handle->root()),
                      DeclaredInputs(handle->signature(), handle->root())};
  };
}

}  // namespace moduled::server
