#include "server/models/check_repository.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "server/models/loaded_model.h"

namespace moduled::server {
namespace {

absl::Status CheckVersion(const Repository& repository, const std::string& name, int64_t version, int64_t max_bytes) {
  ASSIGN_OR_RETURN(const Repository::Version content, repository.Read(name, version));
  return BuildTree(content, max_bytes).status();
}

}  // namespace

absl::StatusOr<std::vector<contract::ModelStatus>> CheckRepository(const Repository& repository, int64_t max_bytes) {
  ASSIGN_OR_RETURN(const std::vector<Repository::Entry> entries, repository.Scan());
  std::vector<contract::ModelStatus> checked;
  for (const Repository::Entry& entry : entries) {
    if (entry.versions.empty()) {
      checked.push_back({{entry.name, ""}, contract::ModelState::kUnavailable, "has no versions"});
    }
    for (const int64_t version : entry.versions) {
      const absl::Status status = CheckVersion(repository, entry.name, version, max_bytes);
      checked.push_back({{entry.name, absl::StrCat(version)},
                         status.ok() ? contract::ModelState::kReady : contract::ModelState::kUnavailable,
                         std::string(status.message())});
    }
  }
  return checked;
}

}  // namespace moduled::server
