/** What can be tried with a key: derived, signed, sealed, opened. Twin: tests/crypto/keyed.py. */

import { blobId } from "../blob.ts"
import { openBlob, sealBlob } from "../blob_content.ts"
import { concat } from "../bytes.ts"
import { checkEpoch, EpochSecret, openSeal, sealEpoch } from "../circle.ts"
import { openChange, sealChange } from "../content.ts"
import { enrolMessage, Invite, inviteLink, readLink } from "../invite.ts"
import { derive, SealingKey, SigningKey } from "../keys.ts"
import { RecoveryKey, readQr, readWords } from "../recovery.ts"
import { parseReminder, reminderBody } from "../reminder.ts"
import { openReminder, sealReminder } from "../reminder_content.ts"
import { verify } from "../signature.ts"
import { DEFAULT_COST, openValue, sealValue, unwrap, valueKey, wrap } from "../vault.ts"
import { HEADER } from "./keyless.ts"
import { type Runners, runner } from "./vector.ts"

const PLACE = { centre: "octets", circle: "octets", epoch: "number" } as const
const EPOCH = { ...PLACE, secret: "octets" } as const

type Epoch = { centre: Uint8Array; circle: Uint8Array; epoch: number; secret: Uint8Array }

function epochSecret({ centre, circle, epoch, secret }: Epoch): EpochSecret {
  return new EpochSecret(centre, circle, epoch, secret)
}

export const KEYED: Runners = {
  derive: {
    derive: runner(
      { secret: "octets", purpose: "purpose", binding: "octets", size: "number" },
      async ({ secret, purpose, binding, size }) => ({ derived: await derive(secret, purpose, binding, size) }),
    ),
  },
  signature: {
    sign: runner(
      { private: "octets", purpose: "purpose", data: "octets" },
      async ({ private: bytes, purpose, data }) => {
        const key = await SigningKey.from(bytes)
        await verify(key.public, purpose, data, await key.sign(purpose, data))
        return { key: key.public }
      },
    ),
  },
  recovery: {
    keys: runner({ seed: "octets" }, async ({ seed }) => {
      const key = new RecoveryKey(seed)
      const [root, sealing] = [await key.signing(), await key.sealing()]
      return { root: root.public, root_seal: sealing.public, centre: await key.centre() }
    }),
    words: runner({ seed: "octets" }, async ({ seed }) => ({ words: await new RecoveryKey(seed).words() })),
    qr: runner({ seed: "octets" }, async ({ seed }) => ({ text: await new RecoveryKey(seed).qrText() })),
    read_words: runner({ text: "text" }, async ({ text }) => ({ seed: (await readWords(text)).seed })),
    read_qr: runner({ text: "text" }, async ({ text }) => ({ seed: (await readQr(text)).seed })),
  },
  invite: {
    keys: runner({ secret: "octets", centre: "octets" }, async ({ secret, centre }) => {
      const invite = new Invite(centre, secret)
      return { invite: (await invite.signing()).public, seal_key: (await invite.sealing()).public }
    }),
    link: runner(
      {
        centre: "octets",
        root: "octets",
        root_seal: "octets",
        head_index: "number",
        head_hash: "octets",
        secret: "octets",
        server: "text",
      },
      async ({ centre, root, root_seal, head_index, head_hash, secret, server }) => {
        const invite = new Invite(centre, secret)
        const names = { rootSeal: root_seal, headIndex: head_index, headHash: head_hash }
        return { link: await inviteLink({ invite, root, ...names, server }) }
      },
    ),
    read_link: runner({ link: "text" }, async ({ link }) => {
      const { invite, root, rootSeal, headIndex, headHash, server } = await readLink(link)
      const names = { root_seal: rootSeal, head_index: headIndex, head_hash: headHash }
      return { centre: invite.centre, secret: invite.secret, root, ...names, server }
    }),
    verify_enrolment: runner(
      { centre: "octets", invite: "octets", device: "octets", seal_key: "octets", signature: "octets" },
      async ({ centre, invite, device, seal_key, signature }) => {
        await verify(invite, "enrol", enrolMessage(centre, invite, device, seal_key), signature)
        return {}
      },
    ),
  },
  circle: {
    derived: runner(EPOCH, async (epoch) => {
      const of = epochSecret(epoch)
      return { circle_key: (await of.circleKey()).public, commitment: await of.commitment() }
    }),
    content_key: runner({ ...EPOCH, device: "octets" }, async ({ device, ...epoch }) => ({
      content_key: await epochSecret(epoch).contentKey(device),
    })),
    open_lock: runner({ ...EPOCH, lock: "octets" }, async ({ lock, ...epoch }) => ({
      before: (await epochSecret(epoch).openLock(lock, epoch.epoch - 1)).secret,
    })),
    lock: runner({ ...EPOCH, before: "octets" }, async ({ before, ...epoch }) => {
      const earlier = epochSecret({ ...epoch, epoch: epoch.epoch - 1, secret: before })
      const lock = await epochSecret(epoch).lock(earlier)
      return { before: (await epochSecret(epoch).openLock(lock, epoch.epoch - 1)).secret, size: lock.length }
    }),
    open_seal: runner(
      { ...PLACE, kind: "circleKind", private: "octets", sealed: "octets" },
      async ({ centre, circle, epoch, kind, private: bytes, sealed }) => {
        const key = await SealingKey.from(bytes)
        return { secret: (await openSeal(sealed, centre, circle, kind, epoch, key)).secret }
      },
    ),
    seal: runner({ ...EPOCH, kind: "circleKind", private: "octets" }, async ({ kind, private: bytes, ...epoch }) => {
      const key = await SealingKey.from(bytes)
      const sealed = await sealEpoch(epochSecret(epoch), kind, key.public)
      const { secret } = await openSeal(sealed, epoch.centre, epoch.circle, kind, epoch.epoch, key)
      return { secret, size: sealed.length }
    }),
    check_epoch: runner(
      {
        ...EPOCH,
        commitment: "octets",
        circle_key: "octets",
        lock: "octetsOrNull",
        commitment_before: "octetsOrNull",
      },
      async ({ commitment, circle_key, lock, commitment_before, ...epoch }) => {
        const earlier = commitment_before && ([epoch.epoch - 1, commitment_before] as const)
        await checkEpoch(epochSecret(epoch), commitment, circle_key, lock, earlier)
        return {}
      },
    ),
  },
  change: {
    open: runner({ ...HEADER, secret: "octets", body: "octets" }, async ({ secret, body, ...header }) => ({
      plaintext: await openChange(epochSecret({ ...header, secret }), header, body),
    })),
    seal: runner({ ...HEADER, secret: "octets", plaintext: "octets" }, async ({ secret, plaintext, ...header }) => {
      const of = epochSecret({ ...header, secret })
      return { plaintext: await openChange(of, header, await sealChange(of, header, plaintext)) }
    }),
    sealed_size: runner(
      { ...HEADER, secret: "octets", plaintext: "octets" },
      async ({ secret, plaintext, ...header }) => ({
        size: (await sealChange(epochSecret({ ...header, secret }), header, plaintext)).length,
      }),
    ),
  },
  reminder: {
    open: runner(
      { reminder: "octets", recipient: "octets", private: "octets" },
      async ({ reminder, recipient, private: bytes }) => ({
        text: await openReminder(parseReminder(reminder), recipient, await SealingKey.from(bytes)),
      }),
    ),
    seal: runner(
      { centre: "octets", circle: "octets", id: "octets", recipient: "octets", private: "octets", text: "octets" },
      async ({ centre, circle, id, recipient, private: bytes, text }) => {
        const [key, signing] = [await SealingKey.from(bytes), await SigningKey.from(bytes)]
        const sealed = await sealReminder(key.public, centre, circle, id, recipient, text)
        const body = reminderBody(centre, circle, id, signing.public, 0, 1, [[recipient, sealed]])
        const reminder = parseReminder(concat(body, await signing.sign("reminder", body)))
        return { text: await openReminder(reminder, recipient, key), size: sealed.length }
      },
    ),
  },
  blob: {
    seal: runner(
      { key: "octets", centre: "octets", circle: "octets", content: "octets" },
      async ({ key, centre, circle, content }) => {
        const blob = await sealBlob(key, centre, circle, content)
        return { id: await blobId(blob), size: blob.length }
      },
    ),
    open: runner(
      { key: "octets", centre: "octets", circle: "octets", blob: "octets" },
      async ({ key, centre, circle, blob }) => ({ content: await openBlob(key, centre, circle, blob) }),
    ),
  },
  vault: {
    unwrap: runner(
      { wrapped: "octets", passphrase: "text", prf: "octetsOrNull" },
      async ({ wrapped, passphrase, prf }) => ({ secret: await unwrap(wrapped, passphrase, prf) }),
    ),
    wrap: runner(
      { secret: "octets", passphrase: "text", prf: "octetsOrNull", memory_kib: "number", passes: "number" },
      async ({ secret, passphrase, prf, memory_kib, passes }) => {
        const wrapped = await wrap(secret, passphrase, prf, { memoryKib: memory_kib, passes })
        return { secret: await unwrap(wrapped, passphrase, prf), size: wrapped.length, flag: wrapped[1] }
      },
    ),
    default_cost: runner({}, () => ({ memory_kib: DEFAULT_COST.memoryKib, passes: DEFAULT_COST.passes })),
    open_value: runner({ secret: "octets", name: "text", sealed: "octets" }, async ({ secret, name, sealed }) => ({
      value: await openValue(await valueKey(secret), name, sealed),
    })),
    seal_value: runner({ secret: "octets", name: "text", value: "octets" }, async ({ secret, name, value }) => {
      const key = await valueKey(secret)
      const sealed = await sealValue(key, name, value)
      return { value: await openValue(key, name, sealed), size: sealed.length }
    }),
  },
}
