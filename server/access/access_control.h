// Who may call: the rules of the moment.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/access/access_rules.h"
#include "server/access/file_watch.h"

namespace moduled::server {

// Thread-safe, but for Refresh, which belongs to one thread.
class AccessControl {
 public:
  // Without rules: everybody may do everything.
  AccessControl() = default;
  // The rules of a file; an empty path means none. INVALID_ARGUMENT or NOT_FOUND if it cannot be used.
  static absl::StatusOr<std::unique_ptr<AccessControl>> FromFile(const std::string& path);

  bool has_rules() const { return watch_ != nullptr; }
  // UNAUTHENTICATED if there are rules and none knows who it is.
  absl::StatusOr<std::shared_ptr<const Caller>> Identify(const Proof& proof) const;

  // Reads the file again if it has changed. One that cannot be used leaves the rules as they were. `say` is told both.
  using Say = std::function<void(absl::string_view text)>;
  void Refresh(const Say& say_info, const Say& say_warning);

 private:
  AccessControl(std::string path, std::unique_ptr<FileWatch> watch, std::shared_ptr<const AccessRules> rules)
      : path_(std::move(path)), watch_(std::move(watch)), rules_(std::move(rules)) {}

  const std::string path_;
  const std::unique_ptr<FileWatch> watch_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const AccessRules> rules_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::server
