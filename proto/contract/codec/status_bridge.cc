#include "proto/contract/codec/status_bridge.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace moduled::contract {
namespace {

// gRPC's codes and Abseil's are the same numbers.
static_assert(static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT) ==
              static_cast<int>(absl::StatusCode::kInvalidArgument));
static_assert(static_cast<int>(grpc::StatusCode::UNAUTHENTICATED) ==
              static_cast<int>(absl::StatusCode::kUnauthenticated));

// Bytes of one character on the wire: printable ASCII stands for itself, all else is "%xx".
size_t EncodedBytes(char c) { return c >= ' ' && c <= '~' && c != '%' ? 1 : 3; }

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string Shorten(absl::string_view text) {
  size_t encoded = 0;
  size_t end = 0;
  while (end < text.size() && encoded + EncodedBytes(text[end]) <= kMaxEncodedStatusBytes) {
    encoded += EncodedBytes(text[end++]);
  }
  if (end == text.size()) return std::string(text);
  while (end > 0 && ContinuesCharacter(text[end])) --end;  // Never half of a UTF-8 character.
  return absl::StrCat(text.substr(0, end), " ... (", text.size() - end, " more bytes)");
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()), Shorten(status.message())};
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

}  // namespace moduled::contract
