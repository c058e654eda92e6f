// What the suite is run against.
#include "client/cpp/client.h"
#include "tests/contract/suite/contract_test.h"
#include "tests/server/support/local_server.h"

namespace moduled::contract {
namespace {

class InProcess final : public Service {
 public:
  explicit InProcess(const testing::TemporaryRepository& repository) : local_(repository) {
    EXPECT_TRUE(local_.admin.LoadAll()->empty());
  }
  Introspection& introspection() override { return local_.introspection; }
  Inference& inference() override { return local_.inference; }
  Hooks& hooks() override { return local_.hub; }
  Admin& admin() override { return local_.admin; }

 private:
  testing::LocalServer local_;
};

class OverTheWire final : public Service {
 public:
  explicit OverTheWire(const testing::TemporaryRepository& repository)
      : local_(repository), server_(testing::Listen(local_)), client_(client::Client::Connect(server_->address())) {
    EXPECT_TRUE(local_.admin.LoadAll()->empty());
  }
  Introspection& introspection() override { return client_->introspection(); }
  Inference& inference() override { return client_->inference(); }
  Hooks& hooks() override { return client_->hooks(); }
  Admin& admin() override { return client_->admin(); }

 private:
  testing::LocalServer local_;
  std::unique_ptr<server::RpcServer> server_;
  std::unique_ptr<client::Client> client_;
};

template <class T>
Implementation Named(const std::string& name) {
  return {name, [](const testing::TemporaryRepository& repository) { return std::make_unique<T>(repository); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Contract, ContractTest,
                         ::testing::Values(Named<InProcess>("InProcess"), Named<OverTheWire>("OverTheWire")),
                         [](const auto& info) { return info.param.name; });

}  // namespace moduled::contract
