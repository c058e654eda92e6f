#include "nn/description/parse.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/description/build_options.h"
#include "nn/description/text_format.h"

namespace moduled::nn {
namespace {

// Messages inside each other in the deepest tree that is allowed: two for each module, a few for its graph, and two for
// each list in an argument.
constexpr int kMaxMessageDepth = 2 * kMaxDepth + 2 * kMaxArgumentDepth + 16;

// A description has no elements but those of small buffers.
constexpr std::streamoff kMaxFileBytes = 256 << 20;

}  // namespace

absl::StatusOr<v1::ModuleDescription> ParseBinary(absl::string_view bytes) {
  if (bytes.size() > static_cast<size_t>(kMaxFileBytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("description: too large (got ", bytes.size(), " bytes, want at most ", kMaxFileBytes, ")"));
  }
  const google::protobuf::LogSilencer silencer;  // Bad UTF-8 is logged, besides being an error.
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxMessageDepth);
  v1::ModuleDescription description;
  if (!description.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return absl::InvalidArgumentError(
        absl::StrCat("description: not a moduled.v1.ModuleDescription: truncated, malformed, not UTF-8, or messages "
                     "nested deeper than ",
                     kMaxMessageDepth));
  }
  return description;
}

absl::StatusOr<v1::ModuleDescription> ParseText(const std::string& text) {
  v1::ModuleDescription description;
  if (const absl::Status status = ParseTextFormat(text, kMaxMessageDepth, description); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("description: ", status.message()));
  }
  // The text format lets through strings that are not UTF-8, which the wire format refuses, and logs.
  const google::protobuf::LogSilencer silencer;
  return ParseBinary(description.SerializeAsString());
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    const int error = errno;
    return error == ENOENT ? absl::NotFoundError(absl::StrCat(path, ": no such file"))
                           : absl::FailedPreconditionError(absl::StrCat(path, ": ", std::strerror(error)));
  }
  const std::streamoff size = file.tellg();
  if (size < 0 || size > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a description (got ", size, " bytes, want at most ", kMaxFileBytes, ")"));
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  file.seekg(0);
  if (!file.read(bytes.data(), size)) return absl::InternalError(absl::StrCat(path, ": cannot be read"));
  return bytes;
}

}  // namespace moduled::nn
