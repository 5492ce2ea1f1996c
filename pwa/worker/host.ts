/**
 * The device behind the screens: vaults, and one of them open with the device in it. Runs in a worker of its own, so that
 * the page never waits for keys, the log or the merge.
 */

import encodeQR from "qr"
import { fromHex, toHex } from "../../crypto/bytes.ts"
import { ProtocolError } from "../../crypto/errors.ts"
import { readLink } from "../../crypto/invite.ts"
import type { RecoveryKey } from "../../crypto/recovery.ts"
import { Device } from "../../sync/device.ts"
import { dictionary } from "../../sync/dictionary.ts"
import type { Saved as DeviceSaved, Writing } from "../../sync/writing.ts"
import type {
  Asked,
  Found,
  Founded,
  Founding,
  Host,
  Joining,
  NewOpener,
  NewPasskey,
  OpenedCase,
  Opener,
  Passkey,
  Saved,
  Trace,
  Typing,
  VaultCard,
  Watcher,
} from "../store/host.ts"
import type { Id, Plain, RecordType, Role } from "../store/picture.ts"
import { type IndexedVault, Vaults, wrapByPasskey, wrapByPassphrase } from "../vault/vaults.ts"
import { history } from "./history.ts"
import { OpenVault } from "./open_vault.ts"
import { profileOf } from "./pictures.ts"
import { fromPlain } from "./plain.ts"
import { dropTyping, keepTyping, typings } from "./typings.ts"

/** Where tabs ask each other for a vault. */
const CHANNEL = "engawa-vaults"
/** The founder does everything until there are others. */
const FOUNDERS_DUTIES = ["coordinator", "privacy", "reviewer"]

export class DeviceHost implements Host {
  readonly #channel = new BroadcastChannel(CHANNEL)
  #vaults: Vaults | null = null
  #open: OpenVault | null = null
  #watcher: Watcher | null = null

  constructor() {
    this.#channel.onmessage = ({ data }) => {
      if (data === this.#open?.id) void this.#close("elsewhere")
    }
  }

  // The way in

  async vaults(): Promise<readonly VaultCard[]> {
    const cards = await (await this.#all()).cards()
    return cards.map(({ id, label, passphrase, passkey, pausedUntil }) => {
      return { id, label, hasPassphrase: passphrase !== null, hasPasskey: passkey !== null, pausedUntil }
    })
  }

  async readInvitation(link: string): Promise<{ readonly server: string }> {
    const { server } = await readLink(link)
    return { server }
  }

  async found({ label, opener, code, name, device: deviceName }: Founding): Promise<Founded> {
    const [id, recovery] = await this.#making(label, opener, async (files) => {
      const founding = { duties: FOUNDERS_DUTIES, foundingCode: code }
      const [device, key] = await Device.found(files, location.origin, {}, founding)
      await device.people.call(device.member, { name })
      await nameDevice(device, deviceName)
      return [device, key]
    })
    return { vault: id, ...(await sheetOf(recovery)) }
  }

  async join({ label, opener, link, device: deviceName }: Joining): Promise<{ readonly vault: string }> {
    const [id] = await this.#making(label, opener, async (files) => {
      const device = await Device.enrol(files, link)
      await nameDevice(device, deviceName)
      return [device, null]
    })
    return { vault: id }
  }

  async unlock(vault: string, opener: Opener): Promise<void> {
    await this.#close("hand")
    const files = await (await this.#all()).unlock(vault, opener)
    performance.mark("engawa: open")
    await this.#enter(files, await Device.open(files))
  }

  async passkeyOf(vault: string): Promise<Passkey | null> {
    return (await this.#all()).passkeyOf(vault)
  }

  async here(): Promise<VaultCard> {
    const { id } = this.#here
    return (await this.vaults()).find((card) => card.id === id)!
  }

  async addPasskey(opener: Opener, added: NewPasskey): Promise<void> {
    await (await this.#all()).rewrap(this.#here.id, opener, (secret) => wrapByPasskey(secret, added))
  }

  async removePasskey(): Promise<void> {
    await (await this.#all()).removePasskey(this.#here.id)
  }

  async changePassphrase(opener: Opener, passphrase: string): Promise<void> {
    await (await this.#all()).rewrap(this.#here.id, opener, (secret) => wrapByPassphrase(secret, passphrase))
  }

  async forget(vault: string): Promise<void> {
    if (this.#open?.id === vault) await this.#close("hand")
    await (await this.#all()).forget(vault)
  }

  async takeOver(vault: string): Promise<void> {
    this.#channel.postMessage(vault)
    await (await this.#all()).released(vault)
  }

  // An open vault

  async watch(watcher: Watcher): Promise<void> {
    this.#watcher = watcher
    await this.#open?.watch(watcher)
  }

  async lock(why: "idle" | "hand" | "hidden"): Promise<void> {
    await this.#close(why)
  }

  async contact(): Promise<void> {
    this.#here.contacts?.nudge()
  }

  async stopContact(): Promise<void> {
    this.#here.contacts?.interrupt()
  }

  async closeRuns(): Promise<void> {
    await this.#here.closeRuns()
  }

  async dismiss(code: string, about: Id): Promise<void> {
    const { device } = this.#here
    const alarm = device.alarms().find((each) => each.code === code && toHex(each.about) === about)
    if (alarm) await this.#here.saving(() => device.dismiss(alarm))
  }

  // Writing

  async write(asked: readonly Asked[], at?: number): Promise<readonly Saved[]> {
    const { device } = this.#here
    const writings = asked.map((each) => prepared(device, each))
    return this.#here.saving(async () => {
      const saved: DeviceSaved[] = []
      for (const writing of writings) saved.push(...(await writing.save(at)))
      return saved.map(savedPicture)
    })
  }

  async decide(record: Id, type: RecordType, key: string, value: Plain): Promise<Saved> {
    const { device } = this.#here
    const view = device.book.views(fromHex(record), type).find((each) => each.key.text === key)
    if (!view) throw new ProtocolError("bad_value")
    const kind = view.key.element === null ? dictionary().field(type, view.key.field)?.kind : undefined
    return this.#here.saving(async () => savedPicture(await device.book.resolve(view, fromPlain(kind, value))))
  }

  async review(note: Id, state: string, fields: Readonly<Record<string, Plain>>): Promise<Id> {
    const { device } = this.#here
    const given = Object.entries(fields).map(([field, value]) => [field, fieldValue("review", field, value)] as const)
    return this.#here.saving(async () =>
      toHex(await device.book.review(fromHex(note), state, Object.fromEntries(given))),
    )
  }

  async rewrite(refused: Id): Promise<readonly Saved[]> {
    const { device } = this.#here
    const letter = device.deadLetters().find(({ id }) => toHex(id) === refused)
    if (!letter) return []
    return this.#here.saving(async () => (await device.rewrite(letter)).map(savedPicture))
  }

  async keepTyping(typing: Typing): Promise<void> {
    await this.#here.keeping(() => keepTyping(this.#here.files, typing))
  }

  async dropTyping(id: string): Promise<void> {
    await dropTyping(this.#here.files, id)
  }

  async typings(): Promise<readonly Typing[]> {
    return typings(this.#here.files)
  }

  // Reading

  async history(record: Id, type: RecordType): Promise<readonly Trace[]> {
    return history(this.#here.device, record, type)
  }

  async search(text: string, limit: number): Promise<readonly Found[]> {
    return this.#here.index.find(text, limit)
  }

  // The centre

  async openDesk(devices: readonly Id[], lead: Id | null): Promise<Id> {
    const { circles } = this.#here.device
    return this.#here.saving(async () =>
      toHex(await circles.openDesk(devices.map(fromHex), lead === null ? undefined : fromHex(lead))),
    )
  }

  async seat(device: Id, desk: Id): Promise<void> {
    await this.#here.saving(() => this.#here.device.circles.seat(fromHex(device), fromHex(desk)))
  }

  async openCase(desk: Id, members: readonly Id[]): Promise<OpenedCase> {
    const { circles } = this.#here.device
    const opened = await this.#here.saving(() => circles.openCase(fromHex(desk), members.map(fromHex)))
    return { id: toHex(opened.id), case: toHex(opened.circle), door: toHex(opened.door) }
  }

  async dispatch(caseId: Id, members: readonly Id[]): Promise<Id> {
    const { circles } = this.#here.device
    return this.#here.saving(async () => toHex(await circles.dispatch(fromHex(caseId), members.map(fromHex))))
  }

  async endDispatch(dispatch: Id): Promise<void> {
    await this.#here.saving(() => this.#here.device.circles.endDispatch(fromHex(dispatch)))
  }

  async renewStale(): Promise<readonly Id[]> {
    return this.#here.saving(async () => (await this.#here.device.circles.renewStale()).map(toHex))
  }

  async addMember(role: Role, duties: readonly string[], name: string, post: string): Promise<Id> {
    const { people } = this.#here.device
    return this.#here.saving(async () => toHex(await people.add(role, duties, { name, post: post || undefined })))
  }

  async changeMember(member: Id, role: Role, duties: readonly string[]): Promise<void> {
    await this.#here.saving(() => this.#here.device.people.change(fromHex(member), role, duties))
  }

  async endMember(member: Id): Promise<void> {
    await this.#here.saving(() => this.#here.device.people.end(fromHex(member)))
  }

  async invite(member: Id, expires: number): Promise<{ readonly link: string; readonly svg: string }> {
    const link = await this.#here.saving(() => this.#here.device.people.invite(fromHex(member), expires))
    return { link, svg: encodeQR(link, "svg") }
  }

  async cancelInvite(invite: Id): Promise<void> {
    await this.#here.saving(() => this.#here.device.people.cancel(fromHex(invite)))
  }

  async revoke(device: Id): Promise<{ circles: readonly Id[]; brought: readonly Id[]; stale: readonly Id[] }> {
    const { circles, brought, stale } = await this.#here.saving(() => this.#here.device.people.revoke(fromHex(device)))
    return { circles: circles.map(toHex), brought: brought.map(toHex), stale: stale.map(toHex) }
  }

  async setPolicy(values: Readonly<Record<string, Plain>>): Promise<void> {
    const given = Object.entries(values).map(([name, value]) => [name, fromPlain(undefined, value)] as const)
    await this.#here.saving(() => this.#here.device.people.setPolicy(Object.fromEntries(given) as never))
  }

  // Beneath

  /** Throws ProtocolError "locked" while no vault is open. */
  get #here(): OpenVault {
    if (!this.#open) throw new ProtocolError("locked")
    return this.#open
  }

  async #all(): Promise<Vaults> {
    this.#vaults ??= await Vaults.open()
    return this.#vaults
  }

  /** A new vault, and what is made in it; if that fails, there is no vault. */
  async #making<T>(
    label: string,
    opener: NewOpener,
    make: (files: IndexedVault) => Promise<readonly [Device, T]>,
  ): Promise<[string, T]> {
    await this.#close("hand")
    const vaults = await this.#all()
    const files = await vaults.make(label, opener)
    try {
      const [device, made] = await make(files)
      await this.#enter(files, device)
      return [files.id, made]
    } catch (error) {
      await files.close()
      await vaults.forget(files.id)
      throw error
    }
  }

  async #enter(files: IndexedVault, device: Device): Promise<void> {
    this.#open = await OpenVault.of(files, device)
    if (this.#watcher) await this.#open.watch(this.#watcher)
  }

  async #close(why: Parameters<Watcher["closed"]>[0]): Promise<void> {
    const open = this.#open
    if (!open) return
    this.#open = null
    await open.close()
    this.#watcher?.closed(why)
  }
}

async function sheetOf(recovery: RecoveryKey): Promise<Pick<Founded, "words" | "svg">> {
  const words = (await recovery.words()).split(/\s+/u)
  return { words, svg: encodeQR(await recovery.qrText(), "svg") }
}

async function nameDevice(device: Device, name: string): Promise<void> {
  const { book, key } = device
  await book.writing(book.where()).put(profileOf(key), "device_profile", { device: key, name }).save()
}

function prepared({ book }: Device, asked: Asked): Writing {
  const { record, type, where, put = {}, drop = {}, crossOut } = asked
  const id = fromHex(record)
  const [ofCase, dispatch, ownOf] = [where.case, where.dispatch, where.ownOf].map((each) =>
    each === undefined ? null : fromHex(each),
  )
  const writing = book.writing(book.where(ofCase, dispatch, ownOf))
  const given = Object.entries(put).map(([field, value]) => [field, fieldValue(type, field, value)] as const)
  writing.put(id, type, Object.fromEntries(given))
  for (const [field, elements] of Object.entries(drop)) {
    writing.drop(id, type, field, ...elements.map((each) => fromPlain(dictionary().field(type, field)?.kind, each)))
  }
  if (crossOut !== undefined) writing.crossOut(id, type, crossOut)
  return writing
}

function fieldValue(type: RecordType, field: string, value: Plain) {
  const rule = dictionary().field(type, field)
  return fromPlain(rule?.each ? { kind: "list", of: rule.kind, max: Number.POSITIVE_INFINITY } : rule?.kind, value)
}

function savedPicture({ circle, change, code }: DeviceSaved): Saved {
  return { circle: toHex(circle), change: change && toHex(change), code }
}
