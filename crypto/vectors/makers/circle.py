"""What follows from an epoch's secret (5.2), locks (5.3), seals (5.4, 5.5), checks before an epoch is used (5.6)."""

from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.cast import (
    CENTRE,
    CIRCLE,
    DESK_PC,
    OTHER_CENTRE,
    OTHER_CIRCLE,
    OTHER_SECRET,
    PHONE,
    PLACE,
    PLACE_2,
    ROOT,
    SECRET,
    SECRET_2,
    TABLET,
)
from crypto.vectors.page import CIRCLE_KINDS, aead, derive, flip, hpke_seal, place, seal_public, u8
from crypto.vectors.seeded import Seeded

FOLDER = Folder("circle")
EPHEMERAL, NONCE = Seeded("circle").take(32), Seeded("lock").take(12)


def commitment(secret: bytes, where: bytes) -> bytes:
    return derive(secret, "commitment", where)


def circle_key(secret: bytes, where: bytes) -> bytes:
    return seal_public(derive(secret, "circle-key", where))


def lock(secret: bytes, where: bytes, before: bytes) -> bytes:
    return NONCE + aead(derive(secret, "lock", where), NONCE, "lock", where, before)


def seal(
    recipient: bytes, kind: str, where: bytes = PLACE, secret: bytes = SECRET, bound_to: bytes | None = None
) -> bytes:
    binding = where + u8(CIRCLE_KINDS[kind]) + (recipient if bound_to is None else bound_to)
    return hpke_seal(EPHEMERAL, recipient, "seal", binding, secret)


LOCK = lock(SECRET_2, PLACE_2, SECRET)
SEALED = seal(PHONE.seal_key, "dispatch")


def epoch(secret: bytes = SECRET_2, number: int = 2, **changed: Given) -> dict[str, Given]:
    """An epoch's secret in its place."""
    return {"centre": CENTRE, "circle": CIRCLE, "epoch": number, "secret": secret, **changed}


def make() -> Folder:
    _derived()
    _locks()
    _seals_opened()
    _seals_refused()
    _epochs_checked()
    return FOLDER


def _derived() -> None:
    places = {
        "": (CENTRE, CIRCLE, 1),
        "_of_next_epoch": (CENTRE, CIRCLE, 2),
        "_in_other_circle": (CENTRE, OTHER_CIRCLE, 1),
        "_in_other_centre": (OTHER_CENTRE, CIRCLE, 1),
        "_of_last_epoch": (CENTRE, CIRCLE, 2**32 - 1),
    }
    for name, (centre, circle, number) in places.items():
        where = place(centre, circle, number)
        given = epoch(SECRET, number, centre=centre, circle=circle)
        FOLDER.gives(
            f"derived{name}",
            "5.2",
            "the same secret gives other keys in each place",
            "derived",
            given,
            {"circle_key": circle_key(SECRET, where), "commitment": commitment(SECRET, where)},
        )
    for name, device in (("", PHONE.name), ("_of_other_device", TABLET.name)):
        FOLDER.gives(
            f"content_key{name}",
            "5.2",
            "each device has a key of its own",
            "content_key",
            epoch(SECRET, 1, device=device),
            {"content_key": derive(SECRET, "content", PLACE + device)},
        )


def _locks() -> None:
    FOLDER.gives("lock", "5.3", "the secret of the epoch before", "open_lock", epoch(lock=LOCK), {"before": SECRET})
    FOLDER.gives(
        "lock_made",
        "5.3",
        "what an epoch locks, it opens; the nonce is random",
        "lock",
        epoch(before=SECRET),
        {"before": SECRET, "size": 60},
    )
    for case, comment, given in (
        ("lock_nonce_altered", "one bit of the nonce", epoch(lock=flip(LOCK, 0))),
        ("lock_altered", "one bit of the ciphertext", epoch(lock=flip(LOCK, 12))),
        ("lock_tag_altered", "one bit of the tag", epoch(lock=flip(LOCK, -1))),
        ("lock_cut", "a byte lacks", epoch(lock=LOCK[:-1])),
        ("lock_longer", "a byte too many", epoch(lock=LOCK + b"\x00")),
        ("lock_empty", "no bytes", epoch(lock=b"")),
        ("lock_moved_to_other_circle", "another circle", epoch(lock=LOCK, circle=OTHER_CIRCLE)),
        ("lock_moved_to_other_centre", "another centre", epoch(lock=LOCK, centre=OTHER_CENTRE)),
        ("lock_moved_to_other_epoch", "another epoch", epoch(number=3, lock=LOCK)),
        ("lock_of_other_secret", "another secret", epoch(OTHER_SECRET, lock=LOCK)),
        (
            "lock_under_bare_secret",
            "locked with the secret itself",
            epoch(lock=NONCE + aead(SECRET_2, NONCE, "lock", PLACE_2, SECRET)),
        ),
        (
            "lock_bound_to_epoch_before",
            "bound to the place of e−1",
            epoch(lock=NONCE + aead(derive(SECRET_2, "lock", PLACE_2), NONCE, "lock", PLACE, SECRET)),
        ),
        (
            "lock_for_other_purpose",
            "bound to another purpose",
            epoch(lock=NONCE + aead(derive(SECRET_2, "lock", PLACE_2), NONCE, "change", PLACE_2, SECRET)),
        ),
        ("lock_of_31_bytes", "a secret too short", epoch(lock=lock(SECRET_2, PLACE_2, SECRET[:-1]))),
    ):
        FOLDER.fails(case, "bad_lock", "5.6", comment, "open_lock", given)


def opening(
    sealed: bytes = SEALED, kind: str = "dispatch", private: bytes = PHONE.seal_private, **changed: Given
) -> dict[str, Given]:
    return {
        "centre": CENTRE,
        "circle": CIRCLE,
        "epoch": 1,
        "kind": kind,
        "private": private,
        "sealed": sealed,
        **changed,
    }


def _seals_opened() -> None:
    for kind in CIRCLE_KINDS:
        FOLDER.gives(
            f"seal_of_{kind}",
            "5.4",
            f"an epoch of a circle of kind {kind}, sealed to a device",
            "open_seal",
            opening(seal(PHONE.seal_key, kind), kind),
            {"secret": SECRET},
        )
    FOLDER.gives(
        "seal_to_root",
        "5.4",
        "sealed to the recovery key",
        "open_seal",
        opening(seal(ROOT.seal_key, "desk"), "desk", ROOT.seal_private),
        {"secret": SECRET},
    )
    desk_private = derive(OTHER_SECRET, "circle-key", place(CENTRE, OTHER_CIRCLE, 3))
    FOLDER.gives(
        "seal_to_desk",
        "5.4",
        "sealed to a desk's circle key",
        "open_seal",
        opening(seal(seal_public(desk_private), "case"), "case", desk_private),
        {"secret": SECRET},
    )
    FOLDER.gives(
        "seal_made",
        "5.4",
        "what is sealed to a key, the key opens",
        "seal",
        {**epoch(SECRET, 1), "kind": "own", "private": PHONE.seal_private},
        {"secret": SECRET, "size": 80},
    )


def _seals_refused() -> None:
    for case, comment, given in (
        ("seal_moved_to_other_centre", "another centre", opening(centre=OTHER_CENTRE)),
        ("seal_moved_to_other_circle", "another circle", opening(circle=OTHER_CIRCLE)),
        ("seal_moved_to_other_kind", "a case's seal shown as a dispatch's", opening(kind="case")),
        ("seal_moved_to_other_epoch", "an old seal shown as that of the next epoch", opening(epoch=2)),
        ("seal_to_other_recipient", "another device's seal", opening(private=DESK_PC.seal_private)),
        (
            "seal_bound_to_other_recipient",
            "sealed to this key, but bound to another",
            opening(seal(PHONE.seal_key, "dispatch", bound_to=TABLET.seal_key)),
        ),
        (
            "seal_not_bound_to_recipient",
            "sealed to this key, and bound to none",
            opening(seal(PHONE.seal_key, "dispatch", bound_to=b"")),
        ),
        (
            "seal_for_other_purpose",
            "a reminder's seal",
            opening(hpke_seal(EPHEMERAL, PHONE.seal_key, "reminder", PLACE + b"\x05" + PHONE.seal_key, SECRET)),
        ),
        ("seal_enc_altered", "one bit of the encapsulated key", opening(flip(SEALED, 0))),
        ("seal_enc_zero", "an encapsulated key of small order", opening(bytes(32) + SEALED[32:])),
        ("seal_ciphertext_altered", "one bit of the ciphertext", opening(flip(SEALED, 32))),
        ("seal_tag_altered", "one bit of the tag", opening(flip(SEALED, -1))),
        ("seal_zeros", "80 zero bytes", opening(bytes(80))),
    ):
        FOLDER.fails(case, "wrong_key", "5.5", comment, "open_seal", given)
    for case, comment, sealed in (
        ("seal_79_bytes", "a byte lacks", SEALED[:-1]),
        ("seal_81_bytes", "a byte too many", SEALED + b"\x00"),
        ("seal_empty", "no bytes", b""),
        (
            "seal_of_short_secret",
            "opens, but is not 80 bytes long",
            seal(PHONE.seal_key, "dispatch", secret=SECRET[:-1]),
        ),
        (
            "seal_of_long_secret",
            "opens, but is not 80 bytes long",
            seal(PHONE.seal_key, "dispatch", secret=SECRET + b"\x00"),
        ),
    ):
        FOLDER.fails(case, "truncated", "5.5", comment, "open_seal", opening(sealed))


def _epochs_checked() -> None:
    good: dict[str, Given] = {
        "commitment": commitment(SECRET_2, PLACE_2),
        "circle_key": circle_key(SECRET_2, PLACE_2),
        "lock": LOCK,
        "commitment_before": commitment(SECRET, PLACE),
    }
    first: dict[str, Given] = {
        "commitment": commitment(SECRET, PLACE),
        "circle_key": circle_key(SECRET, PLACE),
        "lock": None,
        "commitment_before": None,
    }
    FOLDER.gives("epoch_1", "5.6", "the first epoch has no lock", "check_epoch", {**epoch(SECRET, 1), **first}, {})
    FOLDER.gives("epoch_2", "5.6", "a later epoch locks the one before", "check_epoch", {**epoch(), **good}, {})
    other_commitment, other_key = commitment(OTHER_SECRET, PLACE_2), circle_key(OTHER_SECRET, PLACE_2)
    wrong_before = lock(SECRET_2, PLACE_2, OTHER_SECRET)
    for case, code, comment, changed in (
        (
            "epoch_commitment_altered",
            "bad_commitment",
            "one bit",
            {"commitment": flip(commitment(SECRET_2, PLACE_2), 31)},
        ),
        (
            "epoch_commitment_of_other_secret",
            "bad_commitment",
            "two recipients cannot be given two secrets",
            {"commitment": other_commitment},
        ),
        (
            "epoch_commitment_of_epoch_before",
            "bad_commitment",
            "the commitment of e−1",
            {"commitment": commitment(SECRET, PLACE)},
        ),
        (
            "epoch_commitment_in_other_place",
            "bad_commitment",
            "the secret's commitment in another epoch",
            {"commitment": commitment(SECRET_2, PLACE)},
        ),
        ("epoch_secret_of_epoch_before", "bad_commitment", "an old secret given out again", {"secret": SECRET}),
        (
            "epoch_circle_key_altered",
            "bad_circle_key",
            "one bit",
            {"circle_key": flip(circle_key(SECRET_2, PLACE_2), 0)},
        ),
        (
            "epoch_circle_key_of_other_secret",
            "bad_circle_key",
            "a key somebody else can open",
            {"circle_key": other_key},
        ),
        (
            "epoch_circle_key_of_epoch_before",
            "bad_circle_key",
            "a key that those who left can open",
            {"circle_key": circle_key(SECRET, PLACE)},
        ),
        ("epoch_lock_lacks", "bad_lock", "an epoch after the first without a lock", {"lock": None}),
        ("epoch_lock_altered", "bad_lock", "one bit", {"lock": flip(LOCK, 20)}),
        (
            "epoch_lock_of_other_circle",
            "bad_lock",
            "a lock made elsewhere",
            {"lock": lock(SECRET_2, place(CENTRE, OTHER_CIRCLE, 2), SECRET)},
        ),
        (
            "epoch_lock_gives_other_secret",
            "bad_lock",
            "opens, but not to the secret e−1 committed to",
            {"lock": wrong_before},
        ),
        (
            "epoch_commitment_before_altered",
            "bad_lock",
            "the secret inside is not that of e−1",
            {"commitment_before": flip(commitment(SECRET, PLACE), 0)},
        ),
        (
            "epoch_commitment_and_circle_key",
            "bad_commitment",
            "the commitment is looked at first",
            {"commitment": other_commitment, "circle_key": other_key},
        ),
        (
            "epoch_commitment_and_lock",
            "bad_commitment",
            "the commitment is looked at first",
            {"commitment": other_commitment, "lock": wrong_before},
        ),
        (
            "epoch_circle_key_and_lock",
            "bad_circle_key",
            "the circle key is looked at before the lock",
            {"circle_key": other_key, "lock": None},
        ),
    ):
        FOLDER.fails(case, code, "5.6", comment, "check_epoch", {**epoch(), **good, **changed})
    FOLDER.fails(
        "epoch_2_shown_like_a_first_one",
        "bad_lock",
        "5.6",
        "neither a lock nor an epoch before: only the first epoch may lack them",
        "check_epoch",
        {**epoch(), **good, "lock": None, "commitment_before": None},
    )
    FOLDER.fails(
        "epoch_1_commitment_altered",
        "bad_commitment",
        "5.6",
        "one bit",
        "check_epoch",
        {**epoch(SECRET, 1), **first, "commitment": other_commitment},
    )
    FOLDER.fails(
        "epoch_1_circle_key_altered",
        "bad_circle_key",
        "5.6",
        "one bit",
        "check_epoch",
        {**epoch(SECRET, 1), **first, "circle_key": other_key},
    )
