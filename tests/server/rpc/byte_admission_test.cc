// Calls of every kind when as many bytes as may be are in flight.
#include "server/scheduling/byte_admission.h"

#include <string>

#include "open_inference/grpc_service.grpc.pb.h"
#include "tests/server/rpc/rpc_fixture.h"

namespace moduled::server {
namespace {

using ::testing::HasSubstr;

class ByteAdmissionRpcTest : public RpcTest {
 protected:
  static constexpr size_t kMost = 4096;

  ByteAdmissionRpcTest() : RpcTest({}, {.max_inflight_bytes = kMost}) {
    open_inference_ = inference::GRPCInferenceService::NewStub(channel_);
  }

  // Takes the room of all other calls away.
  AdmissionTicket Fill() {
    AdmissionTicket all;
    EXPECT_TRUE(local_.admission.Admit(kMost, all).ok());
    return all;
  }
  // The end of the server has waited for all calls to be over, which their clients do not.
  size_t InFlightAtTheEnd() {
    server_->Shutdown(absl::InfiniteFuture());
    return local_.admission.in_flight();
  }

  grpc::Status Backward(const v1::ForwardRequest& like) {
    v1::BackwardRequest request;
    *request.mutable_model() = like.model();
    *request.mutable_inputs() = like.inputs();
    request.mutable_sum();
    grpc::ClientContext context;
    v1::BackwardResponse response;
    return inference_->Backward(&context, request, &response);
  }
  grpc::Status ForwardStream(const v1::ForwardRequest& request) {
    grpc::ClientContext context;
    const auto reader = inference_->ForwardStream(&context, request);
    for (v1::ForwardStreamResponse message; reader->Read(&message);) {
    }
    return reader->Finish();
  }
  static inference::ModelInferRequest InferRequest(const std::string& id, int64_t rows = 1) {
    inference::ModelInferRequest request;
    request.set_model_name("tiny");
    request.set_id(id);
    auto& input = *request.add_inputs();
    input.set_name("x");
    input.set_datatype("FP32");
    input.add_shape(rows);
    input.add_shape(3);
    request.add_raw_input_contents(std::string(static_cast<size_t>(rows) * 12, '\0'));
    return request;
  }
  grpc::Status Infer(const inference::ModelInferRequest& request) {
    grpc::ClientContext context;
    inference::ModelInferResponse response;
    return open_inference_->ModelInfer(&context, request, &response);
  }

  std::unique_ptr<inference::GRPCInferenceService::Stub> open_inference_;
};

const auto kIsFull = IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, HasSubstr("too many bytes are in flight"));

TEST_F(ByteAdmissionRpcTest, RefusesCallsOfEveryKindAtOnceAndServesThemAfterwards) {
  const v1::ForwardRequest request = ForwardRequest("tiny");
  {
    const AdmissionTicket all = Fill();
    EXPECT_THAT(Forward(request), kIsFull);
    EXPECT_THAT(Backward(request), kIsFull);
    EXPECT_THAT(ForwardStream(request), kIsFull);
    EXPECT_THAT(Infer(InferRequest("a")), kIsFull);
    EXPECT_EQ(local_.admission.refused(), 4u);
  }
  EXPECT_TRUE(Forward(request).ok());
  EXPECT_TRUE(Backward(request).ok());
  EXPECT_TRUE(ForwardStream(request).ok());
  const grpc::Status inferred = Infer(InferRequest("a"));
  EXPECT_TRUE(inferred.ok()) << inferred.error_message();
  EXPECT_EQ(InFlightAtTheEnd(), 0u);
}

TEST_F(ByteAdmissionRpcTest, TellsAStreamWhichOfItsRequestsWasRefused) {
  grpc::ClientContext context;
  const auto stream = open_inference_->ModelStreamInfer(&context);
  inference::ModelStreamInferResponse answer;
  {
    const AdmissionTicket all = Fill();
    ASSERT_TRUE(stream->Write(InferRequest("first")));
    ASSERT_TRUE(stream->Read(&answer));
    EXPECT_EQ(answer.infer_response().id(), "first");
    EXPECT_THAT(answer.error_message(), HasSubstr("too many bytes are in flight"));
  }
  ASSERT_TRUE(stream->Write(InferRequest("second")));
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.infer_response().id(), "second");
  EXPECT_EQ(answer.error_message(), "");
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(InFlightAtTheEnd(), 0u);
}

TEST_F(ByteAdmissionRpcTest, SaysThatAMessageWillNeverFit) {
  const int64_t rows = kMost / 12 + 1;
  EXPECT_THAT(Forward(ForwardRequest("tiny", rows)),
              IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, HasSubstr("message: too large (got 4")));
  EXPECT_THAT(Infer(InferRequest("a", rows)),
              IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, HasSubstr("message: too large (got 4")));
  ExpectStillServing();
}

TEST_F(ByteAdmissionRpcTest, KeepsNothingOfCallsThatFail) {
  EXPECT_EQ(Forward(ForwardRequest("nobody")).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Infer(inference::ModelInferRequest()).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CallRaw("/moduled.v1.Inference/Forward", "no message").first.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(InFlightAtTheEnd(), 0u);
}

TEST_F(ByteAdmissionRpcTest, AnswersQuestionsThatCarryNoTensorsAllTheSame) {
  const AdmissionTicket all = Fill();
  grpc::ClientContext context;
  v1::ListModelsResponse models;
  EXPECT_TRUE(introspection_->ListModels(&context, {}, &models).ok());
  EXPECT_EQ(CallRaw("/grpc.health.v1.Health/Check", "").first.error_code(), grpc::StatusCode::OK);
}

}  // namespace
}  // namespace moduled::server
