#include "nn/layers/init_context.h"

#include <sys/mman.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Below this a page more or less does not count, and allocating is faster than asking the system for a mapping.
constexpr size_t kMappedBytes = 1 << 20;

// Zeros that take no memory until they are read, and never more than one page.
absl::StatusOr<Tensor> MapZeros(const TensorSpec& spec) {
  const size_t bytes = spec.byte_size();
  void* data = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(absl::StrCat("no address space for a tensor of ", bytes, " bytes"));
  }
  return Tensor::Wrap(spec, std::shared_ptr<const void>(data, [bytes](void* mapped) { munmap(mapped, bytes); }), data);
}

}  // namespace

absl::Status InitContext::Book(const TensorSpec& spec) {
  RETURN_IF_ERROR(spec.Check());
  const auto bytes = static_cast<int64_t>(spec.byte_size());
  if (bytes > bytes_left_) {
    return absl::InvalidArgumentError(absl::StrCat("too large: ", spec.ToString(), " has ", bytes, " bytes (got ",
                                                   options_.max_bytes - bytes_left_, " bytes before it, want at most ",
                                                   options_.max_bytes, " in all)"));
  }
  bytes_left_ -= bytes;
  return absl::OkStatus();
}

absl::StatusOr<Tensor> InitContext::MakeZeros(TensorSpec spec) {
  RETURN_IF_ERROR(Book(spec));
  return spec.byte_size() < kMappedBytes ? Tensor::Zeros(std::move(spec)) : MapZeros(spec);
}

absl::StatusOr<Tensor> InitContext::Make(Shape shape, const init::Initialiser& initialiser) {
  TensorSpec spec{dtype_, std::move(shape)};
  if (!options_.initialise) return MakeZeros(std::move(spec));
  RETURN_IF_ERROR(Book(spec));
  ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(std::move(spec)));
  initialiser(tensor, generator_);
  return tensor;
}

absl::StatusOr<std::shared_ptr<Parameter>> InitContext::MakeParameter(Shape shape,
                                                                      const init::Initialiser& initialiser) {
  ASSIGN_OR_RETURN(Tensor tensor, Make(std::move(shape), initialiser));
  return std::make_shared<Parameter>(Parameter{.data = std::move(tensor)});
}

absl::Status InitContext::Refill(Parameter& parameter, const init::Initialiser& initialiser) {
  if (!options_.initialise) return absl::OkStatus();
  ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(parameter.data.spec()));
  initialiser(tensor, generator_);
  parameter.data = std::move(tensor);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Buffer>> InitContext::MakeBuffer(Shape shape, const init::Initialiser& initialiser) {
  ASSIGN_OR_RETURN(Tensor tensor, Make(std::move(shape), initialiser));
  return std::make_shared<Buffer>(Buffer{.data = std::move(tensor)});
}

}  // namespace moduled::nn
