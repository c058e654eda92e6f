// Says with every call of a channel who makes it. gRPC's own call credentials do so over TLS alone.
#pragma once

#include <grpcpp/support/client_interceptor.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace moduled::client {

class BearerToken final : public grpc::experimental::Interceptor {
 public:
  explicit BearerToken(const std::string& header) : header_(header) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", header_);
    }
    methods->Proceed();
  }

 private:
  const std::string& header_;  // The factory's, which lives as long as the channel.
};

class BearerTokenFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit BearerTokenFactory(const std::string& token) : header_(absl::StrCat("Bearer ", token)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(grpc::experimental::ClientRpcInfo*) override {
    return new BearerToken(header_);  // gRPC deletes it with the call.
  }

 private:
  const std::string header_;
};

}  // namespace moduled::client
