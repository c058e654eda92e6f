// The tensors of a file that torch.save wrote, made from what its pickle says about them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"
#include "nn/weights/pickle.h"
#include "nn/weights/zip_archive.h"

namespace moduled::nn {

class TorchStorages {
 public:
  // `folder` is the archive's top folder, with its slash. The archive, whose bytes `owner` keeps alive, must outlive
  // it. Copies, of tensors that are not contiguous, may take `max_copied_bytes` together.
  TorchStorages(const ZipArchive& archive, std::string folder, std::shared_ptr<const void> owner,
                size_t max_copied_bytes)
      : archive_(archive), folder_(std::move(folder)), owner_(std::move(owner)), copy_bytes_left_(max_copied_bytes) {}

  // Whether the pickle may name it.
  static bool IsAllowed(absl::string_view global);
  // Whether a node is a call that makes a tensor or a parameter.
  static bool IsTensor(PickleRef node);
  // The tensor. Two that are the same view of one storage share their elements.
  absl::StatusOr<Tensor> Make(PickleRef node);

 private:
  struct Storage {
    DType dtype = DType::kFloat32;
    std::string key;
    int64_t numel = 0;
    const uint8_t* data = nullptr;
  };
  struct View {
    int64_t offset = 0;
    std::vector<int64_t> size;
    std::vector<int64_t> stride;
  };

  absl::StatusOr<Storage> FindStorage(PickleRef node);
  absl::StatusOr<Storage> ReadStorage(DType dtype, const std::string& key, int64_t numel) const;
  absl::StatusOr<Tensor> MakeView(const Storage& storage, const View& view);

  const ZipArchive& archive_;
  const std::string folder_;
  const std::shared_ptr<const void> owner_;
  size_t copy_bytes_left_;
  absl::flat_hash_map<std::string, Storage> storages_;  // By key.
  using Key = std::tuple<std::string, int64_t, std::vector<int64_t>, std::vector<int64_t>>;
  absl::flat_hash_map<Key, Tensor> made_;
};

}  // namespace moduled::nn
