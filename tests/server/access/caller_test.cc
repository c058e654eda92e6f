// What callers may do.
#include "server/access/caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moduled::server {
namespace {

TEST(Caller, AnybodyMayDoEverything) {
  EXPECT_TRUE(Caller::Anybody().Check(Need::OfModel(Roles::All(), "resnet18")).ok());
  EXPECT_TRUE(Caller::Anybody().Check(Need::OfServer(Roles::All())).ok());
  EXPECT_TRUE(Caller::Anybody().MaySee("resnet18"));
}

TEST(Caller, MayDoWhatItsRolesSay) {
  const Caller caller("app", {Role::kInfer}, {});
  EXPECT_TRUE(caller.Check(Need::OfModel({Role::kInfer}, "resnet18")).ok());
  EXPECT_EQ(caller.Check(Need::OfModel({Role::kAdmin}, "resnet18")),
            absl::PermissionDeniedError("role admin for model \"resnet18\": not granted"));
}

TEST(Caller, NeedsEveryRoleOfARequest) {
  const Caller caller("app", {Role::kInfer}, {});
  EXPECT_EQ(caller.Check(Need::OfModel({Role::kInfer, Role::kObserve}, "resnet18")),
            absl::PermissionDeniedError("role observe for model \"resnet18\": not granted"));
}

TEST(Caller, KeepsToItsModels) {
  const Caller caller("app", {Role::kInfer}, {"lenet", "res*"});
  for (const char* name : {"lenet", "res", "resnet18"}) {
    EXPECT_TRUE(caller.Check(Need::OfModel({Role::kInfer}, name)).ok()) << name;
    EXPECT_TRUE(caller.MaySee(name)) << name;
  }
  for (const char* name : {"", "lenet5", "a-resnet", "*", "\\"}) {
    EXPECT_EQ(caller.Check(Need::OfModel({Role::kInfer}, name)).code(), absl::StatusCode::kPermissionDenied) << name;
    EXPECT_FALSE(caller.MaySee(name)) << name;
  }
}

TEST(Caller, TakesNoZeroByteForTheEndOfAName) {
  const Caller caller("app", {Role::kInfer}, {"lenet"});
  EXPECT_EQ(caller.Check(Need::OfModel({Role::kInfer}, std::string("lenet\0x", 7))).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(Caller, MayHaveAListIfItHasTheRoleForSomeModel) {
  const Caller caller("app", {Role::kInspect}, {"lenet"});
  EXPECT_TRUE(caller.Check(Need::OfAnyModel({Role::kInspect})).ok());
  EXPECT_EQ(caller.Check(Need::OfAnyModel({Role::kObserve})), absl::PermissionDeniedError("role observe: not granted"));
}

TEST(Caller, NeedsAllModelsForTheServerItself) {
  EXPECT_TRUE(Caller("root", {Role::kAdmin}, {}).Check(Need::OfServer({Role::kAdmin})).ok());
  EXPECT_EQ(Caller("app", {Role::kAdmin}, {"lenet"}).Check(Need::OfServer({Role::kAdmin})),
            absl::PermissionDeniedError("role admin for all models: not granted"));
}

TEST(Caller, MayKnowOfItsModelsWhateverItsRole) {
  const Caller caller("app", {Role::kObserve}, {"lenet"});
  EXPECT_TRUE(caller.Check(Need::OfModel({}, "lenet")).ok());
  EXPECT_EQ(caller.Check(Need::OfModel({}, "resnet18")),
            absl::PermissionDeniedError("any role for model \"resnet18\": not granted"));
}

TEST(Caller, RepeatsOnlyTheBeginningOfALongNameAndNoControlCharacters) {
  const Caller caller("app", {Role::kInfer}, {"lenet"});
  const absl::Status status = caller.Check(Need::OfModel({Role::kInfer}, "a\n\x1b" + std::string(1 << 20, 'x')));
  EXPECT_LT(status.message().size(), 300u);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("\"a\\n\\033xx"));
}

}  // namespace
}  // namespace moduled::server
