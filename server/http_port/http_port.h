// What is behind the HTTP port: health, metrics and REST, put together.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/access/access_control.h"
#include "server/hooks/subscription_hub.h"
#include "server/http/http_server.h"
#include "server/metrics/server_metrics.h"
#include "server/models/model_store.h"
#include "server/open_inference/service.h"
#include "server/scheduling/byte_admission.h"
#include "server/scheduling/scheduler.h"

namespace moduled::server {

// What the metrics read of the server, and of the process. All must outlive the metrics.
std::vector<Reading> ReadingsOf(const ModelStore& store, const Scheduler& scheduler, SubscriptionHub& hub,
                                const ByteAdmission& admission, std::string version, std::function<bool()> is_ready);

// /livez, /readyz and /metrics, and those of REST. Anybody may ask for health; where there are rules of access, metrics
// are for those who may inspect. All must outlive the routes.
std::vector<HttpRoute> HttpRoutes(open_inference::Service& service, const AccessControl& access,
                                  ByteAdmission& admission, const ServerMetrics& metrics);

}  // namespace moduled::server
