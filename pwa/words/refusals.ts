/** Every refusal in plain words: what happened, and what to do. The code stays beside it, for whoever helps by phone. */

import { both } from "./both.ts"

/** What is to be done about it; many codes share one. */
const WHATS = {
  wait: ["もう少し待つと、自動でやり直します", "This is tried again by itself in a while"],
  phone: ["センターに電話してください", "Please phone the centre"],
  again: ["もう一度お試しください", "Please try again"],
  update: ["アプリを新しくしてください", "Please update the app"],
  invite: ["新しい招待を、管理者に頼んでください", "Please ask an admin for a new invitation"],
  kept: ["書いたものは端末に残っています", "What you wrote is kept on this device"],
  none: ["", ""],
} as const

type Does = keyof typeof WHATS

const CODES: Readonly<Record<string, readonly [ja: string, en: string, does: Does]>> = {
  offline: ["電波がありません。端末に安全に保存しました", "No signal. It is safe on this device", "wait"],
  stopped: ["途中で止めました", "It was stopped", "none"],
  locked: ["ノートは閉じています", "The notebook is closed", "again"],
  paused: ["少し間をおいてください", "Please wait a moment before the next try", "none"],
  vault_full: [
    "端末の空きがなく、保存できませんでした。空きを作ってください",
    "This device is full; nothing more can be saved",
    "none",
  ],
  vault_in_use: ["このノートは、別のタブで開いています", "This notebook is open in another tab", "none"],
  no_vault: ["このノートは、この端末にありません", "This notebook is not on this device", "none"],
  unexpected: ["思いがけないことが起きました", "Something unexpected happened", "again"],
  unfinished: ["送受信の途中です", "Contact has not finished", "wait"],
  wrong_passphrase: ["合い言葉がちがいます", "The passphrase is not right", "again"],
  wrong_pin: ["暗証番号がちがいます", "The PIN is not right", "again"],
  passkey_stopped: ["指紋・顔の確認ができませんでした", "Your fingerprint or face was not confirmed", "again"],
  passkey_unfit: [
    "この端末の指紋・顔では、ノートを開けません。合い言葉をお使いください",
    "The fingerprint or face of this device cannot open a notebook. Please use a passphrase",
    "none",
  ],
  needs_passkey: ["このノートは、指紋や顔と暗証番号で開きます", "This notebook opens with a passkey and PIN", "none"],
  bad_length: ["言葉の数がちがいます。21語です", "There must be 21 words", "again"],
  bad_word: ["表にない言葉があります", "One of the words is not in the list", "again"],
  bad_check: ["どこかの言葉がちがいます", "One of the words is not right", "again"],
  not_entitled: ["この変更は、決められた役目の人だけができます", "Only those with the duty may do this", "kept"],
  not_home: ["この場所には書けない項目です", "This cannot be written here", "kept"],
  bad_value: ["値が正しくありません", "The value is not right", "kept"],
  exists: [
    "もう提出されています。直すときは追記してください",
    "Already submitted. Use an addendum to correct it",
    "none",
  ],
  unjudged: ["新しいアプリで書かれています", "Written by a newer app", "update"],
  not_principal: ["この場所の担当ではなくなりました", "You no longer belong to this place", "kept"],
  not_enrolled: ["この端末は登録されていません", "This device is not enrolled", "phone"],
  circle_closed: ["この場所は閉じられました", "This place was closed", "kept"],
  circle_stale: [
    "だれかが抜けたため、鍵を新しくするまで待っています",
    "Somebody left; this waits for new keys",
    "wait",
  ],
  old_epoch: ["古い鍵で書かれています", "Written with an old key", "kept"],
  epoch_unknown: ["新しい鍵を待っています", "Waiting for a newer key", "wait"],
  ancestor_missing: ["前の記録の到着を待っています", "Waiting for an earlier record", "wait"],
  head_unknown: ["センターの名簿の更新を待っています", "Waiting for the centre's register", "wait"],
  head_void: ["取り消された決定のあとに書かれています", "Written after a decision that was undone", "kept"],
  head_went_back: ["記録の順番が合いません", "The order of records does not fit", "phone"],
  cut_off: [
    "この端末が止められたあとの記録です。職員が確かめます",
    "Written after this device was stopped; staff will look at it",
    "kept",
  ],
  chain_gap: ["前の記録が届いていません", "An earlier record has not arrived", "wait"],
  quarantined: ["職員が確かめるまで、別に保管されています", "Held apart until staff have looked", "kept"],
  revoked: ["この端末は止められました。だれも責めません", "This device was stopped. Nobody blames you", "phone"],
  fork: ["同じ端末が二つあるように見えます", "There seem to be two of one device", "phone"],
  redated: ["記録の日付が書き直されたように見えます", "A record seems to be dated anew", "phone"],
  forked: ["センターの名簿が、ほかの人と食いちがっています", "The centre's register differs from others'", "phone"],
  rolled_back: ["サーバーの記録が前の状態にもどっています", "The server went back to an earlier state", "phone"],
  false_revocation: [
    "サーバーの言うことと、センターの名簿が合いません。何も消していません",
    "The server and the register disagree. Nothing was erased",
    "phone",
  ],
  restoring: ["サーバーを直しているところです", "The server is being restored", "wait"],
  stopping: ["サーバーを動かし直しているところです", "The server is restarting", "wait"],
  rate_limited: ["混み合っています", "The server is busy", "wait"],
  internal: ["サーバーでつまずきました", "The server stumbled", "wait"],
  quota_exceeded: ["センターの置き場がいっぱいです", "The centre's space is full", "phone"],
  no_session: ["もう一度つなぎ直します", "Connecting again", "wait"],
  bad_challenge: ["もう一度つなぎ直します", "Connecting again", "wait"],
  wrong_origin: ["このアドレスは、センターのものではありません", "This address is not the centre's", "phone"],
  unknown_centre: ["このセンターは、このサーバーにありません", "This server does not know the centre", "phone"],
  unknown_device: ["サーバーがこの端末を知りません", "The server does not know this device", "phone"],
  unknown_author: ["サーバーが書いた人を知りません", "The server does not know the author", "phone"],
  unknown_member: ["そのメンバーはいません", "There is no such member", "none"],
  unknown_circle: ["その場所はありません", "There is no such place", "none"],
  invite_closed: ["この招待は、使われたか、期限が過ぎました", "This invitation was used or is out of date", "invite"],
  last_admin: [
    "管理者がひとりもいなくなります。先に、ほかの管理者を決めてください",
    "There would be no admin left. Please name another first",
    "none",
  ],
  founding_closed: [
    "このサーバーでは、新しいセンターを始められません",
    "No new centre can be founded on this server",
    "phone",
  ],
  unknown_statement: ["新しいアプリの言葉が使われています", "A newer app has spoken", "update"],
  unknown_suite: ["新しい暗号が使われています", "A newer encryption is used", "update"],
  statement_missing: ["名簿の一部が届いていません", "A part of the register has not arrived", "wait"],
  statement_stray: ["どこにも属さない知らせが届きました", "Something arrived that belongs nowhere", "phone"],
  bad_previous: ["名簿の順番が合いません", "The order of the register does not fit", "wait"],
  bad_epoch: ["鍵の番号が合いません", "The number of a key does not fit", "again"],
  bad_cover: ["鍵を渡す相手が合いません", "The key does not reach those it should", "again"],
  late_admission: ["加えるのが遅すぎました", "Too late to admit", "again"],
  case_taken: ["この世帯は、もう別の窓口にあります", "Another desk has this household", "none"],
  shredded: ["この場所は、保存期間が終わって消されました", "This place was erased at the end of its time", "none"],
  cutoff_behind: ["もっと新しい記録がありました", "There were newer records", "again"],
  head_moved: ["ほかの人が先に変えました", "Somebody else was first", "again"],
  not_found: ["見つかりませんでした", "It was not found", "none"],
  method_not_allowed: ["サーバーが受け付けません", "The server does not take this", "update"],
  unsupported_media_type: ["サーバーが受け付けません", "The server does not take this", "update"],
  bad_request: ["サーバーが読めませんでした", "The server could not read this", "again"],
  wrong_offset: ["送り直しています", "Sending again", "wait"],
  bad_digest: ["途中でこわれました", "It was damaged on the way", "again"],
  too_large: ["大きすぎます。分けて書いてください", "It is too large. Please split it", "kept"],
  truncated: ["途中で切れています", "It is cut off", "again"],
  malformed: ["形が正しくありません", "It is not well formed", "again"],
  bad_key: ["鍵が正しくありません", "A key is not right", "phone"],
  bad_signature: ["署名が合いません", "A signature does not fit", "phone"],
  wrong_key: ["鍵が合わず、開けませんでした", "It does not open with our key", "phone"],
  wrong_place: ["別のセンターのものです", "It belongs to another centre", "phone"],
  wrong_centre: ["別のセンターのものです", "It belongs to another centre", "phone"],
  bad_padding: ["中身がこわれています", "Its content is damaged", "phone"],
  bad_commitment: ["鍵の約束が合いません", "A key is not what was promised", "phone"],
  bad_circle_key: ["鍵の約束が合いません", "A key is not what was promised", "phone"],
  bad_lock: ["前の鍵が開きません", "The earlier key does not open", "phone"],
}

const text = both(
  Object.fromEntries(Object.entries(CODES).map(([code, [ja]]) => [code, ja])) as Readonly<Record<string, string>>,
  Object.fromEntries(Object.entries(CODES).map(([code, [, en]]) => [code, en])),
)

const other = both({ unknown: "うまくいきませんでした" }, { unknown: "That did not work" })

const todo = both(
  Object.fromEntries(Object.entries(WHATS).map(([does, [ja]]) => [does, ja])) as Readonly<Record<Does, string>>,
  Object.fromEntries(Object.entries(WHATS).map(([does, [, en]]) => [does, en])) as Readonly<Record<Does, string>>,
)

export const KNOWN_REFUSALS: ReadonlySet<string> = new Set(Object.keys(CODES))

/** What happened. */
export function refusalText(code: string): string {
  return text()[code] ?? `${other().unknown} (${code})`
}

/** What to do; empty where nothing is to be done. */
export function refusalAdvice(code: string): string {
  return todo()[CODES[code]?.[2] ?? "phone"]
}
