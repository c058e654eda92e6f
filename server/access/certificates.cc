#include "server/access/certificates.h"

#include "absl/strings/str_cat.h"
#include "nn/description/parse.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

absl::StatusOr<std::shared_ptr<const Certificate>> Read(const Certificates::Files& files) {
  auto certificate = std::make_shared<Certificate>();
  ASSIGN_OR_RETURN(certificate->chain, nn::ReadFile(files.cert));
  ASSIGN_OR_RETURN(certificate->key, nn::ReadFile(files.key));
  if (!files.client_ca.empty()) {
    ASSIGN_OR_RETURN(certificate->client_ca.emplace(), nn::ReadFile(files.client_ca));
  }
  RETURN_IF_ERROR(CheckCertificate(*certificate));
  return certificate;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Certificates>> Certificates::FromFiles(Files files) {
  // Before the files are read.
  auto watch = std::make_unique<FileWatch>(std::vector<std::string>{files.cert, files.key, files.client_ca});
  ASSIGN_OR_RETURN(std::shared_ptr<const Certificate> certificate, Read(files));
  return std::unique_ptr<Certificates>(new Certificates(std::move(files), std::move(watch), std::move(certificate)));
}

std::shared_ptr<const Certificate> Certificates::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

void Certificates::Refresh(const Say& say_info, const Say& say_warning) {
  if (!watch_->Changed()) return;
  auto certificate = Read(files_);
  if (!certificate.ok()) {
    say_warning(absl::StrCat("the certificate stays as it was: ", certificate.status().message()));
    return;
  }
  {
    absl::MutexLock lock(&mutex_);
    current_ = *std::move(certificate);
  }
  say_info("the certificate was read again");
}

}  // namespace moduled::server
