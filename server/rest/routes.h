// The Open Inference Protocol over HTTP, version 2 of its REST form:
//
//   GET  /v2  /v2/health/live  /v2/health/ready
//   GET  /v2/models/M[/versions/V]  …/ready  …/config  …/stats     GET /v2/models/stats
//   POST /v2/models/M[/versions/V]/infer
//   POST /v2/repository/index  /v2/repository/models/M/load  /v2/repository/models/M/unload
//   GET, POST /v2/logging
#pragma once

#include <vector>

#include "server/access/access_control.h"
#include "server/http/http_message.h"
#include "server/open_inference/service.h"
#include "server/scheduling/byte_admission.h"

namespace moduled::server::rest {

// The bodies of infer requests are counted among the bytes under way. All must outlive the routes.
std::vector<HttpRoute> Routes(open_inference::Service& service, const AccessControl& access, ByteAdmission& admission);

}  // namespace moduled::server::rest
