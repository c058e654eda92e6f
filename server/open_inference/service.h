// What the Open Inference Protocol offers, without its wire: gRPC and REST are two ways to it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "proto/contract/admin.h"
#include "proto/contract/inference.h"
#include "proto/contract/introspection.h"
#include "server/models/model_store.h"
#include "server/open_inference/infer.h"
#include "server/open_inference/model_description.h"
#include "server/scheduling/model_statistics.h"

namespace moduled::server::open_inference {

// Thread-safe. Everything that it is given must outlive it.
class Service {
 public:
  struct Backends {
    const ModelStore& store;
    contract::Inference& inference;
    contract::Introspection& introspection;
    contract::Admin& admin;
    const ModelStatistics& statistics;
  };
  struct Settings {
    std::string version;             // Of the program.
    std::function<bool()> is_ready;  // Whether the server takes requests.
    // What is logged: "debug", "info", "warning", "error" or "off".
    std::function<std::string()> log_level;
    std::function<absl::Status(const std::string&)> set_log_level;
  };
  Service(Backends backends, Settings settings) : backends_(backends), settings_(std::move(settings)) {}

  const Settings& settings() const { return settings_; }
  const ModelStatistics& statistics() const { return backends_.statistics; }

  using InferDone = absl::AnyInvocable<void(absl::StatusOr<InferReply>) &&>;
  // Returns at once; `done` is called exactly once, on any thread, perhaps before this returns. It must not block.
  void Infer(InferCall call, InferDone done);

  // False for models that are unknown too: it is a question, not an error. INVALID_ARGUMENT for names that no model may
  // have.
  absl::StatusOr<bool> IsReady(const contract::ModelRef& model) const;
  absl::StatusOr<ModelDescription> Describe(const contract::ModelRef& model) const;

  absl::StatusOr<std::vector<contract::ModelStatus>> Index(bool only_ready);
  // Block while they read files.
  absl::Status Load(const std::string& model);
  absl::Status Unload(const std::string& model);

 private:
  const Backends backends_;
  const Settings settings_;
};

// The extensions of the protocol that there are.
std::vector<std::string> Extensions();

// "READY", "LOADING", "UNLOADING", "UNAVAILABLE".
absl::string_view StateName(contract::ModelState state);

}  // namespace moduled::server::open_inference
