#include "server/models/repository.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/checkpoint.h"
#include "proto/contract/near_names.h"
#include "server/models/files.h"
#include "server/models/names.h"

namespace moduled::server {
namespace {

namespace fs = std::filesystem;

constexpr char kTextDescription[] = "module.pbtxt";
constexpr char kBinaryDescription[] = "module.pb";
constexpr char kConfig[] = "config.pbtxt";
// Weights are one file, or shards of any name and an index.
constexpr char kWeightsEnding[] = ".safetensors";
constexpr char kIndexEnding[] = ".safetensors.index.json";

// Another writer may take the number that we chose, but not again and again.
constexpr int kAttempts = 100;

bool IsWeights(const std::string& file) {
  return absl::EndsWith(file, kWeightsEnding) || absl::EndsWith(file, kIndexEnding) || file == nn::kTorchFile ||
         file == nn::kTorchFileToo;
}

bool IsDescription(const std::string& file) { return file == kTextDescription || file == kBinaryDescription; }

// The same error without the directory that the text may name.
absl::Status WithoutPath(const absl::Status& status, const std::string& directory) {
  return {status.code(), absl::StrReplaceAll(status.message(), {{absl::StrCat(directory, "/"), ""}, {directory, ""}})};
}

// What is wrong in the repository is not the caller's argument, whatever the reader of a file says.
absl::Status NotGood(const std::string& relative, const absl::Status& status, const std::string& directory) {
  const absl::Status cause = WithoutPath(status, directory);
  const bool named = absl::StartsWith(cause.message(), relative);
  const std::string text = named ? std::string(cause.message()) : absl::StrCat(relative, ": ", cause.message());
  return absl::IsResourceExhausted(cause) ? absl::ResourceExhaustedError(text) : absl::FailedPreconditionError(text);
}

std::vector<int64_t> VersionsIn(const std::string& directory) {
  std::vector<int64_t> versions;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const absl::StatusOr<int64_t> version = ParseVersion(it->path().filename().string());
    std::error_code none;
    if (version.ok() && it->is_directory(none)) versions.push_back(*version);
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

}  // namespace

absl::StatusOr<Repository> Repository::Open(const std::string& directory) {
  std::error_code error;
  const fs::path canonical = fs::canonical(directory, error);
  if (error == std::errc::no_such_file_or_directory) {
    return absl::NotFoundError(absl::StrCat("repository: there is no directory ", directory));
  }
  if (!error && !fs::is_directory(canonical, error)) {
    return absl::InvalidArgumentError(absl::StrCat("repository: ", directory, " is not a directory"));
  }
  if (!error) fs::directory_iterator(canonical, error);
  if (error) {
    return absl::PermissionDeniedError(absl::StrCat("repository: cannot read ", directory, ": ", error.message()));
  }
  return Repository(canonical.string());
}

absl::StatusOr<std::string> Repository::Inside(const std::string& relative) const {
  std::error_code error;
  const fs::path canonical = fs::canonical(fs::path(directory_) / relative, error);
  if (error == std::errc::no_such_file_or_directory) return absl::NotFoundError(absl::StrCat(relative, ": not there"));
  if (error) return absl::FailedPreconditionError(absl::StrCat(relative, ": ", error.message()));
  const std::string root = directory_ == "/" ? directory_ : directory_ + "/";
  if (!absl::StartsWith(canonical.string(), root)) {
    return absl::FailedPreconditionError(absl::StrCat(relative, ": a link leads out of the repository"));
  }
  return canonical.string();
}

absl::StatusOr<std::vector<Repository::Entry>> Repository::Scan() const {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator it(directory_, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (!CheckModelName(name).ok() || !Inside(name).ok()) continue;
    std::error_code none;
    if (!it->is_directory(none)) continue;
    std::vector<int64_t> versions = VersionsIn(it->path().string());
    // Hidden directories are somebody else's, such as .git, unless they look like a model.
    if (absl::StartsWith(name, ".") && versions.empty()) continue;
    entries.push_back({std::move(name), std::move(versions)});
  }
  if (error) return FileError("repository", error.value());
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

absl::StatusOr<std::vector<int64_t>> Repository::Versions(const std::string& name) const {
  RETURN_IF_ERROR(CheckModelName(name));
  const absl::StatusOr<std::string> directory = Inside(name);
  if (!absl::IsNotFound(directory.status())) {
    RETURN_IF_ERROR(directory.status());
    return VersionsIn(*directory);
  }
  std::vector<std::string> names;
  if (const auto entries = Scan(); entries.ok()) {
    for (const Entry& entry : *entries) names.push_back(entry.name);
  }
  return absl::NotFoundError(
      absl::StrCat("model ", Quoted(name), ": not in the repository", contract::DidYouMean(name, names)));
}

absl::Status Repository::CheckVersion(const std::string& name, int64_t version) const {
  ASSIGN_OR_RETURN(const std::vector<int64_t> versions, Versions(name));
  if (std::binary_search(versions.begin(), versions.end(), version)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("model ", Quoted(name), ": no version ", version, " in the repository"));
}

// Every file is looked at before any is opened: a link could lead out, a pipe could make the reader wait for ever.
absl::StatusOr<std::string> Repository::FindDescription(const std::string& relative) const {
  ASSIGN_OR_RETURN(const std::string directory, Inside(relative));
  std::string description;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const std::string file = it->path().filename().string();
    if (!IsDescription(file) && !IsWeights(file)) continue;
    const std::string name = absl::StrCat(relative, "/", file);
    ASSIGN_OR_RETURN(const std::string path, Inside(name));
    std::error_code none;
    if (!fs::is_regular_file(path, none)) {
      return absl::FailedPreconditionError(absl::StrCat(name, ": not a regular file"));
    }
    if (!IsDescription(file)) continue;
    if (!description.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(relative, ": has both ", kTextDescription, " and ", kBinaryDescription));
    }
    description = path;
  }
  if (error) return FileError(relative, error.value());
  if (!description.empty()) return description;
  return absl::FailedPreconditionError(
      absl::StrCat(relative, ": has neither ", kTextDescription, " nor ", kBinaryDescription));
}

absl::StatusOr<ModelConfig> Repository::ReadConfig(const std::string& name) const {
  const std::string relative = absl::StrCat(name, "/", kConfig);
  const absl::StatusOr<std::string> path = Inside(relative);
  if (absl::IsNotFound(path.status())) return ModelConfig();
  RETURN_IF_ERROR(path.status());
  std::error_code none;
  if (!fs::is_regular_file(*path, none)) {
    return absl::FailedPreconditionError(absl::StrCat(relative, ": not a regular file"));
  }
  const absl::StatusOr<ModelConfig> config = ReadModelConfig(*path);
  return config.ok() ? config : NotGood(relative, config.status(), directory_);
}

absl::StatusOr<Repository::Version> Repository::Read(const std::string& name, int64_t version) const {
  RETURN_IF_ERROR(CheckVersion(name, version));
  ASSIGN_OR_RETURN(const ModelConfig config, ReadConfig(name));
  const std::string relative = absl::StrCat(name, "/", version);
  ASSIGN_OR_RETURN(const std::string path, FindDescription(relative));
  absl::StatusOr<nn::Description> description = nn::Description::Read(path);
  if (!description.ok()) return NotGood(relative, description.status(), directory_);
  absl::StatusOr<nn::StateDict> weights = nn::ReadCheckpoint(absl::StrCat(directory_, "/", relative));
  if (absl::IsNotFound(weights.status())) return Version{*std::move(description), std::nullopt, config};
  if (!weights.ok()) return NotGood(relative, weights.status(), directory_);
  return Version{*std::move(description), *std::move(weights), config};
}

absl::StatusOr<int64_t> Repository::Write(const std::string& name, const Draft& draft) const {
  RETURN_IF_ERROR(CheckModelName(name));
  const std::string model = absl::StrCat(directory_, "/", name);
  const bool is_new = mkdir(model.c_str(), 0755) == 0;
  if (!is_new && errno != EEXIST) return FileError(name, errno);
  RETURN_IF_ERROR(Inside(name).status());

  std::string path = absl::StrCat(model, "/.new-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) return FileError(name, errno);
  TemporaryDirectory directory(path);
  const auto written = [&]() -> absl::StatusOr<int64_t> {
    if (chmod(path.c_str(), 0755) != 0) return FileError(name, errno);  // mkdtemp's are their maker's alone.
    RETURN_IF_ERROR(Fill(path, name, draft));
    RETURN_IF_ERROR(SyncDirectory(path, name));
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const std::vector<int64_t> versions = VersionsIn(model);
      const int64_t next = versions.empty() ? 1 : versions.back() + 1;
      // A directory that is not empty is never replaced: whoever comes second tries the next number.
      if (std::rename(path.c_str(), absl::StrCat(model, "/", next).c_str()) == 0) {
        directory.Keep();
        RETURN_IF_ERROR(SyncDirectory(model, name));
        return next;
      }
      if (errno != EEXIST && errno != ENOTEMPTY) return FileError(name, errno);
    }
    return absl::AbortedError(
        absl::StrCat("model ", Quoted(name), ": others write versions at the same time; try again"));
  }();
  if (!written.ok() && is_new) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
    fs::remove(model, ignored);  // Only if nobody has put anything there since.
  }
  return written;
}

absl::Status Repository::Fill(const std::string& directory, const std::string& name, const Draft& draft) const {
  if (draft.description.has_value()) {
    RETURN_IF_ERROR(WriteFile(absl::StrCat(directory, "/", kBinaryDescription), draft.description->Serialize(),
                              absl::StrCat(name, "/", kBinaryDescription)));
  }
  if (draft.weights.has_value()) {
    const absl::Status status = nn::WriteCheckpoint(directory, *draft.weights);
    if (!status.ok()) return WithoutPath(status, directory);
  }
  return LinkBase(directory, name, draft);
}

absl::Status Repository::LinkBase(const std::string& directory, const std::string& name, const Draft& draft) const {
  if (!draft.base.has_value()) return absl::OkStatus();
  const std::string relative = absl::StrCat(name, "/", *draft.base);
  ASSIGN_OR_RETURN(const std::string base, Inside(relative));
  std::error_code error;
  for (fs::directory_iterator it(base, error), end; !error && it != end; it.increment(error)) {
    const std::string file = it->path().filename().string();
    const bool unchanged =
        (IsWeights(file) && !draft.weights.has_value()) || (IsDescription(file) && !draft.description.has_value());
    if (!unchanged) continue;
    ASSIGN_OR_RETURN(const std::string path, Inside(absl::StrCat(relative, "/", file)));
    RETURN_IF_ERROR(LinkFile(path, absl::StrCat(directory, "/", file), absl::StrCat(relative, "/", file)));
  }
  return error ? FileError(relative, error.value()) : absl::OkStatus();
}

void Repository::Discard(const std::string& name, int64_t version) const {
  const fs::path model = fs::path(directory_) / name;
  {
    // Out of sight first: nobody may see a part of it.
    TemporaryDirectory hidden((model / absl::StrCat(".discarded-", version)).string());
    if (std::rename((model / absl::StrCat(version)).c_str(), hidden.path().c_str()) != 0) hidden.Keep();
  }
  std::error_code ignored;
  fs::remove(model, ignored);  // Only an empty directory goes.
}

}  // namespace moduled::server
