/** Reading an invitation with the camera. */

import { both } from "./both.ts"

export const say = both(
  {
    title: "招待を読む",
    opening: "カメラを用意しています…",
    aim: "招待のQRを、四角の中に入れてください",
    private: "映ったものは、保存も送信もしません",
    picture: "カメラに映っているもの",
    light: "ライト",
    photo: "写真から",
    reading: "読んでいます…",
    paste: "リンクを貼る",
    again: "もう一度ためす",
    stop: "やめる",
    noCamera: {
      refused: "カメラを使えませんでした。ブラウザーの設定で、カメラを「許可」にすると読めます",
      none: "使えるカメラが見つかりませんでした",
      busy: "ほかのアプリがカメラを使っているようです。閉じてから、もう一度ためしてください",
    },
    otherWays: "QRの写真を選ぶか、招待のリンクを貼っても、はじめられます",
    noCode: "この写真からは、QRを読めませんでした。明るい所で、QR全体がまっすぐ入るように撮ってください",
    noPhoto: "この写真は開けませんでした。別の写真をためしてください",
  },
  {
    title: "Scan the invitation",
    opening: "Opening the camera…",
    aim: "Hold the invitation's QR inside the square",
    private: "What the camera sees is neither kept nor sent",
    picture: "What the camera sees",
    light: "Light",
    photo: "A photo",
    reading: "Reading…",
    paste: "Paste a link",
    again: "Try again",
    stop: "Cancel",
    noCamera: {
      refused: "The camera could not be used. Allow it in the browser's settings to scan",
      none: "No camera was found",
      busy: "Another app seems to be using the camera. Close it, then try again",
    },
    otherWays: "You can also choose a photo of the QR, or paste the invitation's link",
    noCode: "No QR could be read in this photo. Take it in good light, straight, with all of the QR in it",
    noPhoto: "This photo could not be opened. Please try another",
  },
)
