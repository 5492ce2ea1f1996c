/**
 * What the page may ask of the device in its worker. Implemented by `worker/host.ts`; the screens go through `store/`.
 *
 * A refusal is a `Refusal` with a word of the SPEC, never a stack trace. What a method saved is on disk when it returns.
 */

import type {
  CircleKind,
  Id,
  PeoplePicture,
  Plain,
  RecordPicture,
  RecordType,
  ReviewPicture,
  Role,
  Standing,
  SyncPicture,
} from "./picture.ts"

/** A vault in this browser. label: chosen by whoever made it; it tells nothing about what is inside. */
export interface VaultCard {
  readonly id: string
  readonly label: string
  readonly hasPassphrase: boolean
  readonly hasPasskey: boolean
  /** ms: after wrong guesses the next one is taken only from then on. */
  readonly pausedUntil: number
}

/** What opens a vault: a passphrase, or a PIN together with the output of a passkey (32 bytes). */
export type Opener = { readonly passphrase: string } | { readonly pin: string; readonly prf: Uint8Array }

/** What is to open a new vault: a passphrase, or a PIN of four digits or more together with a passkey. */
export type NewOpener = { readonly passphrase: string } | NewPasskey

/** A passkey as it was just made, and the PIN that goes with it. prf: 32 bytes. */
export interface NewPasskey {
  readonly passkey: Passkey
  readonly prf: Uint8Array
  readonly pin: string
}

/** A passkey that was made for a vault. */
export interface Passkey {
  readonly credential: Uint8Array
  readonly salt: Uint8Array
}

export interface Founding {
  readonly label: string
  readonly opener: NewOpener
  readonly code: string
  /** What the founder is called, and the device. */
  readonly name: string
  readonly device: string
}

/** words: the recovery key, to be shown once and written down. */
export interface Founded {
  readonly vault: string
  readonly words: readonly string[]
  readonly svg: string
}

export interface Joining {
  readonly label: string
  readonly opener: NewOpener
  readonly link: string
  readonly device: string
}

/** Everything, then what changed. A record that is gone has `null`. */
export interface Watcher {
  records(
    changed: readonly (RecordPicture | { readonly id: Id; readonly type: RecordType; readonly gone: true })[],
  ): void
  people(people: PeoplePicture): void
  sync(sync: SyncPicture): void
  reviews(reviews: readonly ReviewPicture[]): void
  /** The vault was closed: by idle time, by hand, or because another tab took it. */
  closed(why: "idle" | "hand" | "hidden" | "elsewhere" | "revoked"): void
}

/** One record's share of a save. where: the case and the dispatch it belongs to; ownOf: whose own circle. */
export interface Asked {
  readonly record: Id
  readonly type: RecordType
  readonly where: { readonly case?: Id; readonly dispatch?: Id; readonly ownOf?: Id }
  readonly put?: Readonly<Record<string, Plain>>
  readonly drop?: Readonly<Record<string, readonly Plain[]>>
  readonly crossOut?: string
}

/** code: why it waits as a draft; null: written. */
export interface Saved {
  readonly circle: Id
  readonly change: Id | null
  readonly code: string | null
}

/** One write in the history of a record. counts: null if it does; else why not. */
export interface Trace extends Standing {
  readonly field: string
  readonly element: Plain
  readonly circle: Id
  readonly circleKind: CircleKind
  readonly counts: string | null
  readonly isShown: boolean
}

export interface Found {
  readonly record: Id
  readonly type: RecordType
  readonly field: string
  /** The text around what was found. */
  readonly before: string
  readonly match: string
  readonly after: string
}

/** Something being typed, not submitted yet. about: which form of what. */
export interface Typing {
  readonly id: string
  readonly about: { readonly form: string; readonly case?: Id; readonly dispatch?: Id; readonly record?: Id }
  readonly content: Plain
  /** ms. */
  readonly at: number
}

export interface OpenedCase {
  readonly id: Id
  readonly case: Id
  readonly door: Id
}

export interface Host {
  // The way in

  vaults(): Promise<readonly VaultCard[]>
  /** The server an invitation leads to, as it says. A refusal if it is not whole. */
  readInvitation(link: string): Promise<{ readonly server: string }>
  found(asked: Founding): Promise<Founded>
  join(asked: Joining): Promise<{ readonly vault: string }>
  unlock(vault: string, opener: Opener): Promise<void>
  passkeyOf(vault: string): Promise<Passkey | null>
  /** The card of the vault that is open. */
  here(): Promise<VaultCard>
  /** Lets a fingerprint and a PIN open the vault that is open now. opener: what opens it today. */
  addPasskey(opener: Opener, added: NewPasskey): Promise<void>
  /** The passphrase alone opens it from now on. A refusal ("no_vault") where there is none. */
  removePasskey(): Promise<void>
  changePassphrase(opener: Opener, passphrase: string): Promise<void>
  forget(vault: string): Promise<void>
  /** Ask the tab that has this vault open to close it. */
  takeOver(vault: string): Promise<void>

  // An open vault

  watch(watcher: Watcher): Promise<void>
  lock(why: "idle" | "hand" | "hidden"): Promise<void>
  contact(): Promise<void>
  /** Stops a contact under way; nothing is lost. */
  stopContact(): Promise<void>
  /** Sign what is unsent, so that it can be sent while the vault is closed. */
  closeRuns(): Promise<void>
  dismiss(code: string, about: Id): Promise<void>

  // Writing

  write(asked: readonly Asked[], at?: number): Promise<readonly Saved[]>
  /** One value in place of all that were shown in a register. */
  decide(record: Id, type: RecordType, key: string, value: Plain): Promise<Saved>
  review(note: Id, state: string, fields: Readonly<Record<string, Plain>>): Promise<Id>
  rewrite(refused: Id): Promise<readonly Saved[]>
  keepTyping(typing: Typing): Promise<void>
  dropTyping(id: string): Promise<void>
  typings(): Promise<readonly Typing[]>

  // Reading

  history(record: Id, type: RecordType): Promise<readonly Trace[]>
  search(text: string, limit: number): Promise<readonly Found[]>

  // The centre

  openDesk(devices: readonly Id[], lead: Id | null): Promise<Id>
  /** Give a device a place at a desk, by somebody who knows whose it is. */
  seat(device: Id, desk: Id): Promise<void>
  openCase(desk: Id, members: readonly Id[]): Promise<OpenedCase>
  dispatch(caseId: Id, members: readonly Id[]): Promise<Id>
  endDispatch(dispatch: Id): Promise<void>
  renewStale(): Promise<readonly Id[]>
  addMember(role: Role, duties: readonly string[], name: string, post: string): Promise<Id>
  changeMember(member: Id, role: Role, duties: readonly string[]): Promise<void>
  endMember(member: Id): Promise<void>
  invite(member: Id, expires: number): Promise<{ readonly link: string; readonly svg: string }>
  cancelInvite(invite: Id): Promise<void>
  revoke(
    device: Id,
  ): Promise<{ readonly circles: readonly Id[]; readonly brought: readonly Id[]; readonly stale: readonly Id[] }>
  setPolicy(values: Readonly<Record<string, Plain>>): Promise<void>
}

/** A refusal, by a word of the SPEC. */
export class Refusal extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}
