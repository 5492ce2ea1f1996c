"""What can be tried without a key: forms, digests, signatures checked. Twin: crypto/vectors.test.ts."""

from dataclasses import asdict
from typing import Any

from crypto.blob import blob_id
from crypto.change import ChangeHeader, change_id, check_body, header_bytes
from crypto.contexts import CIRCLE_KINDS, Purpose, centre_id, context, digest, place
from crypto.encoding import pack, unpack
from crypto.entry import entry_body, parse_entry, statement_digest, verify_entry
from crypto.padding import pad, padme, unpad
from crypto.public_key import check_sealing_key, check_signing_key
from crypto.reminder import parse_reminder, reminder_body, verify_reminder
from crypto.run import KnownHead, RunHead, close_run, parse_run, run_message, verify_run
from crypto.session import session_message, verify_session
from crypto.signature import verify
from tests.crypto.vector import Gives, runner, tagged, untagged


@runner("digest", "contexts")
def _(purposes: list[Purpose]) -> Gives:
    return {"contexts": {purpose: context(purpose) for purpose in purposes}}


@runner("digest", "digest")
def _(purpose: Purpose, data: bytes) -> Gives:
    return {"digest": digest(purpose, data)}


@runner("digest", "place")
def _(centre: bytes, circle: bytes, epoch: int) -> Gives:
    return {"place": place(centre, circle, epoch)}


@runner("digest", "circle_kinds")
def _() -> Gives:
    return {"circle_kinds": CIRCLE_KINDS}


@runner("centre", "centre_id")
def _(root: bytes, root_seal: bytes) -> Gives:
    return {"centre": centre_id(root, root_seal)}


@runner("msgpack", "unpack")
def _(octets: bytes) -> Gives:
    value = unpack(octets)
    return {"value": tagged(value), "packed": pack(value)}


@runner("msgpack", "repack")
def _(octets: bytes) -> Gives:
    return {"packed": pack(unpack(octets))}


@runner("padding", "padme")
def _(length: int) -> Gives:
    return {"padded_length": padme(length)}


@runner("padding", "pad")
def _(plaintext: bytes) -> Gives:
    return {"padded": pad(plaintext)}


@runner("padding", "pad_and_unpad")
def _(plaintext: bytes) -> Gives:
    padded = pad(plaintext)
    return {"method": padded[0], "plaintext": unpad(padded)}


@runner("padding", "unpad")
def _(padded: bytes) -> Gives:
    return {"plaintext": unpad(padded)}


@runner("signature", "verify")
def _(key: bytes, purpose: Purpose, data: bytes, signature: bytes) -> Gives:
    verify(key, purpose, data, signature)
    return {}


@runner("signature", "check_signing_key")
def _(key: bytes) -> Gives:
    check_signing_key(key)
    return {}


@runner("signature", "check_sealing_key")
def _(key: bytes) -> Gives:
    check_sealing_key(key)
    return {}


@runner("change", "header")
def _(centre: bytes, circle: bytes, epoch: int, device: bytes, sequence: int, previous: bytes) -> Gives:
    return {"header": header_bytes(ChangeHeader(centre, circle, epoch, device, sequence, previous))}


@runner("change", "id")
def _(centre: bytes, circle: bytes, epoch: int, device: bytes, sequence: int, previous: bytes, body: bytes) -> Gives:
    return {"id": change_id(ChangeHeader(centre, circle, epoch, device, sequence, previous), body)}


@runner("change", "check_body")
def _(body: bytes) -> Gives:
    check_body(body)
    return {}


@runner("run", "parse")
def _(run: bytes) -> Gives:
    found = parse_run(run)
    head = asdict(found.head)
    head["known"], head["blobs"] = list(head["known"]), list(head["blobs"])
    return {**head, "bodies": [change.body for change in found.changes], "signature": found.signature}


@runner("run", "parse_and_count")
def _(run: bytes) -> Gives:
    found = parse_run(run)
    return {"known": len(found.head.known), "blobs": len(found.head.blobs), "changes": len(found.changes)}


@runner("run", "changes")
def _(run: bytes) -> Gives:
    return {
        "changes": [
            {**asdict(change.header), "id": change.id, "body": change.body} for change in parse_run(run).changes
        ]
    }


@runner("run", "build")
def _(
    centre: bytes,
    circle: bytes,
    epoch: int,
    device: bytes,
    first: int,
    previous: bytes,
    head_index: int,
    head_hash: bytes,
    known: list[dict[str, Any]],
    blobs: list[bytes],
    bodies: list[bytes],
) -> Gives:
    heads = [KnownHead(bytes.fromhex(k["device"]), k["sequence"], bytes.fromhex(k["id"])) for k in known]
    head = RunHead(centre, circle, epoch, device, first, previous, head_index, head_hash, tuple(heads), tuple(blobs))
    return {"signed": run_message(head, bodies), "unsigned": close_run(head, bodies, bytes(64))[:-64]}


@runner("run", "verify")
def _(run: bytes) -> Gives:
    verify_run(parse_run(run))
    return {}


@runner("entry", "parse")
def _(entry: bytes) -> Gives:
    found = asdict(parse_entry(entry))
    names = ("centre", "index", "previous", "author", "time", "hash", "signature")
    return {**{name: found[name] for name in names}, "statements": tagged(found["statements"])}


@runner("entry", "parse_and_count")
def _(entry: bytes) -> Gives:
    found = parse_entry(entry)
    return {"statements": len(found.statements), "hash": found.hash}


@runner("entry", "build")
def _(centre: bytes, index: int, previous: bytes, author: bytes, time: int, statements: list[Any]) -> Gives:
    return {"body": entry_body(centre, index, previous, author, time, untagged(statements))}


@runner("entry", "hash")
def _(entry: bytes) -> Gives:
    return {"hash": parse_entry(entry).hash}


@runner("entry", "statement_digest")
def _(statement: bytes) -> Gives:
    return {"digest": statement_digest(statement)}


@runner("entry", "verify")
def _(entry: bytes) -> Gives:
    verify_entry(parse_entry(entry))
    return {}


@runner("session", "message")
def _(centre: bytes, key: bytes, challenge: bytes, origin: str) -> Gives:
    return {"message": session_message(centre, key, challenge, origin)}


@runner("session", "verify")
def _(centre: bytes, key: bytes, challenge: bytes, origin: str, signature: bytes) -> Gives:
    verify_session(centre, key, challenge, origin, signature)
    return {}


@runner("reminder", "parse")
def _(reminder: bytes) -> Gives:
    found = parse_reminder(reminder)
    names = ("centre", "circle", "id", "device", "due", "kind", "signature")
    recipients = [{"device": device, "sealed": sealed} for device, sealed in found.sealed]
    return {**{name: getattr(found, name) for name in names}, "recipients": recipients}


@runner("reminder", "parse_and_count")
def _(reminder: bytes) -> Gives:
    return {"recipients": len(parse_reminder(reminder).sealed)}


@runner("reminder", "build")
def _(
    centre: bytes, circle: bytes, id: bytes, device: bytes, due: int, kind: int, recipients: list[dict[str, str]]
) -> Gives:
    sealed = [(bytes.fromhex(recipient["device"]), bytes.fromhex(recipient["sealed"])) for recipient in recipients]
    return {"body": reminder_body(centre, circle, id, device, due, kind, sealed)}


@runner("reminder", "verify")
def _(reminder: bytes) -> Gives:
    verify_reminder(parse_reminder(reminder))
    return {}


@runner("blob", "id")
def _(blob: bytes) -> Gives:
    return {"id": blob_id(blob)}
