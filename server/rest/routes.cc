#include "server/rest/routes.h"

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "nn/tensor/status_macros.h"
#include "server/rest/http_status.h"
#include "server/rest/infer_body.h"
#include "server/rest/model_json.h"
#include "server/scheduling/trace_context.h"

namespace moduled::server::rest {
namespace {

using contract::ModelRef;
using nlohmann::json;
using open_inference::Service;

constexpr char kModel[] = "/v2/models/([^/]+)(?:/versions/([^/]+))?";

HttpReply JsonReply(const json& object) {
  return {.content_type = "application/json", .body = object.dump(-1, ' ', false, json::error_handler_t::replace)};
}

ModelRef ModelOf(const HttpRequest& request) { return {request.captures.at(0), request.captures.at(1)}; }

// What a route does, once it is known who asks.
using Answer = std::function<absl::StatusOr<HttpReply>(const HttpRequest& request, const Caller& caller)>;

// Every route but those of health goes through here.
class RouteMaker {
 public:
  explicit RouteMaker(const AccessControl& access) : access_(access) {}

  HttpRoute Make(const char* method, std::string pattern, Answer answer, bool is_slow = false) const {
    return {.method = method,
            .pattern = std::move(pattern),
            .handler = [&access = access_, answer = std::move(answer)](const HttpRequest& request) -> HttpReply {
              const std::string authorization = request.header("Authorization");
              const auto caller = access.Identify({.authorization = authorization});
              if (!caller.ok()) return ErrorReply(caller.status());
              absl::StatusOr<HttpReply> reply = answer(request, **caller);
              return reply.ok() ? *std::move(reply) : ErrorReply(reply.status());
            },
            .is_slow = is_slow};
  }

 private:
  const AccessControl& access_;
};

absl::StatusOr<HttpReply> Infer(Service& service, ByteAdmission& admission, const HttpRequest& request,
                                const Caller& caller) {
  AdmissionTicket ticket;
  RETURN_IF_ERROR(admission.Admit(request.body.size(), ticket));
  ASSIGN_OR_RETURN(InferBody body, ParseInfer(request.body, request.header(kJsonLengthHeader)));
  open_inference::InferCall call = std::move(body.call);
  call.model = ModelOf(request);
  call.context.trace_parent = CheckedTraceParent(request.header("traceparent"));
  const Roles roles = call.parameters.hooks.empty() ? Roles{Role::kInfer} : Roles{Role::kInfer, Role::kObserve};
  RETURN_IF_ERROR(caller.Check(Need::OfModel(roles, call.model.name)));
  absl::StatusOr<open_inference::InferReply> reply = absl::UnknownError("");
  absl::Notification done;
  service.Infer(std::move(call), [&](absl::StatusOr<open_inference::InferReply> answer) {
    reply = std::move(answer);
    done.Notify();
  });
  done.WaitForNotification();
  if (!reply.ok()) return reply.status();
  return InferReplyOf(*reply, body);
}

absl::StatusOr<HttpReply> Logging(Service& service, const HttpRequest& request) {
  if (request.method == "POST") {
    const json object = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
    const auto level = object.is_object() ? object.find("log_level") : object.end();
    if (!object.is_object() || level == object.end() || !level->is_string() || object.size() != 1) {
      return absl::InvalidArgumentError(
          "body: want {\"log_level\": \"debug\", \"info\", \"warning\", \"error\" or \"off\"}");
    }
    RETURN_IF_ERROR(service.settings().set_log_level(level->get<std::string>()));
  }
  return JsonReply({{"log_level", service.settings().log_level()}});
}

HttpReply Health(bool good) { return {.status = good ? 200 : 503, .content_type = "application/json", .body = "{}"}; }

}  // namespace

std::vector<HttpRoute> Routes(Service& service, const AccessControl& access, ByteAdmission& admission) {
  const RouteMaker routes(access);
  const std::string model = kModel;
  return {
      {"GET", "/v2/health/live", [](const HttpRequest&) { return Health(true); }},
      {"GET", "/v2/health/ready", [&](const HttpRequest&) { return Health(service.settings().is_ready()); }},
      routes.Make("GET", "/v2/?",
                  [&](const HttpRequest&, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfAnyModel({Role::kInspect})));
                    return JsonReply({{"name", "moduled"},
                                      {"version", service.settings().version},
                                      {"extensions", open_inference::Extensions()}});
                  }),
      routes.Make("GET", "/v2/models/stats",
                  [&](const HttpRequest&, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfAnyModel({Role::kInspect})));
                    auto versions = service.statistics().List({});
                    std::erase_if(versions, [&](const auto& each) { return !caller.MaySee(each.model.name); });
                    return JsonReply(StatisticsOf(versions));
                  }),
      routes.Make("GET", model,
                  [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfModel({Role::kInspect}, ModelOf(request).name)));
                    ASSIGN_OR_RETURN(const auto description, service.Describe(ModelOf(request)));
                    return JsonReply(MetadataOf(description));
                  }),
      routes.Make("GET", model + "/config",
                  [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfModel({Role::kInspect}, ModelOf(request).name)));
                    ASSIGN_OR_RETURN(const auto description, service.Describe(ModelOf(request)));
                    return JsonReply(ConfigOf(description));
                  }),
      routes.Make("GET", model + "/stats",
                  [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfModel({Role::kInspect}, ModelOf(request).name)));
                    RETURN_IF_ERROR(service.Describe(ModelOf(request)).status());
                    return JsonReply(StatisticsOf(service.statistics().List(ModelOf(request))));
                  }),
      routes.Make("GET", model + "/ready",
                  [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfModel({}, ModelOf(request).name)));
                    ASSIGN_OR_RETURN(const bool ready, service.IsReady(ModelOf(request)));
                    return Health(ready);
                  }),
      routes.Make(
          "POST", model + "/infer",
          [&](const HttpRequest& request, const Caller& caller) { return Infer(service, admission, request, caller); },
          /*is_slow=*/true),
      routes.Make("POST", "/v2/repository/index",
                  [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfAnyModel({Role::kInspect})));
                    const json body = json::parse(request.body.empty() ? "{}" : request.body, nullptr, false);
                    if (!body.is_object()) return absl::InvalidArgumentError("body: not a JSON object");
                    const auto ready = body.find("ready");
                    if (ready != body.end() && !ready->is_boolean()) {
                      return absl::InvalidArgumentError("ready: want true or false");
                    }
                    ASSIGN_OR_RETURN(auto index, service.Index(ready != body.end() && ready->get<bool>()));
                    std::erase_if(index, [&](const auto& each) { return !caller.MaySee(each.model.name); });
                    return JsonReply(IndexOf(index));
                  }),
      routes.Make(
          "POST", "/v2/repository/models/([^/]+)/(load|unload)",
          [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
            const std::string& name = request.captures.at(0);
            RETURN_IF_ERROR(caller.Check(Need::OfModel({Role::kAdmin}, name)));
            RETURN_IF_ERROR(request.captures.at(1) == "load" ? service.Load(name) : service.Unload(name));
            return JsonReply(json::object());
          },
          /*is_slow=*/true),
      routes.Make("GET", "/v2/logging",
                  [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfServer({Role::kAdmin})));
                    return Logging(service, request);
                  }),
      routes.Make("POST", "/v2/logging",
                  [&](const HttpRequest& request, const Caller& caller) -> absl::StatusOr<HttpReply> {
                    RETURN_IF_ERROR(caller.Check(Need::OfServer({Role::kAdmin})));
                    return Logging(service, request);
                  }),
  };
}

}  // namespace moduled::server::rest
