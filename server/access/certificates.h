// The server's certificate, read again when its files change.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/access/file_watch.h"

namespace moduled::server {

// PEM texts that belong together.
struct Certificate {
  std::string chain;                     // The server's certificate first, then those that vouch for it.
  std::string key;                       // Its private key.
  std::optional<std::string> client_ca;  // Who vouches for clients. Unset: they are not asked for certificates.
};

// INVALID_ARGUMENT if one of them is no such thing, if they do not belong together, or if the certificate has expired.
absl::Status CheckCertificate(const Certificate& certificate);

// Thread-safe, but for Refresh, which belongs to one thread.
class Certificates {
 public:
  struct Files {
    std::string cert;
    std::string key;
    std::string client_ca;  // Empty: none.
  };
  // What is wrong with the files, if they cannot be used.
  static absl::StatusOr<std::unique_ptr<Certificates>> FromFiles(Files files);

  // One that has passed CheckCertificate. Another pointer means another certificate.
  std::shared_ptr<const Certificate> Current() const;
  // Whether clients must have a certificate, too. Never changes.
  bool asks_clients() const { return !files_.client_ca.empty(); }

  // Reads the files again if they have changed. Ones that cannot be used leave the certificate as it was. `say` is told
  // both.
  using Say = std::function<void(absl::string_view text)>;
  void Refresh(const Say& say_info, const Say& say_warning);

 private:
  Certificates(Files files, std::unique_ptr<FileWatch> watch, std::shared_ptr<const Certificate> current)
      : files_(std::move(files)), watch_(std::move(watch)), current_(std::move(current)) {}

  const Files files_;
  const std::unique_ptr<FileWatch> watch_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Certificate> current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::server
