/**
 * @tenten/wallet/page: what a page needs beside its worker, where cameras, screens, passkeys and WebRTC are and no
 * worker gets to. It loads no module and no WebAssembly; `handle` may be a message to the worker.
 */
export { amountText, typedAmount } from "./amounts.ts";
export type { BackupDesk } from "./desk/backup-desk.ts";
export type { Asked, Asking, Overview, PayOptions, SetAside, Taken } from "./desk/dealings.ts";
export type { Desk } from "./desk/desk.ts";
export type { Acceptance, Supposing } from "./desk/holdings.ts";
export type { NextAction } from "./desk/next-action.ts";
export type { PasskeyDesk } from "./desk/passkey-desk.ts";
export type { AskingBack, RefundDesk } from "./desk/refund-desk.ts";
export type { TillDesk } from "./desk/till-desk.ts";
export type {
	AskedView,
	AssetView,
	AttemptView,
	BalanceView,
	DayLineView,
	DayTotalView,
	DayView,
	HealthView,
	HistoryView,
	HoldingView,
	OperatorView,
	PartyView,
	PasskeyView,
	ReceiptView,
	RefundView,
	RequestView,
	RestoredView,
	Waiting,
} from "./desk/views.ts";
export { createPasskey, usePasskey } from "./passkeys.ts";
export { refusalWords } from "./refusal-words.ts";
export type { HistoryKind } from "./store/history.ts";
export { decodeBundle, encodeBundle } from "./transport/bundle.ts";
export type { Channel, Handle } from "./transport/channel.ts";
export { type Invitation, invitationIn } from "./transport/invitation.ts";
export { type QrFrames, type QrLetter, qrFrames } from "./transport/qr-frames.ts";
export { type QrLink, type QrLinkOptions, qrLink } from "./transport/qr-link.ts";
export { type QrRead, QrReader } from "./transport/qr-reader.ts";
export { answeringRtc, type RtcLink, type RtcOptions, rtcLink } from "./transport/rtc-link.ts";
export type { Words } from "./words.ts";
