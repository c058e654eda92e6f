#include "tests/server/support/local_server.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "server/scheduling/served_trees.h"

namespace moduled::testing {

LocalServer::LocalServer(const TemporaryRepository& directory, const LocalServerOptions& options)
    : repository(directory.Open()),
      admin(store, repository, {.load = {.max_bytes = int64_t{1} << 30}}),
      hub(server::ServedTreesOf(store), options.hub),
      scheduler(options.scheduler),
      plans(store, scheduler),
      introspection(store, repository,
                    [this](contract::PlanCall call, auto done) { plans.Describe(std::move(call), std::move(done)); }),
      inference(store, hub, scheduler, {.replica = "test", .max_hook_bytes = options.max_hook_bytes}) {}

std::unique_ptr<server::RpcServer> Listen(LocalServer& local, server::RpcOptions options) {
  options.listen = "127.0.0.1:0";
  auto server = server::RpcServer::Start({local.introspection, local.inference, local.hub, local.admin}, options);
  if (!server.ok()) {
    std::cerr << server.status() << std::endl;
    std::abort();
  }
  return *std::move(server);
}

}  // namespace moduled::testing
