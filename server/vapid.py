"""The key by which push services know this server. It is the server's own: it opens nothing that anybody wrote."""

from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from server.store.sqlite import FILE, open_database

_NAME = "vapid"


def public_key(data: Path, *, renew: bool = False) -> str:
    """The application server key (base64url, no padding) of a directory; made when first asked for, or anew.

    Raises TypeError when what is kept is another kind of key.
    """
    database = open_database(data / FILE)
    try:
        rows = database.execute("select value from secrets where name = ?", [_NAME]).fetchall()
        if renew or not rows:
            made = ec.generate_private_key(ec.SECP256R1())
            der = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            database.table("secrets").upsert({"name": _NAME, "value": der}, pk="name")
            rows = [(der,)]
    finally:
        database.close()
    key = load_der_private_key(rows[0][0], None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode("ascii")
