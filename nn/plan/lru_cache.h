// A small map that forgets what was used least recently. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <utility>

namespace moduled::nn {

// Keys are compared one by one: they are large, few, and have no useful hash.
template <class Key, class T>
class LruCache {
 public:
  // Requires capacity >= 1.
  explicit LruCache(size_t capacity) : capacity_(capacity) {}

  // Null if the key is not there. The pointer is good until the next Insert.
  const T* Find(const Key& key) {
    const auto it =
        std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == key; });
    if (it == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, it);
    return &it->second;
  }

  // The value that is kept: the one that was there, if the key was.
  const T& Insert(Key key, T value) {
    if (const T* found = Find(key)) return *found;
    if (entries_.size() == capacity_) entries_.pop_back();
    entries_.emplace_front(std::move(key), std::move(value));
    return entries_.front().second;
  }

  size_t size() const { return entries_.size(); }

 private:
  size_t capacity_;
  std::list<std::pair<Key, T>> entries_;
};

}  // namespace moduled::nn
