// Little-endian numbers and strings out of bytes that nobody vouches for.
#pragma once

#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace moduled::nn {

// Reads never go beyond the end: once one would, `ok` is false and all that is read is zero or empty.
class ByteReader {
 public:
  explicit ByteReader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t position() const { return position_; }
  size_t left() const { return bytes_.size() - position_; }
  void Fail() { ok_ = false; }

  // A number of sizeof(T) bytes.
  template <class T>
  T Number() {
    T value{};
    const absl::Span<const uint8_t> bytes = Bytes(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  absl::Span<const uint8_t> Bytes(uint64_t count) {
    if (!ok_ || count > left()) {
      ok_ = false;
      return {};
    }
    const absl::Span<const uint8_t> bytes = bytes_.subspan(position_, count);
    position_ += count;
    return bytes;
  }
  absl::string_view Text(uint64_t count) {
    const absl::Span<const uint8_t> bytes = Bytes(count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  // Up to the end of the line, which is not part of it.
  absl::string_view Line() {
    const void* end = left() == 0 ? nullptr : std::memchr(bytes_.data() + position_, '\n', left());
    if (!ok_ || end == nullptr) {
      ok_ = false;
      return {};
    }
    const absl::string_view line = Text(static_cast<const uint8_t*>(end) - (bytes_.data() + position_));
    ++position_;
    return line;
  }

 private:
  absl::Span<const uint8_t> bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace moduled::nn
