"""The installation's seal on a rendition: a PAdES signature that allows no later change.

Owns key and certificate of the seal, signing, and checking. It proves which installation made the
file and that no byte changed since; people's approvals are signatures over its SHA-256, kept in
the database.
"""

import io
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from disclosure.errors import BadInput

if TYPE_CHECKING:
    from asn1crypto import x509
    from cryptography.x509 import KeyUsage
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.signers.pdf_signer import PdfSigningSession
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

FIELD: Final = "Seal"
VALID_FOR: Final = timedelta(days=3650)
CLOCK_SLACK: Final = timedelta(minutes=5)


def new_seal_identity(common_name: str, now: datetime) -> tuple[bytes, bytes]:
    """Make a P-256 key and a certificate signed by itself.

    Args:
        common_name: Of the installation, as readers of the file see it.
        now: Aware time; validity starts five minutes before.

    Returns:
        Private key and certificate, both PEM; the key is not encrypted.
    """
    from cryptography import x509  # noqa: PLC0415  needed when an installation is set up only
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415  as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415  as above

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def _usage() -> "KeyUsage":
    from cryptography import x509  # noqa: PLC0415  as above

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def seal(
    pdf: bytes, *, key_pem: bytes, certificate_pem: bytes, reason: str, signed_at: datetime
) -> bytes:
    """Add the seal to a finished rendition; any later change breaks it.

    Args:
        pdf: As ``assemble`` made it.
        key_pem: Private key of the installation.
        certificate_pem: Its certificate.
        reason: Shown by readers of the file.
        signed_at: Aware time that is written as the time of signing.
    """
    from pyhanko.sign import fields, signers  # noqa: PLC0415  slow to load

    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    signer = _signing_at(signed_at)(metadata, _signer(key_pem, certificate_pem))
    sealed = io.BytesIO()
    signer.sign_pdf(_quiet_update(pdf), output=sealed)
    return sealed.getvalue()


def _quiet_update(pdf: bytes) -> "IncrementalPdfFileWriter":
    from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415  slow to load
        IncrementalPdfFileWriter,
    )

    class Update(IncrementalPdfFileWriter):
        """Leave the metadata as they are: they are ours alone."""

        def _update_meta(self) -> None:
            return

    return Update(io.BytesIO(pdf))


def _signing_at(moment: datetime) -> "type[signers.PdfSigner]":
    from pyhanko.pdf_utils.writer import BasePdfFileWriter  # noqa: PLC0415  slow to load
    from pyhanko.sign import signers  # noqa: PLC0415  as above

    class Signer(signers.PdfSigner):
        """Sign at the given time instead of the clock's."""

        def init_signing_session(
            self,
            pdf_out: BasePdfFileWriter,
            existing_fields_only: bool = False,  # noqa: FBT001, FBT002  pyHanko's own signature
        ) -> "PdfSigningSession":
            session = super().init_signing_session(pdf_out, existing_fields_only)
            session.system_time = moment
            return session

    return Signer


def verify_seal(pdf: bytes, certificate_pem: bytes) -> bool:
    """Say whether a file carries this certificate's seal over all of its bytes, unchanged.

    Args:
        pdf: The sealed rendition.
        certificate_pem: The certificate that must have made the seal.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415  slow to load
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415  as above
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415  as above

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    certificate = _certificate(certificate_pem)
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(signatures) != 1:
            return False
        moment = signatures[0].self_reported_timestamp
        context = ValidationContext(
            trust_roots=[certificate],
            moment=moment,
            allow_fetching=False,
            best_signature_time=moment,
        )
        status = validate_pdf_signature(signatures[0], context)
        whole = str(status.coverage).endswith("ENTIRE_FILE")
        exact = _exact_gap(pdf, signatures[0], certificate)
    except Exception:  # noqa: BLE001  pyHanko raises anything on a broken file: each means no seal
        return False
    same = status.signing_cert.sha256 == certificate.sha256
    return bool(same and status.bottom_line and whole and exact)


def _exact_gap(pdf: bytes, signature: "EmbeddedPdfSignature", own: "x509.Certificate") -> bool:
    """Say whether the bytes that no signature covers are what we write there, and nothing else.

    Those bytes hold the signature itself. Everything in it but the signed attributes and the
    signature's value is written again from what we know, and must come out the same.
    """
    from asn1crypto import cms  # noqa: PLC0415  comes with pyHanko

    start, length, rest, _ = (int(number) for number in signature.byte_range)
    content = bytes(signature.pkcs7_content)
    if pdf[start + length : rest] != b"<%s>" % content.hex().upper().encode():
        return False
    found = cms.ContentInfo.load(content)["content"]["signer_infos"][0]
    expected = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [own],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": cms.IssuerAndSerialNumber(
                        {"issuer": own.issuer, "serial_number": own.serial_number}
                    ),
                    "digest_algorithm": {"algorithm": "sha256"},
                    "signed_attrs": found["signed_attrs"],
                    "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                    "signature": found["signature"],
                }
            ],
        }
    )
    message = cms.ContentInfo({"content_type": "signed_data", "content": expected}).dump()
    return content.startswith(message) and not any(content[len(message) :])


def _signer(key_pem: bytes, certificate_pem: bytes) -> "signers.SimpleSigner":
    from asn1crypto import keys, pem  # noqa: PLC0415  comes with pyHanko
    from pyhanko.sign import signers  # noqa: PLC0415  slow to load
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415  as above

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # as pyHanko has it
    certificate = _certificate(certificate_pem)
    try:
        key = keys.PrivateKeyInfo.load(pem.unarmor(key_pem)[2])
    except ValueError:
        raise BadInput("is not a PEM private key", where="seal key") from None
    return signers.SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=store)


def _certificate(certificate_pem: bytes) -> "x509.Certificate":
    from asn1crypto import pem, x509  # noqa: PLC0415  comes with pyHanko

    try:
        return x509.Certificate.load(pem.unarmor(certificate_pem)[2])
    except ValueError:
        raise BadInput("is not a PEM certificate", where="seal certificate") from None
