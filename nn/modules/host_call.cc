#include "nn/modules/host_call.h"

#include <cstring>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::StatusOr<std::vector<Tensor>> CopyInputs(const std::vector<TensorSpec>& specs, absl::Span<const void* const> in) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < specs.size(); ++i) {
    ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(specs[i]));
    std::memcpy(tensor.mutable_data(), in[i], tensor.byte_size());
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// What the user's function throws stops here: nothing above it expects exceptions.
absl::StatusOr<std::vector<Tensor>> CallGuarded(const HostCallOp::Function& function, std::vector<Tensor> in) {
  try {
    return function(std::move(in));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("a hook threw an exception: ", error.what()));
  } catch (...) {
    return absl::InternalError("a hook threw an exception");
  }
}

absl::Status CopyOutputs(const std::vector<Tensor>& tensors, const std::vector<TensorSpec>& specs,
                         absl::Span<void* const> out) {
  if (tensors.size() != specs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a hook has changed the number of tensors (got ", tensors.size(), ", want ", specs.size(), ")"));
  }
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!(tensors[i].spec() == specs[i])) {
      return absl::InvalidArgumentError(absl::StrCat("a hook has changed the size of value (got ",
                                                     tensors[i].spec().ToString(), ", want ", specs[i].ToString(),
                                                     ")"));
    }
    std::memcpy(out[i], tensors[i].data(), tensors[i].byte_size());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> HostCallOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec>) {
  return attrs.out;
}

absl::StatusOr<std::unique_ptr<Kernel>> HostCallOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  std::vector<TensorSpec> in(request.in.begin(), request.in.end());
  return MakeSimpleKernel("host", [attrs, in = std::move(in)](const KernelArgs& args) -> absl::Status {
    ASSIGN_OR_RETURN(std::vector<Tensor> inputs, CopyInputs(in, args.in));
    ASSIGN_OR_RETURN(const std::vector<Tensor> outputs, CallGuarded(*attrs.function, std::move(inputs)));
    return CopyOutputs(outputs, attrs.out, args.out);
  });
}

absl::Status HostCallOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  for (size_t i = 0; i < attrs.out.size(); ++i) {
    if (scope.has_grad(i)) RETURN_IF_ERROR(scope.Set(i, scope.grad(i)));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
