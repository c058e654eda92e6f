// SHA-256, and how two digests are compared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moduled::server {

using Digest = std::array<uint8_t, 32>;

// INTERNAL if the library cannot.
absl::StatusOr<Digest> Sha256(absl::string_view bytes);

// Takes the same time whatever they are.
bool SameDigest(const Digest& a, const Digest& b);

// 64 hexadecimal digits.
std::optional<Digest> ParseDigest(absl::string_view hex);

}  // namespace moduled::server
