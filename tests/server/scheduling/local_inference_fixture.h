// LocalInference over three small models.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/scheduling/local_inference.h"
#include "server/scheduling/served_trees.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::server {

// relu(fc(x)) * 2, with fc = Linear(3, 2); and a loss of two arguments, mean((y - t) ** 2), that forward does not call.
inline constexpr char kNetModel[] = R"pb(
  composite {
    type: "Net"
    graph {
      nodes {
        name: "x"
        placeholder {}
      }
      nodes {
        name: "fc"
        call_module: "fc"
        args { node: "x" }
      }
      nodes {
        name: "relu"
        call_function: "relu"
        args { node: "fc" }
      }
      nodes {
        name: "mul"
        call_function: "mul"
        args { node: "relu" }
        args { int: 2 }
      }
      nodes {
        name: "output"
        output {}
        args { node: "mul" }
      }
    }
  }
  children {
    name: "fc"
    module { linear { in_features: 3 out_features: 2 } }
  }
  children {
    name: "loss"
    module {
      composite {
        type: "SquaredError"
        graph {
          nodes {
            name: "y"
            placeholder {}
          }
          nodes {
            name: "t"
            placeholder {}
          }
          nodes {
            name: "sub"
            call_function: "sub"
            args { node: "y" }
            args { node: "t" }
          }
          nodes {
            name: "square"
            call_function: "mul"
            args { node: "sub" }
            args { node: "sub" }
          }
          nodes {
            name: "mean"
            call_function: "mean"
            args { node: "square" }
          }
          nodes {
            name: "output"
            output {}
            args { node: "mean" }
          }
        }
      }
    }
  }
)pb";

// Serves "tiny", "shared" and "net". One executor, one place in the queue.
class LocalInferenceTest : public ::testing::Test {
 protected:
  LocalInferenceTest() {
    Serve("tiny", testing::kTinyModel);
    Serve("shared", testing::kSharedModel);
    Serve("net", kNetModel);
  }

  void Serve(const std::string& name, absl::string_view text) {
    directory_.Add(name, text);
    store_.SetReady(*LoadedModel::Load(directory_.Open(), name, 1, {}));
  }

  // x = [[1, 2, 3]].
  static nn::CallData Arguments() { return {{nn::Datum(nn::Tensor::Of<float>({1, 3}, {1, 2, 3}))}, {}}; }
  static contract::ForwardCall Call(const std::string& model, std::vector<contract::Hook> hooks = {}) {
    contract::ForwardCall call;
    call.model.name = model;
    call.arguments = Arguments();
    call.hooks = std::move(hooks);
    return call;
  }
  static contract::BackwardCall BackwardOf(const std::string& model, std::vector<contract::Hook> hooks = {}) {
    contract::BackwardCall call;
    call.model.name = model;
    call.arguments = Arguments();
    call.objective = contract::OutputSum{};
    call.hooks = std::move(hooks);
    return call;
  }

  absl::StatusOr<contract::ForwardReply> Forward(contract::ForwardCall call) {
    return contract::ForwardAndWait(inference_, std::move(call));
  }
  absl::StatusOr<contract::BackwardReply> Backward(contract::BackwardCall call) {
    return contract::BackwardAndWait(inference_, std::move(call));
  }

  // The elements of a parameter of a model.
  std::vector<float> Parameter(const std::string& model, const std::string& name) const {
    const auto elements = (*(*store_.Find({model, ""}))->root().get_parameter(name))->data.elements<float>();
    return {elements.begin(), elements.end()};
  }

  static std::vector<float> Floats(const nn::Tensor& tensor) {
    const auto elements = tensor.elements<float>();
    return {elements.begin(), elements.end()};
  }
  static std::vector<float> Floats(const nn::Datum& datum) { return Floats(*datum.As<nn::Tensor>()); }
  template <class T>
  static std::vector<std::string> PathsOf(const std::vector<T>& items) {
    std::vector<std::string> paths;
    for (const T& item : items) paths.push_back(item.path);
    return paths;
  }

  testing::TemporaryRepository directory_;
  ModelStore store_;
  SubscriptionHub hub_{ServedTreesOf(store_), {}};
  Scheduler scheduler_{{.threads = 1, .max_queue = 1}};
  LocalInference inference_{store_, hub_, scheduler_, {.replica = "r1", .max_hook_bytes = 8000}};
};

}  // namespace moduled::server
