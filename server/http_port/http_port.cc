#include "server/http_port/http_port.h"

#include <map>
#include <utility>

#include "proto/contract/introspection.h"
#include "server/metrics/process_readings.h"
#include "server/rest/http_status.h"
#include "server/rest/routes.h"

namespace moduled::server {
namespace {

Reading::Values One(double value) { return {{{}, value}}; }

Reading::Values ModelsByState(const ModelStore& store) {
  std::map<std::string, double> count = {{"LOADING", 0}, {"READY", 0}, {"UNLOADING", 0}, {"UNAVAILABLE", 0}};
  for (const contract::ModelStatus& model : store.List()) ++count[std::string(open_inference::StateName(model.state))];
  Reading::Values values;
  for (const auto& [state, models] : count) values.push_back({{{"state", state}}, models});
  return values;
}

}  // namespace

std::vector<Reading> ReadingsOf(const ModelStore& store, const Scheduler& scheduler, SubscriptionHub& hub,
                                const ByteAdmission& admission, std::string version, std::function<bool()> is_ready) {
  std::vector<Reading> readings = ProcessReadings();
  const auto add = [&](const char* name, const char* help, bool is_counter, std::function<Reading::Values()> read) {
    readings.push_back({name, help, is_counter, std::move(read)});
  };
  add("moduled_build_info", "1, with the version as a label.", false, [version = std::move(version)] {
    return Reading::Values{{{{"version", version}}, 1}};
  });
  add("moduled_ready", "Whether the server takes requests.", false,
      [is_ready = std::move(is_ready)] { return One(is_ready() ? 1 : 0); });
  add("moduled_models", "Versions of models, by state.", false, [&store] { return ModelsByState(store); });
  add("moduled_queued_requests", "Calls that wait for a turn.", false,
      [&scheduler] { return One(static_cast<double>(scheduler.queued())); });
  add("moduled_inflight_bytes", "Of the messages of calls that are under way.", false,
      [&admission] { return One(static_cast<double>(admission.in_flight())); });
  add("moduled_inflight_bytes_limit", "What these may be.", false,
      [&admission] { return One(static_cast<double>(admission.max_bytes())); });
  add("moduled_inflight_bytes_refused_total", "Requests that there was no room for.", true,
      [&admission] { return One(static_cast<double>(admission.refused())); });
  add("moduled_compute_threads", "Threads that compute, of all calls together.", false,
      [&scheduler] { return One(scheduler.threads()); });
  add("moduled_subscriptions", "Open subscriptions to hooks.", false,
      [&hub] { return One(static_cast<double>(hub.totals().open)); });
  add("moduled_hook_events_delivered_total", "Events that subscribers have read.", true,
      [&hub] { return One(static_cast<double>(hub.totals().delivered)); });
  add("moduled_hook_events_dropped_total", "Events that subscribers were too slow for.", true,
      [&hub] { return One(static_cast<double>(hub.totals().dropped)); });
  return readings;
}

std::vector<HttpRoute> HttpRoutes(open_inference::Service& service, const AccessControl& access,
                                  ByteAdmission& admission, const ServerMetrics& metrics) {
  std::vector<HttpRoute> routes = rest::Routes(service, access, admission);
  routes.push_back({"GET", "/livez", [](const HttpRequest&) { return HttpReply{.body = "ok\n"}; }});
  routes.push_back({"GET", "/readyz", [&service](const HttpRequest&) {
                      if (service.settings().is_ready()) return HttpReply{.body = "ok\n"};
                      return HttpReply{.status = 503, .body = "the server does not take requests\n"};
                    }});
  routes.push_back({"GET", "/metrics", [&access, &metrics](const HttpRequest& request) {
                      const std::string authorization = request.header("Authorization");
                      const auto caller = access.Identify({.authorization = authorization});
                      if (!caller.ok()) return rest::ErrorReply(caller.status());
                      const absl::Status allowed = (*caller)->Check(Need::OfServer({Role::kInspect}));
                      if (!allowed.ok()) return rest::ErrorReply(allowed);
                      return HttpReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                       .body = metrics.Text()};
                    }});
  return routes;
}

}  // namespace moduled::server
