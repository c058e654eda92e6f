// Everything that `moduled` is made of, in this process, over a repository of the test's own.
#pragma once

#include <memory>
#include <string>

#include "server/access/access_control.h"
#include "server/hooks/subscription_hub.h"
#include "server/models/local_admin.h"
#include "server/models/local_introspection.h"
#include "server/open_inference/service.h"
#include "server/rpc/rpc_server.h"
#include "server/scheduling/local_inference.h"
#include "server/scheduling/model_statistics.h"
#include "server/scheduling/plan_describer.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::testing {

struct LocalServerOptions {
  server::SchedulerOptions scheduler = {.threads = 2, .max_queue = 64};
  server::HubOptions hub = {};
  size_t max_hook_bytes = size_t{256} << 20;
  size_t max_inflight_bytes = size_t{1} << 30;
};

// The four contracts in process. Models are loaded with LoadAll, or through `admin`.
struct LocalServer {
  explicit LocalServer(const TemporaryRepository& directory, const LocalServerOptions& options = {});

  server::ByteAdmission admission;  // The first member: calls that run at the end are still counted.
  server::Repository repository;
  server::ModelStore store;
  server::LocalAdmin admin;
  server::SubscriptionHub hub;
  server::Scheduler scheduler;
  server::PlanDescriber plans;
  server::LocalIntrospection introspection;
  server::ModelStatistics statistics;
  server::LocalInference inference;
  std::string log_level = "info";  // That LogSettings reads and sets.
  server::open_inference::Service open_inference;
  server::AccessControl access;
};

// The same over a port that the system chooses. The test ends if it cannot be had.
std::unique_ptr<server::RpcServer> Listen(LocalServer& local, server::RpcOptions options = {});

}  // namespace moduled::testing
