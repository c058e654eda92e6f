#include "server/models/kept_algorithms.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/atomic_file.h"
#include "nn/weights/file_error.h"
#include "nn/weights/json_value.h"

namespace moduled::server {
namespace {

namespace fs = std::filesystem;

// Several times what a full cache takes.
constexpr int64_t kMaxFileBytes = int64_t{16} << 20;

// FNV-1a: the same in every process, on every machine.
uint64_t HashOf(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string PathOf(const std::string& directory, absl::string_view machine) {
  return absl::StrCat(directory, "/algorithms-", absl::Hex(HashOf(machine), absl::kZeroPad16), ".json");
}

// In a repository that others wrote a link could lead anywhere.
absl::Status CheckIsNoLink(const std::string& directory) {
  std::error_code none;
  if (!fs::is_symlink(directory, none)) return absl::OkStatus();
  return absl::FailedPreconditionError("the directory is a link");
}

// The whole of a regular file that is not too large. It may be replaced, and even cut, while it is read.
absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return nn::FileError(path, errno);
  const absl::Cleanup close_file = [file] { close(file); };
  struct stat about = {};
  if (fstat(file, &about) != 0) return nn::FileError(path, errno);
  if (!S_ISREG(about.st_mode)) return absl::InvalidArgumentError("not a regular file");
  if (about.st_size > kMaxFileBytes) return absl::InvalidArgumentError("too large");
  std::string text(static_cast<size_t>(about.st_size), '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = read(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return nn::FileError(path, errno);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  text.resize(done);
  return text;
}

absl::StatusOr<nn::AlgorithmChoices> ParseChoices(absl::string_view text, absl::string_view machine) {
  ASSIGN_OR_RETURN(const nn::JsonValue json, nn::ParseJson(text));
  const auto* root = json.As<nn::JsonValue::Object>();
  if (root == nullptr) return absl::InvalidArgumentError("not an object");
  const nn::JsonValue* found_machine = nn::Find(*root, "machine");
  const auto* its_machine = found_machine == nullptr ? nullptr : found_machine->As<std::string>();
  if (its_machine == nullptr || *its_machine != machine) return absl::InvalidArgumentError("of another machine");
  const nn::JsonValue* found_choices = nn::Find(*root, "choices");
  const auto* its_choices = found_choices == nullptr ? nullptr : found_choices->As<nn::JsonValue::Object>();
  if (its_choices == nullptr) return absl::InvalidArgumentError("no object \"choices\"");
  nn::AlgorithmChoices choices;
  for (const auto& [problem, value] : *its_choices) {
    const auto* algorithm = value.As<std::string>();
    if (algorithm == nullptr) return absl::InvalidArgumentError("a choice that is no text");
    choices.emplace_back(problem, *algorithm);
  }
  return choices;
}

// Empty where there is no file.
absl::StatusOr<nn::AlgorithmChoices> ReadChoices(const std::string& directory, absl::string_view machine) {
  RETURN_IF_ERROR(CheckIsNoLink(directory));
  const absl::StatusOr<std::string> text = ReadWhole(PathOf(directory, machine));
  if (absl::IsNotFound(text.status())) return nn::AlgorithmChoices();
  RETURN_IF_ERROR(text.status());
  return ParseChoices(*text, machine);
}

absl::Status WriteChoices(const std::string& directory, const std::string& machine,
                          const nn::AlgorithmChoices& choices) {
  nlohmann::json json = {{"machine", machine}, {"choices", nlohmann::json::object()}};
  for (const auto& [problem, algorithm] : choices) json["choices"][problem] = algorithm;
  RETURN_IF_ERROR(CheckIsNoLink(directory));
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return nn::FileError(directory, error.value());
  ASSIGN_OR_RETURN(nn::AtomicFile file, nn::AtomicFile::Create(PathOf(directory, machine)));
  RETURN_IF_ERROR(file.Write(json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace)));
  return file.Commit();
}

}  // namespace

KeptAlgorithms::KeptAlgorithms(std::string directory, std::string machine, Warn warn)
    : directory_(std::move(directory)), machine_(std::move(machine)), warn_(std::move(warn)) {
  if (directory_.empty()) return;
  const absl::StatusOr<nn::AlgorithmChoices> choices = ReadChoices(directory_, machine_);
  if (!choices.ok()) {
    warn_(absl::StrCat("algorithms are chosen anew; what is kept in ", directory_,
                       " cannot be read: ", choices.status().message()));
    return;
  }
  for (const auto& [problem, algorithm] : *choices) cache_.Offer(problem, algorithm);
}

void KeptAlgorithms::Save() {
  if (directory_.empty()) return;
  absl::MutexLock lock(&mutex_);
  const uint64_t measured = cache_.measured();
  if (measured == saved_) return;
  // What others have added meanwhile is kept. What cannot be read is replaced.
  if (const auto others = ReadChoices(directory_, machine_); others.ok()) {
    for (const auto& [problem, algorithm] : *others) cache_.Offer(problem, algorithm);
  }
  const absl::Status written = WriteChoices(directory_, machine_, cache_.Choices());
  if (written.ok()) {
    saved_ = measured;
  } else if (!std::exchange(warned_, true)) {
    warn_(absl::StrCat("choices of algorithms are not kept for the next start (--cache): ", written.message()));
  }
}

}  // namespace moduled::server
