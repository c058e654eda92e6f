#include "tests/server/support/local_server.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "server/scheduling/served_trees.h"

namespace moduled::testing {

LocalServer::LocalServer(const TemporaryRepository& directory, const LocalServerOptions& options)
    : admission(options.max_inflight_bytes),
      repository(directory.Open()),
      admin(store, repository, {.load = {.max_bytes = int64_t{1} << 30}}),
      hub(server::ServedTreesOf(store), options.hub),
      scheduler(options.scheduler),
      plans(store, scheduler),
      introspection(store, repository,
                    [this](contract::PlanCall call, auto done) { plans.Describe(std::move(call), std::move(done)); }),
      inference(store, hub, scheduler,
                {.replica = "test",
                 .max_hook_bytes = options.max_hook_bytes,
                 .on_end = [this](const server::RequestRecord& record) { statistics.Add(record); }}),
      open_inference({store, inference, introspection, admin, statistics}, {.version = "1.2.3",
                                                                            .is_ready = [] { return true; },
                                                                            .log_level = [this] { return log_level; },
                                                                            .set_log_level =
                                                                                [this](const std::string& level) {
                                                                                  log_level = level;
                                                                                  return absl::OkStatus();
                                                                                }}) {}

std::unique_ptr<server::RpcServer> Listen(LocalServer& local, server::RpcOptions options) {
  options.listen = "127.0.0.1:0";
  auto server = server::RpcServer::Start({local.introspection, local.inference, local.hub, local.admin,
                                          local.open_inference, local.access, local.admission},
                                         options);
  if (!server.ok()) {
    std::cerr << server.status() << std::endl;
    std::abort();
  }
  return *std::move(server);
}

}  // namespace moduled::testing
