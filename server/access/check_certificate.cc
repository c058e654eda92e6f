// What is wrong with a certificate, before connections find out.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "nn/tensor/status_macros.h"
#include "server/access/certificates.h"

namespace moduled::server {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Free<X509_free>>;

// A view of the text, which must outlive it.
Bio Reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// The default asks the terminal for a pass phrase, where nobody is.
int NoPassPhrase(char*, int, int, void*) { return -1; }

std::vector<Cert> ReadCerts(const std::string& text) {
  std::vector<Cert> certs;
  const Bio reader = Reader(text);
  while (X509* cert = PEM_read_bio_X509(reader.get(), nullptr, NoPassPhrase, nullptr)) certs.emplace_back(cert);
  ERR_clear_error();  // The end of the text is one.
  return certs;
}

}  // namespace

absl::Status CheckCertificate(const Certificate& certificate) {
  const std::vector<Cert> chain = ReadCerts(certificate.chain);
  if (chain.empty()) return absl::InvalidArgumentError("--tls-cert: holds no certificate in PEM");
  const Bio reader = Reader(certificate.key);
  const Key key(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassPhrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) return absl::InvalidArgumentError("--tls-key: holds no private key in PEM without a pass phrase");
  const bool belongs = X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  if (!belongs) return absl::InvalidArgumentError("--tls-key: is not the key of the first certificate of --tls-cert");
  if (X509_cmp_current_time(X509_get0_notAfter(chain.front().get())) < 0) {
    return absl::InvalidArgumentError("--tls-cert: has expired");
  }
  if (certificate.client_ca.has_value() && ReadCerts(*certificate.client_ca).empty()) {
    return absl::InvalidArgumentError("--tls-client-ca: holds no certificate in PEM");
  }
  return absl::OkStatus();
}

}  // namespace moduled::server
