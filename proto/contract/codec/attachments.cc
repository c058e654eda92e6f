#include "proto/contract/codec/attachments.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/wire_format_lite.h>

#include <limits>
#include <utility>

namespace moduled::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// The highest number that a field may have: no message will ever use it for something else.
constexpr int kMarkField = (1 << 29) - 1;
constexpr uint32_t kMarkTag = (static_cast<uint32_t>(kMarkField) << 3) | WireFormatLite::WIRETYPE_VARINT;
constexpr uint32_t kDataTag =
    (static_cast<uint32_t>(v1::Tensor::kDataFieldNumber) << 3) | WireFormatLite::WIRETYPE_LENGTH_DELIMITED;

// Messages inside each other: what the codec takes of values, and what is around them.
constexpr int kMaxDepth = 100;
// Bytes beside large tensors are copied once for each message that they are inside of: let these be few.
constexpr size_t kMaxPlainBytes = size_t{1} << 20;

void AppendVarint(uint64_t value, std::string& out) {
  uint8_t bytes[10];
  const uint8_t* end = CodedOutputStream::WriteVarint64ToArray(value, bytes);
  out.append(reinterpret_cast<const char*>(bytes), end - bytes);
}

// Copies a field that is of no interest. False if it is none, or too long.
bool CopyField(uint32_t tag, size_t max_bytes, CodedInputStream& in, std::string& out) {
  AppendVarint(tag, out);
  switch (WireFormatLite::GetTagWireType(tag)) {
    case WireFormatLite::WIRETYPE_VARINT: {
      uint64_t value = 0;
      if (!in.ReadVarint64(&value)) return false;
      AppendVarint(value, out);
      return true;
    }
    case WireFormatLite::WIRETYPE_FIXED64:
    case WireFormatLite::WIRETYPE_FIXED32: {
      const size_t size = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_FIXED64 ? 8 : 4;
      const size_t begin = out.size();
      out.resize(begin + size);
      return in.ReadRaw(out.data() + begin, static_cast<int>(size));
    }
    case WireFormatLite::WIRETYPE_LENGTH_DELIMITED: {
      int size = 0;
      if (!in.ReadVarintSizeAsInt(&size) || static_cast<size_t>(size) > max_bytes) return false;
      AppendVarint(size, out);
      std::string bytes;
      if (!in.ReadString(&bytes, size)) return false;
      out += bytes;
      return true;
    }
    default:  // Groups, which no message here has.
      return false;
  }
}

class Detacher {
 public:
  Detacher(CodedInputStream& in, const TensorRoutes& routes) : in_(in), routes_(routes) {}

  bool Run(std::string& out) { return Message(routes_.root(), 0, out); }
  std::vector<ByteRange> TakeRanges() { return std::move(ranges_); }

 private:
  // To the end of the message, or of the stream.
  bool Message(const Descriptor& type, int depth, std::string& out) {
    if (depth > kMaxDepth) return false;
    const bool is_tensor = &type == v1::Tensor::descriptor();
    std::optional<size_t> mark;
    while (const uint32_t tag = in_.ReadTag()) {
      const Descriptor* inner = routes_.Follow(type, WireFormatLite::GetTagFieldNumber(tag));
      if (is_tensor && tag == kDataTag) {
        if (!Data(mark, out)) return false;
      } else if (is_tensor && WireFormatLite::GetTagFieldNumber(tag) == kMarkField) {
        return false;  // Marks are ours to make.
      } else if (inner != nullptr && WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        if (!Inner(tag, *inner, depth, out)) return false;
      } else if (!CopyField(tag, kMaxPlainBytes, in_, out)) {
        return false;
      }
      if (out.size() > kMaxPlainBytes) return false;
    }
    if (!in_.ConsumedEntireMessage()) return false;
    if (!mark.has_value()) return true;
    AppendVarint(kMarkTag, out);
    AppendVarint(*mark, out);
    return true;
  }

  bool Inner(uint32_t tag, const Descriptor& type, int depth, std::string& out) {
    int size = 0;
    if (!in_.ReadVarintSizeAsInt(&size)) return false;
    const CodedInputStream::Limit limit = in_.PushLimit(size);
    std::string inner;
    const int begin = in_.CurrentPosition();
    if (!Message(type, depth + 1, inner) || in_.CurrentPosition() - begin != size) return false;
    in_.PopLimit(limit);
    AppendVarint(tag, out);
    AppendVarint(inner.size(), out);
    out += inner;
    return true;
  }

  // Of several, the last one counts.
  bool Data(std::optional<size_t>& mark, std::string& out) {
    int size = 0;
    if (!in_.ReadVarintSizeAsInt(&size)) return false;
    if (static_cast<size_t>(size) < kLeastAttachedBytes) {
      mark.reset();
      AppendVarint(kDataTag, out);
      AppendVarint(size, out);
      std::string bytes;
      if (!in_.ReadString(&bytes, size)) return false;
      out += bytes;
      return true;
    }
    mark = ranges_.size();
    ranges_.push_back({static_cast<size_t>(in_.CurrentPosition()), static_cast<size_t>(size)});
    return in_.Skip(size);
  }

  CodedInputStream& in_;
  const TensorRoutes& routes_;
  std::vector<ByteRange> ranges_;
};

// A message under construction: what is before the last attachment, and what is after it.
struct Rope {
  std::vector<MessagePiece> pieces;
  std::string tail;
  size_t size = 0;  // Of the pieces.

  void Add(size_t attachment, size_t attachment_size) {
    Flush();
    pieces.emplace_back(attachment);
    size += attachment_size;
  }
  void Add(Rope&& inner) {
    if (inner.pieces.empty()) {
      tail += inner.tail;
      return;
    }
    Flush();
    size += inner.size;
    for (MessagePiece& piece : inner.pieces) pieces.push_back(std::move(piece));
    tail = std::move(inner.tail);
  }
  void Flush() {
    size += tail.size();
    if (!tail.empty()) pieces.emplace_back(std::exchange(tail, {}));
  }
  size_t total() const { return size + tail.size(); }
};

class Attacher {
 public:
  Attacher(CodedInputStream& in, const TensorRoutes& routes, absl::Span<const size_t> sizes)
      : in_(in), routes_(routes), sizes_(sizes) {}

  bool Run(Rope& out) { return Message(routes_.root(), out); }

 private:
  bool Message(const Descriptor& type, Rope& out) {
    while (const uint32_t tag = in_.ReadTag()) {
      const Descriptor* inner = routes_.Follow(type, WireFormatLite::GetTagFieldNumber(tag));
      if (tag == kMarkTag && &type == v1::Tensor::descriptor()) {
        if (!Data(out)) return false;
      } else if (inner != nullptr) {
        if (!Inner(tag, *inner, out)) return false;
      } else if (!CopyField(tag, std::numeric_limits<int>::max(), in_, out.tail)) {
        return false;
      }
    }
    return in_.ConsumedEntireMessage();
  }

  bool Inner(uint32_t tag, const Descriptor& type, Rope& out) {
    int size = 0;
    if (!in_.ReadVarintSizeAsInt(&size)) return false;
    const CodedInputStream::Limit limit = in_.PushLimit(size);
    Rope inner;
    if (!Message(type, inner)) return false;
    in_.PopLimit(limit);
    AppendVarint(tag, out.tail);
    AppendVarint(inner.total(), out.tail);
    out.Add(std::move(inner));
    return true;
  }

  bool Data(Rope& out) {
    uint64_t mark = 0;
    if (!in_.ReadVarint64(&mark) || mark >= sizes_.size()) return false;
    AppendVarint(kDataTag, out.tail);
    AppendVarint(sizes_[mark], out.tail);
    out.Add(mark, sizes_[mark]);
    return true;
  }

  CodedInputStream& in_;
  const TensorRoutes& routes_;
  const absl::Span<const size_t> sizes_;
};

}  // namespace

void Mark(v1::Tensor& message, size_t attachment) {
  message.GetReflection()->MutableUnknownFields(&message)->AddVarint(kMarkField, attachment);
}

std::optional<uint64_t> MarkOf(const v1::Tensor& message) {
  const google::protobuf::UnknownFieldSet& fields = message.GetReflection()->GetUnknownFields(message);
  for (int i = fields.field_count() - 1; i >= 0; --i) {
    const google::protobuf::UnknownField& field = fields.field(i);
    if (field.number() == kMarkField && field.type() == google::protobuf::UnknownField::TYPE_VARINT) {
      return field.varint();
    }
  }
  return std::nullopt;
}

std::optional<DetachedMessage> Detach(google::protobuf::io::ZeroCopyInputStream& bytes, const TensorRoutes& routes) {
  CodedInputStream in(&bytes);
  in.SetTotalBytesLimit(std::numeric_limits<int>::max());
  Detacher detacher(in, routes);
  DetachedMessage detached;
  if (!detacher.Run(detached.message)) return std::nullopt;
  detached.ranges = detacher.TakeRanges();
  if (detached.ranges.empty()) return std::nullopt;
  return detached;
}

absl::StatusOr<std::vector<MessagePiece>> Attach(const std::string& message, const TensorRoutes& routes,
                                                 absl::Span<const size_t> sizes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(message.data()), static_cast<int>(message.size()));
  in.SetTotalBytesLimit(std::numeric_limits<int>::max());
  Rope rope;
  if (!Attacher(in, routes, sizes).Run(rope)) return absl::InternalError("message: its marks cannot be followed");
  rope.Flush();
  return std::move(rope.pieces);
}

}  // namespace moduled::contract
