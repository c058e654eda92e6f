// Who is known, and by what. Immutable: a changed file makes new rules.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/access/caller.h"
#include "server/access/digest.h"

namespace moduled::server {

// What a call shows of who makes it.
struct Proof {
  absl::string_view authorization = {};             // The header of that name; empty if there is none.
  std::vector<std::string> certificate_names = {};  // Of a verified client certificate.
};

class AccessRules {
 public:
  struct Entry {
    std::variant<Digest, std::string> proof;  // A token's digest, or a certificate's name.
    std::shared_ptr<const Caller> caller;
  };
  explicit AccessRules(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  // UNAUTHENTICATED if nobody is recognised. A token counts, and without one the certificate.
  absl::StatusOr<std::shared_ptr<const Caller>> Identify(const Proof& proof) const;

  size_t size() const { return entries_.size(); }

 private:
  std::shared_ptr<const Caller> ByToken(const Digest& digest) const;
  std::shared_ptr<const Caller> ByCertificate(const std::vector<std::string>& names) const;

  const std::vector<Entry> entries_;
};

}  // namespace moduled::server
