"""A timestamping authority of our own: certificates made here, answers made by `openssl ts`."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OPENSSL = shutil.which("openssl")
NAME = "Позначки часу: випробування"

_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Authority:
    folder: Path

    @property
    def ca(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def answers(self, request: Path, *, digests: str = "sha256") -> bytes:
        config = self.folder / "tsa.cnf"
        config.write_text(_CONFIG.format(folder=self.folder, digests=digests))
        out = self.folder / "answer.tsr"
        run("ts", "-reply", "-config", config, "-queryfile", request, "-out", out)
        return out.read_bytes()


def run(*words: object) -> str:
    assert OPENSSL is not None
    done = subprocess.run(
        [OPENSSL, *map(str, words)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def authority(folder: Path, *, days: int = 30, stamping: bool = True) -> Authority:
    """`days`: until its certificate ends; before today when negative. `stamping`: may stamp."""
    folder.mkdir()
    root, ours = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Корінь", root, None, root, 300, stamping=None)
    tsa = _certificate(NAME, ours, ca, root, days, stamping=stamping)
    for name, one in (("ca.pem", ca), ("tsa.pem", tsa)):
        (folder / name).write_bytes(one.public_bytes(serialization.Encoding.PEM))
    key = ours.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "tsa.key").write_bytes(key)
    (folder / "serial").write_text("01\n")
    return Authority(folder)


def _certificate(
    named: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    signer: ec.EllipticCurvePrivateKey,
    days: int,
    *,
    stamping: bool | None,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, named)])
    now = datetime.now(UTC)
    usage = ExtendedKeyUsageOID.TIME_STAMPING if stamping else ExtendedKeyUsageOID.SERVER_AUTH
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if stamping is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return made.sign(signer, hashes.SHA256())
