#include "nn/weights/torch_storages.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/quote.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr absl::string_view kRebuildParameter = "torch._utils._rebuild_parameter";
constexpr absl::string_view kRebuildParameterWithState = "torch._utils._rebuild_parameter_with_state";

struct StorageType {
  absl::string_view name;
  DType dtype;
};
constexpr StorageType kStorageTypes[] = {
    {"torch.FloatStorage", DType::kFloat32}, {"torch.DoubleStorage", DType::kFloat64},
    {"torch.HalfStorage", DType::kFloat16},  {"torch.BFloat16Storage", DType::kBFloat16},
    {"torch.LongStorage", DType::kInt64},    {"torch.IntStorage", DType::kInt32},
    {"torch.CharStorage", DType::kInt8},     {"torch.ByteStorage", DType::kUInt8},
    {"torch.BoolStorage", DType::kBool},
};

const StorageType* FindType(absl::string_view name) {
  const auto has_name = [&](const StorageType& type) { return type.name == name; };
  const auto* found = std::find_if(std::begin(kStorageTypes), std::end(kStorageTypes), has_name);
  return found == std::end(kStorageTypes) ? nullptr : found;
}

absl::Status Malformed(absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat("data.pkl: ", what)); }

const std::vector<PickleRef>* TupleItems(PickleRef node, size_t at_least) {
  const auto* tuple = node->As<PickleNode::Tuple>();
  return tuple == nullptr || tuple->items.size() < at_least ? nullptr : &tuple->items;
}

// The name of the function that a call calls, and its arguments; empty for anything else.
absl::string_view Callee(PickleRef node) {
  const auto* call = node->As<PickleNode::Call>();
  return call == nullptr ? absl::string_view() : absl::string_view(call->function->As<PickleNode::Global>()->name);
}

absl::StatusOr<std::vector<int64_t>> Ints(PickleRef node, absl::string_view what) {
  const std::vector<PickleRef>* items = TupleItems(node, 0);
  std::vector<int64_t> ints;
  for (size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const int64_t* number = (*items)[i]->As<int64_t>();
    if (number == nullptr || *number < 0) return Malformed(absl::StrCat("a tensor's ", what, " has what is no extent"));
    ints.push_back(*number);
  }
  if (items == nullptr) return Malformed(absl::StrCat("a tensor's ", what, " is no tuple"));
  return ints;
}

bool IsContiguous(const std::vector<int64_t>& size, const std::vector<int64_t>& stride) {
  int64_t expected = 1;
  for (size_t axis = size.size(); axis-- > 0;) {
    if (size[axis] != 1 && stride[axis] != expected) return false;
    expected *= size[axis];
  }
  return true;
}

// Copies element by element in row-major order.
void Gather(const uint8_t* from, const Shape& shape, const std::vector<int64_t>& stride, size_t element, uint8_t* to) {
  std::vector<int64_t> index(shape.rank(), 0);
  int64_t offset = 0;
  for (int64_t n = shape.numel(); n > 0; --n, to += element) {
    std::memcpy(to, from + static_cast<size_t>(offset) * element, element);
    for (size_t axis = shape.rank(); axis-- > 0;) {
      offset += stride[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

bool TorchStorages::IsAllowed(absl::string_view global) {
  return global == "collections.OrderedDict" || global == kRebuildTensor || global == kRebuildParameter ||
         global == kRebuildParameterWithState || FindType(global) != nullptr;
}

bool TorchStorages::IsTensor(PickleRef node) {
  const absl::string_view callee = Callee(node);
  return callee == kRebuildTensor || callee == kRebuildParameter || callee == kRebuildParameterWithState;
}

absl::StatusOr<Tensor> TorchStorages::Make(PickleRef node) {
  // A parameter is a call around the call that makes its tensor.
  for (int level = 0; level < 2 && Callee(node) != kRebuildTensor; ++level) {
    const std::vector<PickleRef>* arguments =
        IsTensor(node) ? TupleItems(node->As<PickleNode::Call>()->arguments, 1) : nullptr;
    if (arguments == nullptr) return Malformed("a parameter has no tensor");
    node = arguments->front();
  }
  if (Callee(node) != kRebuildTensor) return Malformed("a parameter has no tensor");
  const std::vector<PickleRef>* arguments = TupleItems(node->As<PickleNode::Call>()->arguments, 4);
  if (arguments == nullptr) return Malformed("a tensor has too few arguments");
  ASSIGN_OR_RETURN(const Storage storage, FindStorage((*arguments)[0]));
  View view;
  const int64_t* offset = (*arguments)[1]->As<int64_t>();
  if (offset == nullptr || *offset < 0) return Malformed("a tensor's offset is no number");
  view.offset = *offset;
  ASSIGN_OR_RETURN(view.size, Ints((*arguments)[2], "size"));
  ASSIGN_OR_RETURN(view.stride, Ints((*arguments)[3], "stride"));
  if (view.size.size() != view.stride.size()) return Malformed("a tensor has not as many strides as extents");

  const Key key(storage.key, view.offset, view.size, view.stride);
  if (const auto found = made_.find(key); found != made_.end() && found->second.dtype() == storage.dtype) {
    return found->second;
  }
  ASSIGN_OR_RETURN(Tensor tensor, MakeView(storage, view));
  made_.insert_or_assign(key, tensor);
  return tensor;
}

// ('storage', type, key, location, numel).
absl::StatusOr<TorchStorages::Storage> TorchStorages::FindStorage(PickleRef node) {
  const auto* persistent = node->As<PickleNode::Persistent>();
  const std::vector<PickleRef>* id = persistent == nullptr ? nullptr : TupleItems(persistent->id, 5);
  if (id == nullptr) return Malformed("a tensor has no storage");
  const std::string* kind = (*id)[0]->As<std::string>();
  const auto* type = (*id)[1]->As<PickleNode::Global>();
  const std::string* key = (*id)[2]->As<std::string>();
  const int64_t* numel = (*id)[4]->As<int64_t>();
  if (kind == nullptr || *kind != "storage" || type == nullptr || key == nullptr || numel == nullptr || *numel < 0) {
    return Malformed("a tensor's storage is not described as torch does");
  }
  const StorageType* storage_type = FindType(type->name);
  if (storage_type == nullptr) return Malformed(absl::StrCat(Quote(type->name), " is no storage"));
  if (const auto found = storages_.find(*key); found != storages_.end()) {
    if (found->second.dtype == storage_type->dtype && found->second.numel == *numel) return found->second;
    return Malformed(absl::StrCat("storage ", Quote(*key), " is described in two ways"));
  }
  ASSIGN_OR_RETURN(const Storage storage, ReadStorage(storage_type->dtype, *key, *numel));
  storages_.emplace(*key, storage);
  return storage;
}

absl::StatusOr<TorchStorages::Storage> TorchStorages::ReadStorage(DType dtype, const std::string& key,
                                                                  int64_t numel) const {
  const auto entry = archive_.entries().find(absl::StrCat(folder_, "data/", key));
  if (entry == archive_.entries().end()) return Malformed(absl::StrCat("storage ", Quote(key), " is missing"));
  const absl::Span<const uint8_t> content = entry->second;
  int64_t bytes = 0;
  if (__builtin_mul_overflow(numel, static_cast<int64_t>(SizeOf(dtype)), &bytes) ||
      static_cast<uint64_t>(bytes) != content.size()) {
    return Malformed(absl::StrCat("storage ", Quote(key), " has the wrong size (got ", content.size(), " bytes, want ",
                                  numel, " elements)"));
  }
  if (dtype == DType::kBool && std::any_of(content.begin(), content.end(), [](uint8_t byte) { return byte > 1; })) {
    return Malformed(absl::StrCat("storage ", Quote(key), " has bools that are neither 0 nor 1"));
  }
  return Storage{dtype, key, numel, content.data()};
}

absl::StatusOr<Tensor> TorchStorages::MakeView(const Storage& storage, const View& view) {
  TensorSpec spec{storage.dtype, Shape(view.size)};
  RETURN_IF_ERROR(spec.Check());
  // The last element that it reaches.
  int64_t last = view.offset;
  for (size_t axis = 0; axis < view.size.size(); ++axis) {
    int64_t reach = 0;
    if (__builtin_mul_overflow(std::max<int64_t>(view.size[axis] - 1, 0), view.stride[axis], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return Malformed("a tensor reaches beyond its storage");
    }
  }
  if (spec.numel() > 0 && last >= storage.numel) return Malformed("a tensor reaches beyond its storage");
  // Repeated elements are the only way to be larger than the storage.
  if (spec.numel() > storage.numel) return Malformed("a tensor repeats elements of its storage");
  const size_t element = SizeOf(storage.dtype);
  const uint8_t* data = spec.numel() == 0 ? storage.data : storage.data + static_cast<size_t>(view.offset) * element;
  const bool aligned = reinterpret_cast<uintptr_t>(data) % element == 0;
  if (spec.numel() > 0 && aligned && IsContiguous(view.size, view.stride)) {
    // An owner of its own: what merely lies in the same file is not shared.
    return Tensor::Wrap(std::move(spec), std::make_shared<std::shared_ptr<const void>>(owner_), data);
  }
  if (spec.byte_size() > copy_bytes_left_) return Malformed("its tensors are far larger than the file");
  copy_bytes_left_ -= spec.byte_size();
  ASSIGN_OR_RETURN(Tensor copy, Tensor::Allocate(spec));
  if (spec.numel() > 0) {
    Gather(data, spec.shape, view.stride, element, static_cast<uint8_t*>(copy.mutable_data()));
  }
  return copy;
}

}  // namespace moduled::nn
