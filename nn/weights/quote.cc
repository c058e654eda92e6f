#include "nn/weights/quote.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace moduled::nn {
namespace {

// Real names are shorter by far.
constexpr size_t kMaxBytes = 200;

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

std::string Quote(absl::string_view name) {
  size_t length = name.size();
  if (length > kMaxBytes) {
    // Between characters: half of one is not UTF-8, and an error text has to be.
    for (length = kMaxBytes; length > 0 && IsContinuation(name[length]); --length) {
    }
  }
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(name.substr(0, length)), length < name.size() ? "…" : "", "\"");
}

}  // namespace moduled::nn
