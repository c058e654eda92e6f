// Packed forms of a model's constants, shared by all of its plans: packing a weight for the kernel that wants it takes
// as much memory as the weight, and clients choose the shapes that plans are made for.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "nn/graph/known_input.h"

namespace moduled::nn {

// Thread-safe.
class PackCache {
 public:
  // Facts about an input that took time to find out.
  void Remember(const KnownInput& input, absl::string_view fact) {
    absl::MutexLock lock(&mutex_);
    facts_.emplace(input.name(), fact);
  }
  bool Knows(const KnownInput& input, absl::string_view fact) const {
    absl::MutexLock lock(&mutex_);
    return facts_.contains(Key(input.name(), fact));
  }

  // The pack of an input under `format` while any kernel holds it, else what `make(tensor)` returns for the input's
  // tensor: an absl::StatusOr<std::shared_ptr<const T>>. A format names the layout and T completely.
  template <class T, class Make>
  absl::StatusOr<std::shared_ptr<const T>> Share(const KnownInput& input, absl::string_view format, Make make) {
    Key key(input.name(), format);
    if (std::shared_ptr<const void> found = Find(key)) return std::static_pointer_cast<const T>(found);
    const absl::StatusOr<Tensor> tensor = input.Get();
    if (!tensor.ok()) return tensor.status();
    absl::StatusOr<std::shared_ptr<const T>> made = make(*tensor);
    if (!made.ok()) return made;
    return std::static_pointer_cast<const T>(Insert(std::move(key), *std::move(made)));
  }
  // The same without a cache.
  template <class T, class Make>
  static absl::StatusOr<std::shared_ptr<const T>> Share(PackCache* cache, const KnownInput& input,
                                                        absl::string_view format, Make make) {
    if (cache != nullptr) return cache->Share<T>(input, format, make);
    const absl::StatusOr<Tensor> tensor = input.Get();
    if (!tensor.ok()) return tensor.status();
    return make(*tensor);
  }

 private:
  using Key = std::pair<std::string, std::string>;

  std::shared_ptr<const void> Find(const Key& key) {
    absl::MutexLock lock(&mutex_);
    const auto it = packs_.find(key);
    return it == packs_.end() ? nullptr : it->second.lock();
  }

  // The pack that is kept: another thread may have been faster.
  std::shared_ptr<const void> Insert(Key key, std::shared_ptr<const void> pack) {
    absl::MutexLock lock(&mutex_);
    std::weak_ptr<const void>& slot = packs_[std::move(key)];
    if (std::shared_ptr<const void> found = slot.lock()) return found;
    slot = pack;
    return pack;
  }

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<Key, std::weak_ptr<const void>> packs_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<Key> facts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::nn
