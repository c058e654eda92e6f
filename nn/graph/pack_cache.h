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
#include "nn/tensor/tensor.h"

namespace moduled::nn {

// Thread-safe. Constants must live as long as the cache, but for those that Keep made.
class PackCache {
 public:
  // A tensor that is computed from `constant`, kept from then on: what depends on weights alone is computed once for
  // all plans, and can be packed like a weight. `make` returns an absl::StatusOr<Tensor>.
  template <class Make>
  absl::StatusOr<Tensor> Keep(const Tensor& constant, absl::string_view what, Make make) {
    Key key(constant.data(), what);
    {
      absl::MutexLock lock(&mutex_);
      const auto found = kept_.find(key);
      if (found != kept_.end()) return found->second;
    }
    absl::StatusOr<Tensor> made = make();
    if (!made.ok()) return made;
    absl::MutexLock lock(&mutex_);
    return kept_.emplace(std::move(key), *std::move(made)).first->second;
  }

  // Facts about a constant that took time to find out.
  void Remember(const Tensor& constant, absl::string_view fact) {
    absl::MutexLock lock(&mutex_);
    facts_.emplace(constant.data(), fact);
  }
  bool Knows(const Tensor& constant, absl::string_view fact) const {
    absl::MutexLock lock(&mutex_);
    return facts_.contains(Key(constant.data(), fact));
  }

  // The pack of `constant` under `format` while any kernel holds it, else what `make` returns: an
  // absl::StatusOr<std::shared_ptr<const T>>. A format names the layout and T completely.
  template <class T, class Make>
  absl::StatusOr<std::shared_ptr<const T>> Share(const Tensor& constant, absl::string_view format, Make make) {
    Key key(constant.data(), format);
    if (std::shared_ptr<const void> found = Find(key)) return std::static_pointer_cast<const T>(found);
    absl::StatusOr<std::shared_ptr<const T>> made = make();
    if (!made.ok()) return made;
    return std::static_pointer_cast<const T>(Insert(std::move(key), *std::move(made)));
  }

 private:
  using Key = std::pair<const void*, std::string>;

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
  absl::flat_hash_map<Key, Tensor> kept_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<Key> facts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::nn
