/**
 * The desk: all that a person does with a wallet, in plain data on both sides. Screens hold no logic; they call this.
 *
 *   page ──text, amounts, consent──▶ desk ──▶ wallet ──▶ module
 *   page ◀──views, bundles to carry── desk
 *
 * What is read from a QR code, a link or a channel comes in as a bundle. A request among it is kept until it is
 * agreed to or forgotten; everything else goes to the wallet, and what it answers goes back out the same way. The desk
 * decides nothing about money: where a payment stands, the module says each time it is shown.
 */
import type { AttemptSummary, Standing } from "@tenten/module";
import {
	type AskedProfile,
	type AssetId,
	type Bytes,
	type Document,
	equalBytes,
	fromHex,
	isRefusal,
	type OperatorClient,
	parseMessage,
	type Refusal,
	refuse,
	toHex,
} from "@tenten/protocol";
import { listedAssets } from "../listed-assets.ts";
import { httpOperatorClient } from "../operator-client.ts";
import type { HistoryQuery } from "../store/history.ts";
import type { SettingStore } from "../store/settings.ts";
import type { WalletStore } from "../store/wallet-store.ts";
import { decodeBundle, encodeBundle } from "../transport/bundle.ts";
import type { Channel } from "../transport/channel.ts";
import { decodeInvitation, type Invitation, invitationIn } from "../transport/invitation.ts";
import type { Wallet } from "../wallet.ts";
import { Accounts } from "./accounts.ts";
import { askedAgain, askFor, unpaidRequests } from "./asking-for.ts";
import { BackupDesk } from "./backup-desk.ts";
import type { Asked, Asking, Overview, PayOptions, SetAside, Taken } from "./dealings.ts";
import { health } from "./health.ts";
import { type Acceptance, acceptance, holdings, type Supposing } from "./holdings.ts";
import { PasskeyDesk } from "./passkey-desk.ts";
import { receiptView } from "./receipts.ts";
import { RefundDesk } from "./refund-desk.ts";
import { Remembered } from "./remembered.ts";
import { assetNamed, attemptView, balanceView, historyView, requestView } from "./showing.ts";
import { ShownRequests } from "./shown-requests.ts";
import { spreadsheet } from "./spreadsheet.ts";
import { TillDesk } from "./till-desk.ts";
import type {
	AttemptView,
	HealthView,
	HistoryView,
	HoldingView,
	OperatorView,
	ReceiptView,
} from "./views.ts";
import { type WholeHistoryQuery, wholeHistory } from "./whole-history.ts";

export type DeskOptions = {
	readonly wallet: Wallet;
	readonly store: WalletStore;
	readonly settings: SettingStore;
	readonly operatorAt?: (url: string) => OperatorClient;
	/** of whoever reads what is shown, e.g. `Asia/Tokyo`; the device's without */
	readonly timeZone?: string;
};

const operatorTimeout_ms = 10_000;

type Parts = DeskOptions & {
	readonly accounts: Accounts;
	/** since when each open payment waits, unix seconds */
	readonly since: Remembered<Readonly<Record<string, number>>>;
	readonly refunds: RefundDesk;
	readonly backedUp: Remembered<number | null>;
};

export class Desk {
	readonly #wallet: Wallet;
	readonly #store: WalletStore;
	readonly #timeZone: string;
	readonly #accounts: Accounts;
	readonly #since: Parts["since"];
	readonly #requests = new ShownRequests();
	readonly passkey: PasskeyDesk;
	readonly backup: BackupDesk;
	readonly refunds: RefundDesk;
	readonly till: TillDesk;

	private constructor(parts: Parts) {
		const { wallet, store, accounts, since, refunds, backedUp, timeZone = zoneHere() } = parts;
		this.#wallet = wallet;
		this.#store = store;
		this.#accounts = accounts;
		this.#since = since;
		this.#timeZone = timeZone;
		this.passkey = new PasskeyDesk(wallet, this.#requests);
		this.backup = new BackupDesk(wallet, store.history, accounts, backedUp);
		this.refunds = refunds;
		this.till = new TillDesk({ wallet, history: store.history, refunds, timeZone });
	}

	static async open(options: DeskOptions): Promise<Desk> {
		const { wallet, settings, operatorAt = overHttp } = options;
		const accounts = await Accounts.open(wallet, settings, operatorAt);
		const since = await Remembered.open<Readonly<Record<string, number>>>(settings, "since", {});
		const refunds = await RefundDesk.open(wallet, settings);
		const backedUp = await Remembered.open<number | null>(settings, "backed-up", null);
		return new Desk({ ...options, accounts, since, refunds, backedUp });
	}

	overview(): Overview {
		const { module } = this.#wallet;
		const { trust } = module;
		const { joined } = this.#accounts;
		const assets = isRefusal(trust)
			? []
			: listedAssets(
					trust,
					joined.map(({ id }) => id),
				);
		return {
			operators: joined,
			balances: assets.map(({ id }) => balanceView(this.#wallet, id)),
			open: this.#views(module.attempts(({ isOpen }) => isOpen)),
			asked: unpaidRequests(this.#wallet),
		};
	}

	/** Every payment on record, on either side: where its money is, what it waits for, and the one thing to do. */
	attempts(): readonly AttemptView[] {
		return this.#views(this.#wallet.module.attempts());
	}

	/** Those that answer one of these requests, by their digests. */
	attemptsOn(requests: readonly string[]): readonly AttemptView[] {
		const wanted = new Set(requests);
		return this.#views(this.#wallet.module.attempts(({ request }) => wanted.has(toHex(request))));
	}

	#views(attempts: readonly AttemptSummary[]): readonly AttemptView[] {
		const { module } = this.#wallet;
		const awaited = module.awaited();
		const since = this.#since.value;
		return attempts.map((attempt) => attemptView(module, attempt, { since, awaited }));
	}

	/** Notes what has moved: since when what is open waits, and which refunds came back. */
	async #noteMoved(): Promise<void> {
		const now = this.#wallet.module.now();
		const ids = this.#wallet.module.open().map(toHex);
		await this.#since.set(Object.fromEntries(ids.map((id) => [id, this.#since.value[id] ?? now])));
		await this.refunds.keepReturned();
	}

	/** Opens an account with the operator at an address; its list is pinned, if it is the first. */
	join(url: string, asked: AskedProfile): Promise<OperatorView | Refusal> {
		return this.#accounts.join(url, asked);
	}

	/** Takes from one's account with the asset's operator. */
	async topUp(asset: string, amount: bigint): Promise<Refusal | undefined> {
		const id = assetNamed(asset);
		if (id === undefined) return refuse("asset-unknown", asset);
		const results = await this.#wallet.topUp(id, amount);
		return isRefusal(results) ? results : undefined;
	}

	/** Returns value to one's account: all of it without an amount. What was credited. */
	async redeem(asset: string, amount?: bigint): Promise<bigint | Refusal> {
		const id = assetNamed(asset);
		if (id === undefined) return refuse("asset-unknown", asset);
		const redeemed = await this.#wallet.redeem(id, amount);
		return isRefusal(redeemed) ? redeemed : redeemed.credited + redeemed.drawn;
	}

	/** What one's account with the asset's operator holds. Asks the operator. */
	account(asset: string): Promise<bigint | Refusal> {
		const id = assetNamed(asset);
		return id === undefined ? Promise.resolve(refuse("asset-unknown", asset)) : this.#wallet.account(id);
	}

	/** The tokens of an asset: what each may be used for, by when, and how often it may change hands still. */
	holdings(asset: string): readonly HoldingView[] | Refusal {
		const id = assetNamed(asset);
		return id === undefined ? refuse("asset-unknown", asset) : holdings(this.#wallet, id, this.#timeZone);
	}

	/** Whether some kind of payee would accept an amount, before anyone has asked for it. */
	wouldAccept(supposing: Supposing): Acceptance | Refusal {
		return acceptance(this.#wallet, supposing, this.#timeZone);
	}

	/** A signed request, as a bundle for whoever shall pay it. */
	async ask({ asset, isDirect = false, ...asked }: Asking): Promise<Asked | Refusal> {
		const id: AssetId | undefined = assetNamed(asset);
		if (id === undefined) return refuse("asset-unknown", asset);
		return askFor(this.#wallet, { ...asked, asset: id, mode: isDirect ? "direct" : "twoPhase" });
	}

	/** A request of one's own once more, by its digest; what else was to go with it is the caller's to know. */
	askedAgain(digest: string, invitation: Invitation | null = null): Asked | Refusal {
		return askedAgain(this.#wallet, digest, invitation);
	}

	/** Takes a bundle that came by whatever way. */
	async take(bundle: Bytes): Promise<Taken | Refusal> {
		const entries = decodeBundle(bundle);
		if (isRefusal(entries)) return entries;
		const invitation = invitationIn(entries) ?? null;
		const messages = entries.filter((entry) => isRefusal(decodeInvitation(entry)));
		if (messages.some((message) => parseMessage(message).kind === "request"))
			return this.#show(messages, invitation);
		const { module } = this.#wallet;
		const before = new Map(module.standings().map((standing) => [nameOf(standing), standing]));
		const answers = await this.#wallet.handle(messages);
		await this.#noteMoved();
		const moved = module.attempts((now) => hasMoved(before.get(nameOf(now)), now));
		const answer = answers.length === 0 ? null : encodeBundle(answers);
		return { kind: "moved", attempts: this.#views(moved), answer };
	}

	#show(messages: readonly Bytes[], invitation: Invitation | null): Taken | Refusal {
		const { module } = this.#wallet;
		const { trust } = module;
		const opened = module.openRequest(messages);
		if (isRefusal(opened)) return opened;
		if (isRefusal(trust)) return trust;
		const attempt = this.paymentOn(toHex(opened.request.digest));
		const { expiresAt } = opened.request.body;
		if (attempt !== undefined) return { kind: "begun", attempt, invitation, expiresAt };
		const refund = this.refunds.view(opened);
		const request = requestView(this.#wallet, opened, { trust, timeZone: this.#timeZone, refund });
		this.#requests.add(request.digest, { ...opened, messages });
		return { kind: "request", request, invitation };
	}

	/** The payment on a request, by its digest, whose money was set aside or is paid, and has not come back. */
	paymentOn(request: string, as: AttemptView["side"] = "payer"): AttemptView | undefined {
		return this.attemptsOn([request]).find(
			({ side, funds }) => side === as && funds !== "safe" && funds !== "refunded",
		);
	}

	/** Pays a request that was shown, by its digest: the caller's consent. The bundle is to be carried to the payee. */
	async pay(digest: string, amount: bigint, options: PayOptions = {}): Promise<SetAside | Refusal> {
		const shown = this.#requests.get(digest);
		if (shown === undefined) return refuse("consent-missing", "this request was not shown");
		const { encoded, messages } = shown;
		const started = await this.refunds.pay(shown, amount, () =>
			this.#wallet.start({ ...options, request: encoded, messages, amount }),
		);
		if (isRefusal(started)) return started;
		this.#requests.delete(digest);
		await this.#noteMoved();
		return { attempt: this.#attempt(started.attempt), bundle: encodeBundle(started.messages) };
	}

	/** What the other side of a payment sent, in the order in which it listed it. */
	documents(attempt: string): readonly Document[] | Refusal {
		const id = fromHex(attempt);
		const { module } = this.#wallet;
		const isKnown = id !== undefined && (module.payer(id) ?? module.payee(id)) !== undefined;
		return isKnown ? module.documents(id) : refuse("attempt-unknown");
	}

	/** Says the last word of a payment again and asks for the other side's; over a channel, as far as it goes. */
	recover(attempt: string, channel?: Channel): Promise<SetAside | Refusal> {
		return this.#end(attempt, async (id) =>
			channel === undefined ? undefined : this.#wallet.recover(id, channel),
		);
	}

	/** Gives a payment up while that is possible. */
	cancel(attempt: string): Promise<SetAside | Refusal> {
		return this.#end(attempt, (id) => this.#wallet.cancel(id));
	}

	/** Sends a direct payment that came unwanted back, whole: the bundle is for its payer. */
	sendBack(attempt: string): Promise<SetAside | Refusal> {
		return this.refunds.sendBack(attempt, () => this.#end(attempt, (id) => this.#wallet.sendBack(id)));
	}

	/** Asks operators what became of a payment whose payer does not answer; from now on their word counts. */
	resolve(attempt: string): Promise<SetAside | Refusal> {
		return this.#end(attempt, (id) => this.#wallet.resolve(id));
	}

	/** Asks operators to refund what nobody can be asked about any more. */
	askRefund(attempt: string): Promise<SetAside | Refusal> {
		return this.#end(attempt, (id) => this.#wallet.askRefund(id));
	}

	/** Does something about a payment; then where it stands, and its last word for the other side. */
	async #end(attempt: string, act: (id: Bytes) => Promise<unknown>): Promise<SetAside | Refusal> {
		const id = fromHex(attempt);
		if (id === undefined) return refuse("attempt-unknown");
		const refusal = await act(id);
		await this.#noteMoved();
		if (isRefusal(refusal)) return refusal;
		const messages = await this.#wallet.module.contact(id);
		if (isRefusal(messages)) return messages;
		return { attempt: this.#attempt(id), bundle: encodeBundle(messages) };
	}

	#attempt(id: Bytes): AttemptView {
		const name = toHex(id);
		const [found] = this.#views(this.#wallet.module.attempts(({ attempt }) => equalBytes(attempt, id)));
		if (found === undefined) throw new Error(`attempt ${name} is not on record`);
		return found;
	}

	/** What happened, newest first, a page of it: all that is asked for must fit. */
	async history(asked: HistoryQuery): Promise<{
		readonly entries: readonly HistoryView[];
		readonly next: string | null;
	}> {
		const { entries, next } = await this.#store.history.list(asked);
		return { entries: entries.map((entry) => historyView(entry, this.#wallet.module)), next };
	}

	/** All that happened and fits, as the bytes of a CSV file. */
	async historyFile(asked: WholeHistoryQuery = {}): Promise<Bytes> {
		const entries = await wholeHistory(this.#store.history, asked);
		return spreadsheet(entries.map((entry) => historyView(entry, this.#wallet.module)));
	}

	/** What anybody's receipt proves, verified here and now without a network. */
	readReceipt(receipt: Bytes): ReceiptView | Refusal {
		return receiptView(this.#wallet, receipt);
	}

	/** Proof of payment, encoded: anyone can verify it offline. */
	receipt(attempt: string): Bytes | Refusal {
		const id = fromHex(attempt);
		return id === undefined ? refuse("attempt-unknown") : this.#wallet.module.receipt(id);
	}

	/** What is to be done whenever operators may be in reach: pending orders, refreshes, cancels that are due. */
	async tidy(): Promise<void> {
		await this.#wallet.tick();
		await this.#wallet.settlePending();
		await this.#wallet.upkeep();
		await this.#noteMoved();
	}

	/** What this device holds, until when it can go on alone, and whether its backup is as new as that. */
	health(): Promise<HealthView> {
		return health(this.#wallet, this.#store, this.backup.madeAt);
	}

	close(): Promise<void> {
		return this.#wallet.close();
	}
}

/** A wallet that pays itself is on both sides of an attempt. */
function nameOf({ side, attempt }: Standing): string {
	return `${side}/${toHex(attempt)}`;
}

function hasMoved(before: Standing | undefined, now: Standing): boolean {
	return before === undefined || before.state !== now.state || before.isOpen !== now.isOpen;
}

function zoneHere(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function overHttp(url: string): OperatorClient {
	return httpOperatorClient({ url, timeout_ms: operatorTimeout_ms });
}
