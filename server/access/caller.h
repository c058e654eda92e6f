// Somebody who calls, and what they may do. Immutable.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/access/role.h"

namespace moduled::server {

// What a request asks for.
struct Need {
  enum class Scope {
    kModel,     // One model.
    kAnyModel,  // A list, of which each caller gets its models.
    kServer,    // The server itself: for those who may have all models.
  };

  static Need OfModel(Roles roles, std::string model) { return {roles, Scope::kModel, std::move(model)}; }
  static Need OfAnyModel(Roles roles) { return {roles, Scope::kAnyModel, ""}; }
  static Need OfServer(Roles roles) { return {roles, Scope::kServer, ""}; }

  Roles roles = {};  // All of them. None: to be known, and the scope, are enough.
  Scope scope = Scope::kAnyModel;
  std::string model = {};
};

class Caller {
 public:
  // Who may do everything: whoever calls a server without rules.
  static const Caller& Anybody();

  // `models` are names or patterns with `*` and `?`; none means all models.
  Caller(std::string name, Roles roles, std::vector<std::string> models)
      : name_(std::move(name)), roles_(roles), models_(std::move(models)) {}

  // For the log.
  const std::string& name() const { return name_; }
  // PERMISSION_DENIED names the first role that is lacking, and the model, and says nothing else.
  absl::Status Check(const Need& need) const;
  // Whether lists show this model to the caller.
  bool MaySee(const std::string& model) const;
  bool MaySeeAll() const { return models_.empty(); }

 private:
  bool InScope(const Need& need) const;

  const std::string name_;
  const Roles roles_;
  const std::vector<std::string> models_;
};

}  // namespace moduled::server
