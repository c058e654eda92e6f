// The trees of loaded models, for those who watch modules and know nothing of stores.
#pragma once

#include "server/hooks/subscription_hub.h"
#include "server/models/model_store.h"

namespace moduled::server {

// `store` must outlive the resolver.
SubscriptionHub::Resolver ServedTreesOf(const ModelStore& store);

}  // namespace moduled::server
