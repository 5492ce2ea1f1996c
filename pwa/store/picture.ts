/**
 * What the screens draw from: plain data, made by the device in its worker. Ids, keys and changes are lower-case hex.
 *
 * Nothing here can open, sign or send anything.
 */

/** Hex of 16 bytes (record, member, case, circle) or of 32 (change, device). */
export type Id = string

/** A value of a field; bytes as hex. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain }

export type RecordType = string
export type CircleKind = "centre" | "desk" | "case" | "door" | "dispatch" | "own" | "private"
export type Role = "supporter" | "professional" | "staff" | "admin"

/** How far a record's changes have come; of several, the least far. */
export type Whereabouts =
  /** On this device only. */
  | "here"
  /** The server's log has it, on disk. */
  | "sent"
  /** The server would not take it; see `SyncPicture.refused`. */
  | "refused"

/** A value that stands, and who wrote it; several writers of the same value: the first. */
export interface Standing {
  readonly value: Plain
  readonly changes: readonly Id[]
  readonly by: Id
  readonly device: Id
  /** ms, by that device's clock. */
  readonly at: number
}

/** A register in which a person has something to decide, or a policy decided meanwhile. */
export interface Cell {
  /** Names the register to the host. */
  readonly key: string
  readonly field: string
  /** Of a set; null for a field with one value. */
  readonly element: Plain
  readonly circle: Id
  readonly status: "settled" | "conflict" | "decided" | "empty"
  readonly shown: Plain | undefined
  readonly values: readonly Standing[]
  /** Asked for by somebody whom no arrow of the field lets do it. */
  readonly requests: readonly Standing[]
}

/** A record as it stands on this device. */
export interface RecordPicture {
  readonly id: Id
  readonly type: RecordType
  /** Circles of its parts, by kind. Two of one kind are two records to the screens. */
  readonly circles: Readonly<Partial<Record<CircleKind, Id>>>
  readonly case: Id | null
  /** Who wrote in it first, and when, ms. */
  readonly by: Id
  readonly at: number
  /** The newest write, ms. */
  readonly last: number
  /** What is shown of each field; of a set, its elements. A field in conflict is not here but in `open`. */
  readonly fields: Readonly<Record<string, Plain>>
  readonly open: readonly Cell[]
  readonly where: Whereabouts
  /** Written before its author's part ended, and came after. 「割当終了後」 */
  readonly isLate: boolean
}

export interface DevicePicture {
  readonly key: Id
  readonly name: string
  readonly member: Id
  readonly isActive: boolean
  readonly isThis: boolean
}

export interface MemberPicture {
  readonly id: Id
  readonly name: string
  readonly post: string
  /** null: no longer one. */
  readonly role: Role | null
  readonly duties: readonly string[]
  readonly devices: readonly DevicePicture[]
}

export interface CirclePicture {
  readonly id: Id
  readonly kind: CircleKind
  readonly case: Id | null
  readonly desk: Id | null
  readonly members: readonly Id[]
  readonly devices: readonly Id[]
  /** Somebody left or lost a device: nobody writes here until it is renewed. */
  readonly isStale: boolean
  readonly isClosed: boolean
  /** Whether this device can read what is written there now. */
  readonly opens: boolean
}

export interface InvitePicture {
  readonly key: Id
  readonly member: Id
  /** ms. */
  readonly expires: number
}

export interface Me {
  readonly centre: Id
  readonly member: Id
  readonly device: Id
  readonly role: Role
  readonly duties: readonly string[]
}

/** Who is in the centre and who reads what. */
export interface PeoplePicture {
  readonly me: Me
  readonly members: readonly MemberPicture[]
  readonly circles: readonly CirclePicture[]
  readonly invites: readonly InvitePicture[]
  /** The centre's settings of the app. */
  readonly policy: Readonly<Record<string, Plain>>
}

/** How a note stands with its reviewers. */
export interface ReviewPicture {
  readonly note: Id
  readonly by: Id
  readonly state:
    | "new"
    | "accepted"
    | "changed"
    | "accepted_with_addendum"
    | "reading"
    | "waiting"
    | "question"
    | "escalated"
  readonly reviews: readonly Id[]
  /** Changes of the note that no accepting reviewer has looked at. */
  readonly unseen: number
}

/** What the server would not take. */
export interface RefusedPicture {
  readonly id: Id
  readonly circle: Id
  readonly code: string
  /** ms. */
  readonly at: number
  readonly records: readonly { readonly id: Id; readonly type: RecordType }[]
}

/** What this device wrote that nothing allows to be sent yet. */
export interface WaitingPicture {
  readonly circle: Id
  readonly code: string | null
  readonly records: readonly { readonly id: Id; readonly type: RecordType }[]
}

/** Something a person has to see; `code` is a word of the SPEC. */
export interface AlarmPicture {
  readonly code: string
  readonly about: Id
  readonly at: number
}

export interface Progress {
  readonly phase: "opening" | "directory" | "log" | "sending" | "renewing"
  readonly done: number
  readonly total: number | null
}

/** 「未送信」「最終受信」 and everything that must not be hidden. */
export interface SyncPicture {
  /** "rest": nothing to do. "waiting": something waits, see because. "offline": the last contact failed. */
  readonly doing: "rest" | "contact" | "waiting" | "offline" | "stopped"
  readonly because: readonly string[]
  /** Changes and waiting drafts that the server is not known to have. */
  readonly unsent: number
  /** ms of the last contact that ended well; null: never. */
  readonly received: number | null
  readonly progress: Progress | null
  readonly waiting: readonly WaitingPicture[]
  readonly refused: readonly RefusedPicture[]
  readonly alarms: readonly AlarmPicture[]
  readonly storage: StoragePicture
}

export interface StoragePicture {
  /** Has the browser promised to keep what is here? */
  readonly isPersistent: boolean
  /** Bytes; null where the browser does not say. */
  readonly free: number | null
  /** Nothing more can be saved. */
  readonly isFull: boolean
}
