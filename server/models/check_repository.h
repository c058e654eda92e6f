// Whether what a repository holds could be served, without serving it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/introspection.h"
#include "server/models/repository.h"

namespace moduled::server {

// Reads every version of every model, builds its tree and loads its weights, strictly; makes no plans. READY, or
// UNAVAILABLE with the reason, for each, by name and version. `max_bytes`: of one version's parameters and buffers.
absl::StatusOr<std::vector<contract::ModelStatus>> CheckRepository(const Repository& repository, int64_t max_bytes);

}  // namespace moduled::server
