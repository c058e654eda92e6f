"""Certificates for the tests, made by the command line of OpenSSL."""
import subprocess


def _openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Authority:
    """Vouches for certificates. Its own is in `ca`, a file."""

    def __init__(self, folder, name="authority"):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.ca, self._key = folder / f"{name}.pem", folder / f"{name}.key"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        _openssl("req", "-x509", *curve, "-keyout", self._key, "-out", self.ca, "-subj", f"/CN={name}", "-days", "2")
        self._curve = curve

    def issue(self, name, days=2):
        """(certificate, key), files, for a server on loopback or a client of that name."""
        cert, key, request = (self._folder / f"{name}.{ending}" for ending in ("pem", "key", "csr"))
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:{name}\n")
        _openssl("req", *self._curve, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        # Not -days, which this version takes no negative number for.
        _openssl(
            *["x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._key, "-CAcreateserial", "-out", cert],
            *["-days", days, "-extfile", extensions],
        )
        return cert, key


def encrypted(key, path):
    """The key behind a pass phrase."""
    _openssl("pkey", "-in", key, "-aes128", "-passout", "pass:phrase", "-out", path)
    return path
