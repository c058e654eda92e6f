// moduled: builds everything, connects it, serves until it is told to stop. The only file that knows all rooms.
#include <functional>
#include <iostream>
#include <memory>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nn/ops/compute_libraries.h"
#include "server/access/access_control.h"
#include "server/access/certificates.h"
#include "server/hooks/subscription_hub.h"
#include "server/http_port/http_port.h"
#include "server/models/check_repository.h"
#include "server/models/heap_trimmer.h"
#include "server/models/kept_algorithms.h"
#include "server/models/local_admin.h"
#include "server/models/local_introspection.h"
#include "server/open_inference/service.h"
#include "server/operations/compute_environment.h"
#include "server/operations/health.h"
#include "server/operations/lock_checks.h"
#include "server/operations/logging.h"
#include "server/operations/machine.h"
#include "server/operations/options.h"
#include "server/operations/request_log.h"
#include "server/operations/signals.h"
#include "server/rest/http_status.h"
#include "server/rpc/rpc_server.h"
#include "server/scheduling/byte_admission.h"
#include "server/scheduling/local_inference.h"
#include "server/scheduling/model_statistics.h"
#include "server/scheduling/plan_describer.h"
#include "server/scheduling/served_trees.h"
#include "server/scheduling/thread_budget.h"

namespace moduled::server {
namespace {

// How soon a changed file of tokens or certificates counts.
constexpr absl::Duration kRefreshPeriod = absl::Seconds(1);

void SayInfo(absl::string_view text) { LogInfo(text); }
void SayWarning(absl::string_view text) { LogWarning(text); }

int Fail(const absl::Status& status) {
  SayWhyNot(status.message());
  return 1;
}

// What choices of algorithms depend on beside their problems.
std::string MachineText() { return absl::StrCat(BuildText(), "; ", nn::ComputeLibraries(), "; ", ProcessorText()); }

// What an operator should know of a model that was loaded.
void TellOf(const LoadedModel& model) {
  const std::string name = absl::StrCat("model ", model.ref().name, " version ", model.ref().version, ": ");
  if (!model.example().ok()) {
    LogInfo(absl::StrCat(name, "its plans are made with its first calls: ", model.example().message()));
  }
  const Batching& batching = model.batching();
  LogDebug(batching.max_rows() > 1 ? absl::StrCat(name, "calls run as one, up to ", batching.max_rows(), " rows")
                                   : absl::StrCat(name, "calls run alone: ", batching.why_not));
  // How many of the outputs' digits FAST may cost is for the operator to judge.
  if (model.deviation().has_value()) {
    LogInfo(absl::StrCat(name, "its precision is FAST; on its example, outputs are up to ", *model.deviation(),
                         " of the largest from those of EXACT"));
  }
}

AdminOptions AdminOptionsOf(const Options& options, Scheduler& scheduler, KeptAlgorithms& algorithms,
                            HeapTrimmer& trimmer, std::function<void()> on_unloaded) {
  return {.load = {.max_bytes = options.max_model_bytes,
                   .thread_shares = ThreadShares(options.compute_threads),
                   .max_batch_size = options.max_batch_size,
                   .run = [&scheduler](int threads, auto work) { return scheduler.RunAndWait(threads, work); },
                   .algorithms = &algorithms.cache(),
                   .on_released = [&trimmer] { trimmer.TrimSoon(); }},
          .on_loaded =
              [&algorithms](const LoadedModel& model) {
                TellOf(model);
                algorithms.Save();
              },
          .on_unloaded = std::move(on_unloaded)};
}

// One line for each version; fails if one of them could not be served.
int Check(const Options& options) {
  const absl::StatusOr<Repository> repository = Repository::Open(options.repository);
  if (!repository.ok()) return Fail(repository.status());
  const auto access = AccessControl::FromFile(options.tokens);
  if (!access.ok()) return Fail(access.status());
  const auto models = CheckRepository(*repository, options.max_model_bytes);
  if (!models.ok()) return Fail(models.status());
  int exit_code = 0;
  for (const contract::ModelStatus& model : *models) {
    const bool good = model.state == contract::ModelState::kReady;
    std::cout << "model " << model.model.name << " version " << model.model.version << ": "
              << (good ? "good" : model.reason) << '\n';
    if (!good) exit_code = 1;
  }
  return exit_code;
}

int Serve(const Options& options, Signals& signals) {
  const absl::StatusOr<Repository> repository = Repository::Open(options.repository);
  if (!repository.ok()) return Fail(repository.status());

  auto access = AccessControl::FromFile(options.tokens);
  if (!access.ok()) return Fail(access.status());
  std::unique_ptr<Certificates> certificates;
  if (!options.tls_cert.empty()) {
    auto read = Certificates::FromFiles({options.tls_cert, options.tls_key, options.tls_client_ca});
    if (!read.ok()) return Fail(read.status());
    certificates = *std::move(read);
  }
  const WorkerThread refresh(kRefreshPeriod, [&access, &certificates] {
    (*access)->Refresh(SayInfo, SayWarning);
    if (certificates != nullptr) certificates->Refresh(SayInfo, SayWarning);
  });

  KeptAlgorithms algorithms(options.cache, MachineText(), SayWarning);
  ByteAdmission admission(options.max_inflight_bytes);  // Before whatever runs calls: they are counted to their end.
  HeapTrimmer trimmer;                                  // Before whatever holds models: they tell it when they go.
  Health health;
  ModelStore store([&health](const std::string& name, bool serving) { health.Set(name, serving); });
  SubscriptionHub hub(ServedTreesOf(store), {options.max_subscriptions, options.max_subscription_bytes});
  Scheduler scheduler({options.compute_threads, options.max_queue});
  RequestLog request_log(options.log_requests);
  ModelStatistics statistics;
  ServerMetrics metrics(
      ReadingsOf(store, scheduler, hub, admission, VersionText(), [&health] { return health.is_ready(); }));
  const auto on_unloaded = [&] {
    scheduler.ReleaseWorkspaces();
    for (const contract::ModelStatus& model : store.List()) {
      if (model.state != contract::ModelState::kUnavailable) continue;
      statistics.Forget(model.model);
      metrics.Forget(model.model);
    }
  };
  LocalAdmin admin(store, *repository, AdminOptionsOf(options, scheduler, algorithms, trimmer, on_unloaded));
  PlanDescriber plans(store, scheduler);
  LocalIntrospection introspection(store, *repository, [&plans](contract::PlanCall call, auto done) {
    plans.Describe(std::move(call), std::move(done));
  });
  LocalInference inference(store, hub, scheduler,
                           {.replica = options.replica_id,
                            .max_hook_bytes = options.max_hook_bytes,
                            .on_end = [&](const RequestRecord& record) {
                              statistics.Add(record);
                              metrics.Add(record);
                              request_log.Add(record);
                            }});
  open_inference::Service open_inference({store, inference, introspection, admin, statistics},
                                         {.version = VersionText(),
                                          .is_ready = [&health] { return health.is_ready(); },
                                          .log_level = LogLevel,
                                          .set_log_level = SetLogLevel});

  // Before the models are loaded: who asks how it goes gets an answer.
  std::unique_ptr<HttpServer> http;
  if (!options.http.empty()) {
    auto started = HttpServer::Start({.listen = options.http, .max_body_bytes = options.max_message_bytes},
                                     HttpRoutes(open_inference, **access, admission, metrics),
                                     [](int status, absl::string_view text) { return rest::ErrorReply(status, text); });
    if (!started.ok()) return Fail(started.status());
    http = *std::move(started);
  }

  const auto failed = admin.LoadAll();
  if (!failed.ok()) return Fail(failed.status());
  for (const contract::ModelStatus& model : *failed) {
    LogWarning(absl::StrCat("model ", model.model.name, " is not served: ", model.reason));
  }

  auto server = RpcServer::Start({introspection, inference, hub, admin, open_inference, **access, admission},
                                 {.listen = options.listen,
                                  .max_message_bytes = options.max_message_bytes,
                                  .certificates = certificates.get(),
                                  .health_listen = options.health_listen,
                                  .limits = options.connections});
  if (!server.ok()) return Fail(server.status());
  health.SetReady(true);
  health.Publish([&server](const std::string& name, bool serving) { (*server)->SetServing(name, serving); });
  if (http != nullptr) std::cout << "serving HTTP on " << http->address() << std::endl;
  if (const std::string* address = (*server)->health_address()) std::cout << "health on " << *address << std::endl;
  std::cout << "listening on " << (*server)->address() << std::endl;
  LogInfo(absl::StrCat("algorithms that had to be measured: ", algorithms.cache().measured()));

  signals.Wait();
  LogInfo("shutting down");
  health.SetReady(false);
  (*server)->StopServing();
  absl::SleepFor(options.drain_delay);  // Balancers notice; until they have, their calls are served.
  const absl::Time deadline = absl::Now() + options.drain_timeout;
  scheduler.Drain();
  admin.Drain();
  hub.CloseAll(absl::UnavailableError("the server is shutting down"));
  (*server)->Shutdown(deadline);
  algorithms.Save();  // What calls of other shapes have measured.
  health.Publish({});
  return 0;
}

}  // namespace
}  // namespace moduled::server

int main(int argc, char** argv) {
  using namespace moduled::server;  // NOLINT(google-build-using-namespace)
  LeaveOutLockChecks();
  const auto options = ParseOptions(argc, argv);
  if (const int* exit_code = std::get_if<int>(&options)) return *exit_code;
  if (std::get<Options>(options).check) return Check(std::get<Options>(options));
  const absl::Status environment = EnterComputeEnvironment(argv);
  StartLog(std::get<Options>(options).log_level,
           std::get<Options>(options).log_format == "json" ? LogFormat::kJson : LogFormat::kText);
  if (!environment.ok()) LogWarning(absl::StrCat("threads that wait will spin: ", environment.message()));
  Signals signals;
  return Serve(std::get<Options>(options), signals);
}
