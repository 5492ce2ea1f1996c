/** What can be tried without a key: forms, digests, signatures checked. Twin: tests/crypto/keyless.py. */

import { blobId } from "../blob.ts"
import { changeId, checkBody, headerBytes } from "../change.ts"
import { CIRCLE_KINDS, centreId, context, digest, place } from "../contexts.ts"
import { pack, unpack } from "../encoding.ts"
import { entryBody, parseEntry, type RawStatement, statementDigest, verifyEntry } from "../entry.ts"
import { pad, padme, unpad } from "../padding.ts"
import { checkSealingKey, checkSigningKey } from "../public_key.ts"
import { parseReminder, reminderBody, verifyReminder } from "../reminder.ts"
import { closeRun, parseRun, runMessage, verifyRun } from "../run.ts"
import { sessionMessage, verifySession } from "../session.ts"
import { verify } from "../signature.ts"
import { type Runners, runner, tagged } from "./vector.ts"

export const HEADER = {
  centre: "octets",
  circle: "octets",
  epoch: "number",
  device: "octets",
  sequence: "number",
  previous: "octets",
} as const

const SESSION = { centre: "octets", key: "octets", challenge: "octets", origin: "text" } as const

export const KEYLESS: Runners = {
  digest: {
    contexts: runner({ purposes: "purposes" }, ({ purposes }) => ({
      contexts: Object.fromEntries(purposes.map((purpose) => [purpose, context(purpose)])),
    })),
    digest: runner({ purpose: "purpose", data: "octets" }, async ({ purpose, data }) => ({
      digest: await digest(purpose, data),
    })),
    place: runner({ centre: "octets", circle: "octets", epoch: "number" }, ({ centre, circle, epoch }) => ({
      place: place(centre, circle, epoch),
    })),
    circle_kinds: runner({}, () => ({ circle_kinds: CIRCLE_KINDS })),
  },
  centre: {
    centre_id: runner({ root: "octets", root_seal: "octets" }, async ({ root, root_seal }) => ({
      centre: await centreId(root, root_seal),
    })),
  },
  msgpack: {
    unpack: runner({ octets: "octets" }, ({ octets }) => {
      const value = unpack(octets)
      return { value: tagged(value), packed: pack(value) }
    }),
    repack: runner({ octets: "octets" }, ({ octets }) => ({ packed: pack(unpack(octets)) })),
  },
  padding: {
    padme: runner({ length: "number" }, ({ length }) => ({ padded_length: padme(length) })),
    pad: runner({ plaintext: "octets" }, ({ plaintext }) => ({ padded: pad(plaintext) })),
    pad_and_unpad: runner({ plaintext: "octets" }, ({ plaintext }) => {
      const padded = pad(plaintext)
      return { method: padded[0], plaintext: unpad(padded) }
    }),
    unpad: runner({ padded: "octets" }, ({ padded }) => ({ plaintext: unpad(padded) })),
  },
  signature: {
    verify: runner(
      { key: "octets", purpose: "purpose", data: "octets", signature: "octets" },
      async ({ key, purpose, data, signature }) => {
        await verify(key, purpose, data, signature)
        return {}
      },
    ),
    check_signing_key: runner({ key: "octets" }, ({ key }) => {
      checkSigningKey(key)
      return {}
    }),
    check_sealing_key: runner({ key: "octets" }, ({ key }) => {
      checkSealingKey(key)
      return {}
    }),
  },
  change: {
    header: runner(HEADER, (header) => ({ header: headerBytes(header) })),
    id: runner({ ...HEADER, body: "octets" }, async ({ body, ...header }) => ({ id: await changeId(header, body) })),
    check_body: runner({ body: "octets" }, ({ body }) => {
      checkBody(body)
      return {}
    }),
  },
  run: {
    parse: runner({ run: "octets" }, async ({ run }) => {
      const { head, changes, signature } = await parseRun(run)
      const { headIndex, headHash, ...rest } = head
      const bodies = changes.map((change) => change.body)
      return { ...rest, head_index: headIndex, head_hash: headHash, bodies, signature }
    }),
    parse_and_count: runner({ run: "octets" }, async ({ run }) => {
      const { head, changes } = await parseRun(run)
      return { known: head.known.length, blobs: head.blobs.length, changes: changes.length }
    }),
    changes: runner({ run: "octets" }, async ({ run }) => {
      const { changes } = await parseRun(run)
      return { changes: changes.map(({ header, id, body }) => ({ ...header, id, body })) }
    }),
    build: runner(
      {
        centre: "octets",
        circle: "octets",
        epoch: "number",
        device: "octets",
        first: "number",
        previous: "octets",
        head_index: "number",
        head_hash: "octets",
        known: "knownHeads",
        blobs: "octetsList",
        bodies: "octetsList",
      },
      async ({ head_index, head_hash, bodies, ...rest }) => {
        const head = { ...rest, headIndex: head_index, headHash: head_hash }
        const closed = await closeRun(head, bodies, new Uint8Array(64))
        return { signed: await runMessage(head, bodies), unsigned: closed.slice(0, -64) }
      },
    ),
    verify: runner({ run: "octets" }, async ({ run }) => {
      await verifyRun(await parseRun(run))
      return {}
    }),
  },
  entry: {
    parse: runner({ entry: "octets" }, async ({ entry }) => {
      const { statements, body: _body, raw: _raw, ...rest } = await parseEntry(entry)
      return { ...rest, statements: tagged(statements) }
    }),
    parse_and_count: runner({ entry: "octets" }, async ({ entry }) => {
      const { statements, hash } = await parseEntry(entry)
      return { statements: statements.length, hash }
    }),
    build: runner(
      {
        centre: "octets",
        index: "number",
        previous: "octets",
        author: "octets",
        time: "number",
        statements: "values",
      },
      ({ centre, index, previous, author, time, statements }) => ({
        body: entryBody(centre, index, previous, author, time, statements as RawStatement[]),
      }),
    ),
    hash: runner({ entry: "octets" }, async ({ entry }) => ({ hash: (await parseEntry(entry)).hash })),
    statement_digest: runner({ statement: "octets" }, async ({ statement }) => ({
      digest: await statementDigest(statement),
    })),
    verify: runner({ entry: "octets" }, async ({ entry }) => {
      await verifyEntry(await parseEntry(entry))
      return {}
    }),
  },
  session: {
    message: runner(SESSION, ({ centre, key, challenge, origin }) => ({
      message: sessionMessage(centre, key, challenge, origin),
    })),
    verify: runner({ ...SESSION, signature: "octets" }, async ({ centre, key, challenge, origin, signature }) => {
      await verifySession(centre, key, challenge, origin, signature)
      return {}
    }),
  },
  reminder: {
    parse: runner({ reminder: "octets" }, ({ reminder }) => {
      const { sealed, body: _body, ...rest } = parseReminder(reminder)
      return { ...rest, recipients: sealed.map(([device, text]) => ({ device, sealed: text })) }
    }),
    parse_and_count: runner({ reminder: "octets" }, ({ reminder }) => ({
      recipients: parseReminder(reminder).sealed.length,
    })),
    build: runner(
      {
        centre: "octets",
        circle: "octets",
        id: "octets",
        device: "octets",
        due: "number",
        kind: "number",
        recipients: "sealedTexts",
      },
      ({ centre, circle, id, device, due, kind, recipients }) => ({
        body: reminderBody(centre, circle, id, device, due, kind, recipients),
      }),
    ),
    verify: runner({ reminder: "octets" }, async ({ reminder }) => {
      await verifyReminder(parseReminder(reminder))
      return {}
    }),
  },
  blob: {
    id: runner({ blob: "octets" }, async ({ blob }) => ({ id: await blobId(blob) })),
  },
}
