/** What a wallet needs on every platform; `index.ts` adds what Node has, `browser.ts` what a browser has. */
export { amountText, typedAmount } from "./amounts.ts";
export { type BackupFile, readBackupFile, writeBackupFile } from "./backup-file.ts";
export type { BackupDesk } from "./desk/backup-desk.ts";
export type { Asked, Asking, Overview, PayOptions, SetAside, Taken } from "./desk/dealings.ts";
export { Desk, type DeskOptions } from "./desk/desk.ts";
export type { Acceptance, Supposing } from "./desk/holdings.ts";
export type { NextAction } from "./desk/next-action.ts";
export type { PasskeyDesk } from "./desk/passkey-desk.ts";
export type { AskingBack, RefundDesk } from "./desk/refund-desk.ts";
export { operatorsOfBackup, type RestoreDeskOptions, restoreDesk } from "./desk/restore-desk.ts";
export { Rooms, type RoomsOptions } from "./desk/rooms.ts";
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
export { type AskGateway, Gateway, type GatewayOptions } from "./fog/gateway.ts";
export { type HeldByDevice, heldAtGateway } from "./fog/held.ts";
export {
	type Ecosystems,
	type ForeignEcosystem,
	ForeignGate,
	type ForeignGateOptions,
	type LogDoor,
} from "./foreign/gate.ts";
export type { Budget, BudgetLine } from "./http402/budget.ts";
export type { PaidCall } from "./http402/calls.ts";
export { PaidFetch, type PaidFetchOptions } from "./http402/paid-fetch.ts";
export { assetText } from "./journal.ts";
export { type CodeState, codeState, codeWritten, keepCode, keptCode } from "./kept-code.ts";
export { type ListedAsset, listedAssets } from "./listed-assets.ts";
export { fetchLists } from "./lists.ts";
export type { Metering, OpenRequest } from "./metering.ts";
export { type HttpOperatorOptions, httpOperatorClient } from "./operator-client.ts";
export { appealAgainst, fetchFreezes, introduction } from "./operators.ts";
export type { FundsState, Payment, PayRequest, Started } from "./payment.ts";
export { plainText } from "./plain-text.ts";
export type { Redeemed } from "./redeeming.ts";
export { reasonWords, refusalWords } from "./refusal-words.ts";
export { selectTokens } from "./selection.ts";
export type {
	HistoryEntry,
	HistoryKind,
	HistoryPage,
	HistoryQuery,
	HistoryStore,
} from "./store/history.ts";
export { memoryStore } from "./store/memory-store.ts";
export { sealedSettings } from "./store/sealed-text.ts";
export { memorySettings, type SettingStore } from "./store/settings.ts";
export type { WalletStore } from "./store/wallet-store.ts";
export type { AskedRequest, OfferRequest } from "./transport/asking.ts";
export { decodeBundle, encodeBundle } from "./transport/bundle.ts";
export type { Channel, Handle, OneWayReceiver, OneWaySender } from "./transport/channel.ts";
export { inProcessChannel } from "./transport/in-process.ts";
export {
	decodeInvitation,
	encodeInvitation,
	type Invitation,
	invitationIn,
	makeInvitation,
	roomOf,
} from "./transport/invitation.ts";
export { linkOf, messagesOfLink } from "./transport/link.ts";
export { type QrFrames, type QrLetter, qrFrames } from "./transport/qr-frames.ts";
export { type QrLink, type QrLinkOptions, qrLink } from "./transport/qr-link.ts";
export { type QrRead, QrReader } from "./transport/qr-reader.ts";
export type { ConnectionState, Dial, Socket } from "./transport/relay-connection.ts";
export { decodeFrame, type Side } from "./transport/relay-frame.ts";
export { letterSeals, type RelayLink, type RelayLinkOptions, relayLink } from "./transport/relay-link.ts";
export { defaultUpkeep, planUpkeep, type RefreshPlan, type UpkeepPolicy } from "./upkeep.ts";
export * from "./wallet.ts";
export {
	amountWords,
	describeCaveat,
	describeCondition,
	type Naming,
	timeWords,
	type Words,
} from "./words.ts";
