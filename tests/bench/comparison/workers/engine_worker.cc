// This engine as one of the compared: one model at one batch size and number of threads, in process.
//
//   ready  nothing: that it is answered says that the program has started
//   load   model (a version's folder), input (a file of float32), shape, threads, precision
//   run    warm, times: runs that are not timed, then runs that are  ->  nanoseconds of each
//   save   path: runs once and writes the output as float32
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/plan/model.h"
#include "nn/tensor/status_macros.h"
#include "tests/bench/comparison/workers/line_protocol.h"
#include "tests/bench/load_model.h"

namespace moduled::bench {
namespace {

using nlohmann::json;

absl::StatusOr<nn::Precision> PrecisionNamed(const std::string& name) {
  if (name == "exact") return nn::Precision::kExact;
  if (name == "default") return nn::Precision::kDefault;
  if (name == "fast") return nn::Precision::kFast;
  return absl::InvalidArgumentError(absl::StrCat("precision: got '", name, "', want exact, default or fast"));
}

absl::StatusOr<nn::Tensor> ReadInput(const std::string& path, const std::vector<int64_t>& shape) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  if (!file || !(bytes << file.rdbuf())) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return nn::Tensor::FromBytes({nn::DType::kFloat32, nn::Shape(shape)}, std::move(bytes).str());
}

class EngineWorker {
 public:
  absl::StatusOr<json> Load(const json& request) {
    nn::ModelOptions options;
    options.threads = request.at("threads").get<int>();
    ASSIGN_OR_RETURN(options.precision, PrecisionNamed(request.at("precision").get<std::string>()));
    const std::string version = request.at("model").get<std::string>();
    ASSIGN_OR_RETURN(const nn::Description description, ReadDescription(version));
    ASSIGN_OR_RETURN(model_, LoadModel(description, version, options));
    ASSIGN_OR_RETURN(nn::Tensor input, ReadInput(request.at("input").get<std::string>(),
                                                 request.at("shape").get<std::vector<int64_t>>()));
    nn::CallData arguments;
    arguments.args.emplace_back(std::move(input));
    ASSIGN_OR_RETURN(call_, model_->Prepare(arguments));
    return json{{"arena_bytes", call_.plan->arena_bytes()}, {"plan", call_.plan->ToString()}};
  }

  absl::StatusOr<json> Run(const json& request) {
    for (int i = request.at("warm").get<int>(); i > 0; --i) RETURN_IF_ERROR(Execute().status());
    std::vector<int64_t> nanoseconds;
    for (int i = request.at("times").get<int>(); i > 0; --i) {
      const auto start = std::chrono::steady_clock::now();
      const absl::StatusOr<nn::Datum> output = Execute();
      const auto end = std::chrono::steady_clock::now();
      RETURN_IF_ERROR(output.status());
      nanoseconds.push_back(std::chrono::nanoseconds(end - start).count());
    }
    return json{{"nanoseconds", nanoseconds}};
  }

  absl::StatusOr<json> Save(const json& request) {
    ASSIGN_OR_RETURN(const nn::Datum output, Execute());
    const auto* tensor = output.As<nn::Tensor>();
    if (tensor == nullptr || tensor->dtype() != nn::DType::kFloat32) {
      return absl::UnimplementedError("the model returns something else than one float32 tensor");
    }
    const std::string path = request.at("path").get<std::string>();
    std::ofstream file(path, std::ios::binary);
    file.write(static_cast<const char*>(tensor->data()), static_cast<std::streamsize>(tensor->byte_size()));
    if (!file.flush()) return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
    return json::object();
  }

 private:
  absl::StatusOr<nn::Datum> Execute() {
    if (call_.plan == nullptr) return absl::FailedPreconditionError("no model is loaded");
    return call_.plan->Execute(call_.inputs, workspace_);
  }

  std::shared_ptr<nn::Model> model_;
  nn::PreparedCall call_;
  nn::Workspace workspace_;
};

}  // namespace
}  // namespace moduled::bench

int main() {
  moduled::bench::EngineWorker worker;
  moduled::bench::ServeLines({{"ready", [](const auto&) { return nlohmann::json::object(); }},
                              {"load", [&](const auto& request) { return worker.Load(request); }},
                              {"run", [&](const auto& request) { return worker.Run(request); }},
                              {"save", [&](const auto& request) { return worker.Save(request); }}},
                             std::cin, std::cout);
  return 0;
}
