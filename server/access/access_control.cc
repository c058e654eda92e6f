#include "server/access/access_control.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/access/access_file.h"

namespace moduled::server {

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::FromFile(const std::string& path) {
  if (path.empty()) return std::make_unique<AccessControl>();
  auto watch = std::make_unique<FileWatch>(std::vector<std::string>{path});  // Before the file is read.
  auto rules = ReadAccessFile(path);
  if (!rules.ok()) {
    return absl::Status(rules.status().code(), absl::StrCat("--tokens: ", rules.status().message()));
  }
  return std::unique_ptr<AccessControl>(new AccessControl(path, std::move(watch), *std::move(rules)));
}

absl::StatusOr<std::shared_ptr<const Caller>> AccessControl::Identify(const Proof& proof) const {
  // Not owned: it is there as long as the program.
  if (!has_rules()) return std::shared_ptr<const Caller>(std::shared_ptr<void>(), &Caller::Anybody());
  std::shared_ptr<const AccessRules> rules;
  {
    absl::MutexLock lock(&mutex_);
    rules = rules_;
  }
  return rules->Identify(proof);
}

void AccessControl::Refresh(const Say& say_info, const Say& say_warning) {
  if (!has_rules() || !watch_->Changed()) return;
  auto rules = ReadAccessFile(path_);
  if (!rules.ok()) {
    say_warning(absl::StrCat("--tokens: the rules stay as they were: ", rules.status().message()));
    return;
  }
  const size_t credentials = (*rules)->size();
  {
    absl::MutexLock lock(&mutex_);
    rules_ = *std::move(rules);
  }
  say_info(absl::StrCat("--tokens ", path_, ": read again, credentials: ", credentials));
}

}  // namespace moduled::server
