// One suite for the contract, run against each of its implementations: in process, and over the wire.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proto/contract/admin.h"
#include "proto/contract/hooks.h"
#include "proto/contract/inference.h"
#include "proto/contract/introspection.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::contract {

// Whatever offers the four interfaces over the models of a repository.
class Service {
 public:
  virtual ~Service() = default;
  virtual Introspection& introspection() = 0;
  virtual Inference& inference() = 0;
  virtual Hooks& hooks() = 0;
  virtual Admin& admin() = 0;
};

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<Service>(const testing::TemporaryRepository&)> start;
};

// Serves "tiny" and "shared", each in version 1.
class ContractTest : public ::testing::TestWithParam<Implementation> {
 protected:
  ContractTest() {
    repository_.Add("tiny", testing::kTinyModel, 1);
    repository_.Add("shared", testing::kSharedModel, 2);
    service_ = GetParam().start(repository_);
  }

  Introspection& introspection() { return service_->introspection(); }
  Hooks& hooks() { return service_->hooks(); }
  Admin& admin() { return service_->admin(); }

  static ForwardCall Call(const std::string& model, std::vector<Hook> hooks = {}) {
    ForwardCall call;
    call.model.name = model;
    call.arguments.args = {nn::Datum(nn::Tensor::Of<float>({1, 3}, {1, 2, 3}))};
    call.hooks = std::move(hooks);
    return call;
  }
  absl::StatusOr<ForwardReply> Forward(ForwardCall call) {
    return ForwardAndWait(service_->inference(), std::move(call));
  }

  testing::TemporaryRepository repository_;
  std::unique_ptr<Service> service_;
};

template <class T>
std::vector<std::string> PathsOf(const std::vector<T>& items) {
  std::vector<std::string> paths;
  for (const T& item : items) paths.push_back(item.path);
  return paths;
}

}  // namespace moduled::contract
