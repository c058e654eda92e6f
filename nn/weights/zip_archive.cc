#include "nn/weights/zip_archive.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/byte_reader.h"
#include "nn/weights/quote.h"

namespace moduled::nn {
namespace {

constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr size_t kEndBytes = 22;
constexpr size_t kLocator64Bytes = 20;
constexpr size_t kMaxComment = 0xffff;
constexpr uint16_t kZip64Extra = 1;
constexpr uint64_t kSee64 = 0xffffffff;  // The number stands in a 64-bit field elsewhere.

absl::Status Broken(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("no zip archive: ", what));
}

struct Directory {
  uint64_t entries = 0;
  uint64_t bytes = 0;
  uint64_t offset = 0;
};

// Where the end record begins: it is followed by nothing but its comment.
absl::StatusOr<size_t> FindEnd(absl::Span<const uint8_t> bytes) {
  if (bytes.size() < kEndBytes) return Broken("too short");
  const size_t last = bytes.size() - kEndBytes;
  const size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (size_t at = last + 1; at-- > first;) {
    ByteReader reader(bytes.subspan(at));
    if (reader.Number<uint32_t>() != kEndSignature) continue;
    reader.Bytes(kEndBytes - sizeof(uint32_t) - sizeof(uint16_t));
    if (reader.Number<uint16_t>() == reader.left()) return at;
  }
  return Broken("it has no end record");
}

absl::StatusOr<Directory> ReadDirectory64(absl::Span<const uint8_t> bytes, size_t end) {
  if (end < kLocator64Bytes) return Broken("a 64-bit end record is missing");
  ByteReader locator(bytes.subspan(end - kLocator64Bytes));
  if (locator.Number<uint32_t>() != kLocator64Signature) return Broken("a 64-bit end record is missing");
  locator.Number<uint32_t>();  // The disk.
  const auto offset = locator.Number<uint64_t>();
  if (offset > bytes.size()) return Broken("its 64-bit end record lies outside");
  ByteReader reader(bytes.subspan(offset));
  if (reader.Number<uint32_t>() != kEnd64Signature) return Broken("a 64-bit end record is missing");
  reader.Bytes(28);  // Sizes, versions, disks, and the entries on this disk.
  Directory directory;
  directory.entries = reader.Number<uint64_t>();
  directory.bytes = reader.Number<uint64_t>();
  directory.offset = reader.Number<uint64_t>();
  if (!reader.ok()) return Broken("its 64-bit end record is cut short");
  return directory;
}

absl::StatusOr<Directory> ReadDirectory(absl::Span<const uint8_t> bytes) {
  ASSIGN_OR_RETURN(const size_t end, FindEnd(bytes));
  ByteReader reader(bytes.subspan(end));
  reader.Bytes(10);  // The signature, disks, and the entries on this disk.
  Directory directory;
  directory.entries = reader.Number<uint16_t>();
  directory.bytes = reader.Number<uint32_t>();
  directory.offset = reader.Number<uint32_t>();
  if (directory.entries == 0xffff || directory.bytes == kSee64 || directory.offset == kSee64) {
    return ReadDirectory64(bytes, end);
  }
  return directory;
}

struct Entry {
  std::string name;
  uint64_t size = 0;
  uint64_t stored = 0;
  uint64_t offset = 0;  // Of its local header.
};

// The numbers that did not fit into 32 bits, in their fixed order.
void ReadZip64Extra(ByteReader extra, Entry& entry) {
  while (extra.ok() && extra.left() >= 4) {
    const auto id = extra.Number<uint16_t>();
    ByteReader field(extra.Bytes(extra.Number<uint16_t>()));
    if (id != kZip64Extra) continue;
    for (uint64_t* number : {&entry.size, &entry.stored, &entry.offset}) {
      if (*number == kSee64) *number = field.Number<uint64_t>();
    }
  }
}

absl::StatusOr<Entry> ReadEntry(ByteReader& reader) {
  if (reader.Number<uint32_t>() != kEntrySignature) return Broken("its directory is cut short");
  reader.Bytes(4);  // Versions.
  const auto flags = reader.Number<uint16_t>();
  const auto method = reader.Number<uint16_t>();
  reader.Bytes(8);  // Time, date and checksum.
  Entry entry;
  entry.stored = reader.Number<uint32_t>();
  entry.size = reader.Number<uint32_t>();
  const auto name = reader.Number<uint16_t>();
  const auto extra = reader.Number<uint16_t>();
  const auto comment = reader.Number<uint16_t>();
  reader.Bytes(8);  // The disk, and attributes.
  entry.offset = reader.Number<uint32_t>();
  entry.name = std::string(reader.Text(name));
  ReadZip64Extra(ByteReader(reader.Bytes(extra)), entry);
  reader.Bytes(comment);
  if (!reader.ok()) return Broken("its directory is cut short");
  if ((flags & 1) != 0) return Broken(absl::StrCat(Quote(entry.name), " is encrypted"));
  if (method != 0 || entry.size != entry.stored) {
    return Broken(absl::StrCat(Quote(entry.name), " is compressed, which torch.save never does"));
  }
  return entry;
}

// What the local header, whose name and extra field have lengths of their own, is followed by.
absl::StatusOr<absl::Span<const uint8_t>> Content(absl::Span<const uint8_t> bytes, const Entry& entry) {
  const absl::Status outside = Broken(absl::StrCat(Quote(entry.name), " lies outside of the archive"));
  if (entry.offset > bytes.size()) return outside;
  ByteReader reader(bytes.subspan(entry.offset));
  if (reader.Number<uint32_t>() != kLocalSignature) return outside;
  reader.Bytes(22);  // Up to the lengths.
  const auto name = reader.Number<uint16_t>();
  const auto extra = reader.Number<uint16_t>();
  reader.Bytes(uint64_t{name} + extra);
  const absl::Span<const uint8_t> content = reader.Bytes(entry.size);
  if (!reader.ok()) return outside;
  return content;
}

}  // namespace

absl::StatusOr<ZipArchive> ZipArchive::Parse(absl::Span<const uint8_t> bytes) {
  ASSIGN_OR_RETURN(const Directory directory, ReadDirectory(bytes));
  if (directory.offset > bytes.size() || directory.bytes > bytes.size() - directory.offset) {
    return Broken("its directory lies outside");
  }
  ZipArchive archive;
  ByteReader reader(bytes.subspan(directory.offset, directory.bytes));
  for (uint64_t i = 0; i < directory.entries; ++i) {
    ASSIGN_OR_RETURN(const Entry entry, ReadEntry(reader));
    ASSIGN_OR_RETURN(const absl::Span<const uint8_t> content, Content(bytes, entry));
    if (!archive.entries_.emplace(entry.name, content).second) {
      return Broken(absl::StrCat(Quote(entry.name), " comes twice"));
    }
  }
  return archive;
}

}  // namespace moduled::nn
