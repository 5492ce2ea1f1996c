"""What can be tried with a key: derived, signed, sealed, opened. Twin: crypto/vectors.test.ts."""

from crypto.blob import blob_id
from crypto.blob_content import open_blob, seal_blob
from crypto.change import ChangeHeader
from crypto.circle import EpochSecret, check_epoch, open_seal, seal_epoch
from crypto.content import open_change, seal_change
from crypto.contexts import Purpose
from crypto.invite import Invitation, Invite, enrol_message, invite_link, read_link
from crypto.keys import SealingKey, SigningKey, derive
from crypto.recovery import RecoveryKey, read_qr, read_words
from crypto.reminder import parse_reminder, reminder_body
from crypto.reminder_content import open_reminder, seal_reminder
from crypto.signature import verify
from crypto.vault import Cost, open_value, seal_value, unwrap, value_key, wrap
from tests.crypto.vector import Gives, runner


@runner("derive", "derive")
def _(secret: bytes, purpose: Purpose, binding: bytes, size: int) -> Gives:
    return {"derived": derive(secret, purpose, binding, size)}


@runner("signature", "sign")
def _(private: bytes, purpose: Purpose, data: bytes) -> Gives:
    key = SigningKey(private)
    verify(key.public, purpose, data, key.sign(purpose, data))
    return {"key": key.public}


@runner("recovery", "keys")
def _(seed: bytes) -> Gives:
    key = RecoveryKey(seed)
    return {"root": key.signing.public, "root_seal": key.sealing.public, "centre": key.centre}


@runner("recovery", "words")
def _(seed: bytes) -> Gives:
    return {"words": RecoveryKey(seed).words()}


@runner("recovery", "qr")
def _(seed: bytes) -> Gives:
    return {"text": RecoveryKey(seed).qr_text()}


@runner("recovery", "read_words")
def _(text: str) -> Gives:
    return {"seed": read_words(text).seed}


@runner("recovery", "read_qr")
def _(text: str) -> Gives:
    return {"seed": read_qr(text).seed}


@runner("invite", "keys")
def _(secret: bytes, centre: bytes) -> Gives:
    invite = Invite(centre, secret)
    return {"invite": invite.signing.public, "seal_key": invite.sealing.public}


@runner("invite", "link")
def _(
    centre: bytes, root: bytes, root_seal: bytes, head_index: int, head_hash: bytes, secret: bytes, server: str
) -> Gives:
    return {"link": invite_link(Invitation(Invite(centre, secret), root, root_seal, head_index, head_hash, server))}


@runner("invite", "read_link")
def _(link: str) -> Gives:
    found = read_link(link)
    return {
        "centre": found.invite.centre,
        "root": found.root,
        "root_seal": found.root_seal,
        "head_index": found.head_index,
        "head_hash": found.head_hash,
        "secret": found.invite.secret,
        "server": found.server,
    }


@runner("invite", "verify_enrolment")
def _(centre: bytes, invite: bytes, device: bytes, seal_key: bytes, signature: bytes) -> Gives:
    verify(invite, "enrol", enrol_message(centre, invite, device, seal_key), signature)
    return {}


@runner("circle", "derived")
def _(centre: bytes, circle: bytes, epoch: int, secret: bytes) -> Gives:
    of = EpochSecret(centre, circle, epoch, secret)
    return {"circle_key": of.circle_key.public, "commitment": of.commitment}


@runner("circle", "content_key")
def _(centre: bytes, circle: bytes, epoch: int, secret: bytes, device: bytes) -> Gives:
    return {"content_key": EpochSecret(centre, circle, epoch, secret).content_key(device)}


@runner("circle", "open_lock")
def _(centre: bytes, circle: bytes, epoch: int, secret: bytes, lock: bytes) -> Gives:
    return {"before": EpochSecret(centre, circle, epoch, secret).open_lock(lock, epoch - 1).secret}


@runner("circle", "lock")
def _(centre: bytes, circle: bytes, epoch: int, secret: bytes, before: bytes) -> Gives:
    of = EpochSecret(centre, circle, epoch, secret)
    lock = of.lock(EpochSecret(centre, circle, epoch - 1, before))
    return {"before": of.open_lock(lock, epoch - 1).secret, "size": len(lock)}


@runner("circle", "open_seal")
def _(centre: bytes, circle: bytes, epoch: int, kind: str, private: bytes, sealed: bytes) -> Gives:
    return {"secret": open_seal(sealed, centre, circle, kind, epoch, SealingKey(private)).secret}


@runner("circle", "seal")
def _(centre: bytes, circle: bytes, epoch: int, secret: bytes, kind: str, private: bytes) -> Gives:
    key = SealingKey(private)
    sealed = seal_epoch(EpochSecret(centre, circle, epoch, secret), kind, key.public)
    return {"secret": open_seal(sealed, centre, circle, kind, epoch, key).secret, "size": len(sealed)}


@runner("circle", "check_epoch")
def _(
    centre: bytes,
    circle: bytes,
    epoch: int,
    secret: bytes,
    commitment: bytes,
    circle_key: bytes,
    lock: bytes | None,
    commitment_before: bytes | None,
) -> Gives:
    earlier = None if commitment_before is None else (epoch - 1, commitment_before)
    check_epoch(EpochSecret(centre, circle, epoch, secret), commitment, circle_key, lock, earlier)
    return {}


@runner("change", "open")
def _(
    centre: bytes, circle: bytes, epoch: int, device: bytes, sequence: int, previous: bytes, secret: bytes, body: bytes
) -> Gives:
    header = ChangeHeader(centre, circle, epoch, device, sequence, previous)
    return {"plaintext": open_change(EpochSecret(centre, circle, epoch, secret), header, body)}


def sealed_change(header: ChangeHeader, secret: bytes, plaintext: bytes) -> tuple[EpochSecret, bytes]:
    of = EpochSecret(header.centre, header.circle, header.epoch, secret)
    return of, seal_change(of, header, plaintext)


@runner("change", "seal")
def _(
    centre: bytes,
    circle: bytes,
    epoch: int,
    device: bytes,
    sequence: int,
    previous: bytes,
    secret: bytes,
    plaintext: bytes,
) -> Gives:
    header = ChangeHeader(centre, circle, epoch, device, sequence, previous)
    of, body = sealed_change(header, secret, plaintext)
    return {"plaintext": open_change(of, header, body)}


@runner("change", "sealed_size")
def _(
    centre: bytes,
    circle: bytes,
    epoch: int,
    device: bytes,
    sequence: int,
    previous: bytes,
    secret: bytes,
    plaintext: bytes,
) -> Gives:
    header = ChangeHeader(centre, circle, epoch, device, sequence, previous)
    return {"size": len(sealed_change(header, secret, plaintext)[1])}


@runner("reminder", "open")
def _(reminder: bytes, recipient: bytes, private: bytes) -> Gives:
    return {"text": open_reminder(parse_reminder(reminder), recipient, SealingKey(private))}


@runner("reminder", "seal")
def _(centre: bytes, circle: bytes, id: bytes, recipient: bytes, private: bytes, text: bytes) -> Gives:
    key, signing = SealingKey(private), SigningKey(private)
    sealed = seal_reminder(key.public, centre, circle, id, recipient, text)
    body = reminder_body(centre, circle, id, signing.public, 0, 1, [(recipient, sealed)])
    reminder = parse_reminder(body + signing.sign("reminder", body))
    return {"text": open_reminder(reminder, recipient, key), "size": len(sealed)}


@runner("blob", "seal")
def _(key: bytes, centre: bytes, circle: bytes, content: bytes) -> Gives:
    blob = seal_blob(key, centre, circle, content)
    return {"id": blob_id(blob), "size": len(blob)}


@runner("blob", "open")
def _(key: bytes, centre: bytes, circle: bytes, blob: bytes) -> Gives:
    return {"content": open_blob(key, centre, circle, blob)}


@runner("vault", "unwrap")
def _(wrapped: bytes, passphrase: str, prf: bytes | None) -> Gives:
    return {"secret": unwrap(wrapped, passphrase, prf)}


@runner("vault", "wrap")
def _(secret: bytes, passphrase: str, prf: bytes | None, memory_kib: int, passes: int) -> Gives:
    wrapped = wrap(secret, passphrase, prf, Cost(memory_kib, passes))
    return {"secret": unwrap(wrapped, passphrase, prf), "size": len(wrapped), "flag": wrapped[1]}


@runner("vault", "default_cost")
def _() -> Gives:
    return {"memory_kib": Cost().memory_kib, "passes": Cost().passes}


@runner("vault", "open_value")
def _(secret: bytes, name: str, sealed: bytes) -> Gives:
    return {"value": open_value(value_key(secret), name, sealed)}


@runner("vault", "seal_value")
def _(secret: bytes, name: str, value: bytes) -> Gives:
    sealed = seal_value(value_key(secret), name, value)
    return {"value": open_value(value_key(secret), name, sealed), "size": len(sealed)}
