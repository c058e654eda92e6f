// Whatever a client sends: the right status, a text that says what is wrong and where, and a server that goes on.
#include <string>
#include <vector>

#include "tests/server/rpc/rpc_fixture.h"

namespace moduled::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;
constexpr auto kNotFound = grpc::StatusCode::NOT_FOUND;

class BadInputTest : public RpcTest {
 protected:
  ~BadInputTest() override { ExpectStillServing(); }

  // Loads a description in text form as a model of its own.
  grpc::Status Load(absl::string_view description) {
    v1::LoadModelRequest request;
    request.mutable_model()->set_name("fresh");
    *request.mutable_description() = testing::DescriptionOf(description).message();
    grpc::ClientContext context;
    v1::LoadModelResponse response;
    return admin_->LoadModel(&context, request, &response);
  }
  grpc::Status LoadFromRepository(const std::string& name) {
    v1::LoadModelRequest request;
    request.mutable_model()->set_name(name);
    grpc::ClientContext context;
    v1::LoadModelResponse response;
    const grpc::Status status = admin_->LoadModel(&context, request, &response);
    EXPECT_THAT(status.error_message(), Not(HasSubstr(directory_.path())));
    return status;
  }
};

TEST_F(BadInputTest, UnknownModelsVersionsAndPathsAreNotFound) {
  v1::ForwardRequest request = ForwardRequest("tini");
  EXPECT_THAT(Forward(request), IsError(kNotFound, "model \"tini\": not loaded; did you mean \"tiny\"?"));
  request.mutable_model()->set_name("tiny");
  request.mutable_model()->set_version("2");
  EXPECT_THAT(Forward(request), IsError(kNotFound, "model \"tiny\": version 2 is not loaded (loaded: 1)"));
  request.mutable_model()->set_version("latest");
  EXPECT_THAT(Forward(request), IsError(kInvalid, HasSubstr("model.version: not a version (got \"latest\"")));
  request.clear_model();
  EXPECT_THAT(Forward(request), IsError(kInvalid, "model.name: empty"));

  v1::GetSubmoduleRequest submodule;
  submodule.mutable_model()->set_name("tiny");
  for (const char* path : {"2", ".", "0..", "0.weight", "a..b"}) {
    submodule.set_path(path);
    grpc::ClientContext context;
    v1::GetSubmoduleResponse response;
    EXPECT_EQ(introspection_->GetSubmodule(&context, submodule, &response).error_code(), kNotFound) << path;
  }
  v1::GetParameterRequest parameter;
  parameter.mutable_model()->set_name("tiny");
  parameter.set_path("0.weigth");
  grpc::ClientContext context;
  v1::GetParameterResponse response;
  EXPECT_THAT(introspection_->GetParameter(&context, parameter, &response),
              IsError(kNotFound, HasSubstr("did you mean \"0.weight\"?")));
}

TEST_F(BadInputTest, WrongShapesTypesAndByteCountsNameTheInput) {
  v1::ForwardRequest request = ForwardRequest("tiny");
  v1::Tensor& tensor = *request.mutable_inputs(0)->mutable_tensor();
  tensor.set_data(std::string(11, '\0'));
  EXPECT_THAT(Forward(request),
              IsError(kInvalid, "inputs[0].tensor.data: wrong number of bytes for float32[1, 3] (got 11, want 12)"));
  tensor.set_data(std::string(16, '\0'));
  tensor.set_shape(1, 4);
  EXPECT_THAT(Forward(request),
              IsError(kInvalid, "inputs[0] (\"x\"): wrong shape (got float32[1, 4], want float32[-1, 3])"));
  tensor.set_dtype(v1::INT32);
  EXPECT_THAT(Forward(request),
              IsError(kInvalid, "inputs[0] (\"x\"): wrong type (got int32[1, 4], want float32[-1, 3])"));
  tensor.set_shape(1, int64_t{1} << 62);
  EXPECT_THAT(Forward(request), IsError(kInvalid, HasSubstr("inputs[0].tensor.shape: too many")));
  tensor.set_shape(1, -1);
  EXPECT_THAT(Forward(request), IsError(kInvalid, HasSubstr("inputs[0].tensor.shape: negative extent")));
  tensor.clear_dtype();
  EXPECT_THAT(Forward(request), IsError(kInvalid, HasSubstr("inputs[0].tensor.dtype: not set")));
  request.clear_inputs();
  EXPECT_EQ(Forward(request).error_code(), kInvalid);
}

TEST_F(BadInputTest, BytesThatAreNoMessageAreInvalid) {
  const std::string garbage = "\xff\xff\xff\xff garbage";
  for (const char* method : {"Introspection/ListModels",
                             "Introspection/DescribeModel",
                             "Introspection/NamedModules",
                             "Introspection/NamedChildren",
                             "Introspection/GetSubmodule",
                             "Introspection/NamedParameters",
                             "Introspection/GetParameter",
                             "Introspection/NamedBuffers",
                             "Introspection/GetBuffer",
                             "Introspection/StateDict",
                             "Introspection/Summary",
                             "Introspection/DescribePlan",
                             "Inference/Forward",
                             "Inference/ForwardStream",
                             "Inference/Backward",
                             "Hooks/Subscribe",
                             "Hooks/ListSubscriptions",
                             "Admin/LoadModel",
                             "Admin/UnloadModel",
                             "Admin/LoadStateDict",
                             "Admin/Apply",
                             "Admin/Train",
                             "Admin/RequiresGrad"}) {
    EXPECT_THAT(CallRaw(absl::StrCat("/moduled.v1.", method), garbage).first,
                IsError(kInvalid, HasSubstr("message: not a moduled.v1.")))
        << method;
  }
}

TEST_F(BadInputTest, AValueThatNestsAThousandTimesIsInvalid) {
  v1::ForwardRequest request = ForwardRequest("tiny");
  v1::Value* value = request.add_inputs();
  for (int i = 0; i < 1000; ++i) value = value->mutable_list()->add_items();
  value->mutable_none();
  EXPECT_EQ(Forward(request).error_code(), kInvalid);
}

TEST_F(BadInputTest, DescriptionsThatDoNotHoldTogetherAreInvalid) {
  EXPECT_EQ(Load("").error_code(), kInvalid) << "an unknown layer is one that is not set";
  EXPECT_THAT(Load(R"pb(sequential {}
                        children {
                          name: "0"
                          module { linear { in_features: 3 } }
                        })pb"),
              IsError(kInvalid, HasSubstr("0 (Linear)")));
  EXPECT_THAT(Load(R"pb(composite {
                          type: "C"
                          graph {
                            nodes {
                              name: "x"
                              placeholder {}
                            }
                            nodes {
                              name: "y"
                              call_module: "conv"
                              args { node: "x" }
                            }
                            nodes {
                              name: "output"
                              output {}
                              args { node: "y" }
                            }
                          }
                        })pb"),
              IsError(kInvalid, HasSubstr("conv")));
  EXPECT_THAT(Load(R"pb(composite {
                          type: "C"
                          graph {
                            nodes {
                              name: "a"
                              call_function: "add"
                              args { node: "b" }
                              args { int: 1 }
                            }
                            nodes {
                              name: "b"
                              call_function: "add"
                              args { node: "a" }
                              args { int: 1 }
                            }
                            nodes {
                              name: "output"
                              output {}
                              args { node: "b" }
                            }
                          }
                        })pb"),
              IsError(kInvalid, HasSubstr("b")));
  EXPECT_EQ(Load(R"pb(sequential {}
                      children { name: "0" shared: "0" })pb")
                .error_code(),
            kInvalid);
  EXPECT_EQ(Load(R"pb(sequential {}
                      children { name: "0" shared: "" })pb")
                .error_code(),
            kInvalid);
  EXPECT_EQ(Load(R"pb(composite {
                        type: "C"
                        graph { nodes { name: "f" call_function: "eval" } }
                      })pb")
                .error_code(),
            kInvalid);
  EXPECT_THAT(directory_.List(""), ::testing::ElementsAre("shared", "tiny"));
}

TEST_F(BadInputTest, ADescriptionOfTenThousandLevelsIsInvalid) {
  // By hand: protobuf's own classes would recurse as deeply.
  std::string bytes;
  const auto wrap = [&bytes](char tag) {
    std::string length;
    size_t left = bytes.size();
    for (; left > 0x7f; left >>= 7) length.push_back(static_cast<char>((left & 0x7f) | 0x80));
    length.push_back(static_cast<char>(left));
    bytes = tag + length + bytes;
  };
  for (int i = 0; i < 10'000; ++i) {
    wrap(0x12);  // Child.module
    wrap(0x0a);  // ModuleDescription.children
  }
  wrap(0x12);  // LoadModelRequest.description
  EXPECT_THAT(CallRaw("/moduled.v1.Admin/LoadModel", bytes).first,
              IsError(kInvalid, HasSubstr("messages inside each other to a depth of more than")));
}

TEST_F(BadInputTest, AModelWhoseWeightsAreNotGoodIsNotLoaded) {
  directory_.Add("cut", testing::kTinyModel);
  const std::string weights = directory_.ReadFile("cut/1/model.safetensors");
  for (const size_t length : {size_t{0}, size_t{7}, size_t{20}, weights.size() - 1}) {
    directory_.WriteFile("cut/1/model.safetensors", weights.substr(0, length));
    EXPECT_THAT(LoadFromRepository("cut"),
                IsError(grpc::StatusCode::FAILED_PRECONDITION, HasSubstr("cut/1: model.safetensors")));
  }
  directory_.WriteFile("cut/1/model.safetensors", std::string(100, '\xff'));
  EXPECT_EQ(LoadFromRepository("cut").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  directory_.WriteFile("cut/1/model.safetensors", weights);
  EXPECT_TRUE(LoadFromRepository("cut").ok());
}

TEST_F(BadInputTest, AnUploadThatIsNotGoodChangesNothing) {
  const auto upload = [&](const std::vector<v1::LoadStateDictRequest>& pieces) {
    grpc::ClientContext context;
    v1::LoadStateDictResponse response;
    const auto writer = admin_->LoadStateDict(&context, &response);
    for (const v1::LoadStateDictRequest& piece : pieces) writer->Write(piece);
    writer->WritesDone();
    return writer->Finish();
  };
  v1::LoadStateDictRequest options, header, data, nothing;
  options.mutable_options()->mutable_model()->set_name("tiny");
  v1::StateDictEntry& entry = *header.mutable_header()->add_entries();
  entry.set_name("0.bias");
  entry.mutable_tensor()->set_dtype(v1::FLOAT32);
  entry.mutable_tensor()->add_shape(2);
  data.mutable_data()->set_data(std::string(8, '\0'));

  EXPECT_THAT(upload({}), IsError(kInvalid, "options: missing"));
  EXPECT_THAT(upload({options}), IsError(kInvalid, "header: missing"));
  EXPECT_THAT(upload({header}), IsError(kInvalid, "header: came before the options"));
  EXPECT_THAT(upload({options, options}), IsError(kInvalid, "options: sent twice"));
  EXPECT_THAT(upload({options, data}), IsError(kInvalid, "data: came before the header"));
  EXPECT_THAT(upload({options, nothing}), IsError(kInvalid, HasSubstr("kind: not set")));
  EXPECT_THAT(upload({options, header}), IsError(kInvalid, HasSubstr("the elements of 0.bias end early")));
  EXPECT_THAT(upload({options, header, data, data}), IsError(kInvalid, "data: bytes after the last tensor"));
  EXPECT_THAT(upload({options, header, data}),
              IsError(kInvalid, HasSubstr("Missing key(s) in state_dict: \"0.weight\". ")));
  EXPECT_THAT(directory_.List("tiny"), ::testing::ElementsAre("1"));
}

TEST_F(BadInputTest, SubscriptionsThatSelectNothingAreRefused) {
  const auto subscribe = [&](const v1::SubscribeRequest& request) {
    grpc::ClientContext context;
    const auto reader = hooks_->Subscribe(&context, request);
    v1::SubscribeResponse response;
    EXPECT_FALSE(reader->Read(&response));
    return reader->Finish();
  };
  v1::SubscribeRequest request;
  request.mutable_model()->set_name("tiny");
  EXPECT_THAT(subscribe(request), IsError(kInvalid, "hooks: none (want at least one)"));
  v1::Hook& hook = *request.add_hooks();
  EXPECT_THAT(subscribe(request), IsError(kInvalid, HasSubstr("hooks[0].selector: not set")));
  hook.set_path("7");
  EXPECT_THAT(subscribe(request), IsError(kNotFound, HasSubstr("the model has no module \"7\"")));
  hook.set_regex("(");
  EXPECT_THAT(subscribe(request), IsError(kInvalid, HasSubstr("hooks[0].regex: not a pattern")));
  request.mutable_model()->set_name("none");
  hook.set_path("");
  EXPECT_EQ(subscribe(request).error_code(), kNotFound);
}

}  // namespace
}  // namespace moduled::server
