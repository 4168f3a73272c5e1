/**
 * The secure module: keys, tokens and the transfer rules, behind one narrow interface.
 *
 *   app ──▶ enrol, request, pay (with consent), handle, order, status, backup ──▶ module
 *   app ◀── bytes to send, summaries, receipts ◀── module
 *
 * Keys never cross to the app, and tokens as bytes to send alone. What the app passes on from the network is checked
 * here again. Bad input gets a refusal and changes nothing; a failed write stops the module until it is opened again.
 */
import {
	type AskedProfile,
	type Bytes,
	type Caveat,
	type ClaimResult,
	type Document,
	type DurablePayee,
	type DurablePayer,
	equalBytes,
	isRefusal,
	type Reason,
	type Refusal,
	readMeterBundle,
	type SuiteName,
	type Trust,
	type VerifiedCertificate,
	type VerifiedRequest,
} from "@tenten/protocol";
import { answerBundle, askAll } from "./answering.ts";
import { type AttemptSummary, attemptsIn, reservationsIn, type Standing, standingsIn } from "./attempts.ts";
import {
	type Authentication,
	askPasskey,
	passkeyOf,
	paymentOf,
	registerPasskey,
	removePasskey,
} from "./authenticating.ts";
import { candidates, type Judged, objections, type Supposed, suppose } from "./candidates.ts";
import { cancel, cancelDue, contact, type GivenUp } from "./contacting.ts";
import type { Core } from "./core.ts";
import { DeviceDesk } from "./devices.ts";
import { certify, enrol } from "./enrolling.ts";
import { foreignReleases } from "./foreign.ts";
import { FreezeDesk } from "./freezing.ts";
import { judgingOf } from "./judging.ts";
import type { PassphraseCost } from "./keystore/index.ts";
import { ListDesk } from "./lists.ts";
import type { MeterPort } from "./metering/opening.ts";
import type { ModuleOptions, OpenedCore, RestoreOptions } from "./opening.ts";
import { exportBackup, openCore, restoreCore } from "./opening.ts";
import {
	answerOrder,
	dropOrder,
	type OrderOptions,
	orderedIn,
	type PendingOrder,
	pendingOrders,
	startOrder,
} from "./ordering.ts";
import { type OwnRequest, ownRequests, shownAgain } from "./own-requests.ts";
import { documentsIn } from "./parcel.ts";
import type { Assertion, Passkey, Registration } from "./passkey/assertion.ts";
import { type Paid, type PayOptions, pay, receiptIn } from "./paying.ts";
import { askBalance } from "./questions.ts";
import { type Ask, Asking, type ModuleApp, sendBack } from "./receiving.ts";
import {
	type MadeRequest,
	makeRequest,
	type OpenedRequest,
	openRequest,
	type RequestOptions,
} from "./requesting.ts";
import { type AwaitedToken, askUnclaimed, awaitedTokens, type Fate, takeUnclaimed } from "./restored.ts";
import type { TokenSummary } from "./rows.ts";
import {
	askRefund,
	type Doubt,
	type DueRefund,
	dueRefunds,
	lateQuestions,
	openQuestions,
	type RulingQuestion,
	resolve,
} from "./ruling.ts";

export class SecureModule {
	readonly #core: Core;
	readonly #asking = new Asking();
	readonly freezes: FreezeDesk;
	readonly devices: DeviceDesk;
	readonly meters: MeterPort;
	readonly lists: ListDesk;

	private constructor({ core, meters }: OpenedCore) {
		this.#core = core;
		this.freezes = new FreezeDesk(core);
		this.devices = new DeviceDesk(core);
		this.meters = meters;
		this.lists = new ListDesk(core);
	}

	/** Opens what the store holds, or begins in an empty one. */
	static async open(options: ModuleOptions): Promise<SecureModule | Refusal> {
		const opened = await openCore(options);
		return isRefusal(opened) ? opened : new SecureModule(opened);
	}

	/** Puts a backup into an empty store. Its keys sign no link again: enrol, then `askFate` of what they own. */
	static async restore(options: RestoreOptions): Promise<SecureModule | Refusal> {
		const opened = await restoreCore(options);
		return isRefusal(opened) ? opened : new SecureModule(opened);
	}

	/** Takes a newer trust list; `pinnedSigner` is the key id of one's own operator's root. */
	setTrustList(encoded: Bytes, pinnedSigner: Bytes): Promise<Trust | Refusal> {
		return this.#core.exclusively(() => this.#core.setTrustList(encoded, pinnedSigner));
	}

	/** Unix seconds, as this module judges by them: never earlier than its trust list was signed. */
	now(): number {
		return this.#core.now();
	}

	get trust(): Trust | Refusal {
		return this.#core.trust();
	}

	/** A fresh key's enrolment with an operator: the same bytes until it is answered. */
	enrol(operator: Bytes, asked: AskedProfile, suite: SuiteName = "Ed25519"): Promise<Bytes> {
		return this.#core.exclusively(() => enrol(this.#core, operator, asked, suite));
	}

	/** Takes the certificate that an operator gave for a key of this module. */
	certify(enrolled: Bytes): Promise<VerifiedCertificate | Refusal> {
		return this.#core.exclusively(() => certify(this.#core, enrolled));
	}

	/** Oldest first. */
	certificates(): readonly VerifiedCertificate[] {
		return this.#core.certificates();
	}

	/** Whether a certificate of this operator speaks for new payments now. */
	mayPayWith(operator: Bytes): boolean {
		const own = this.#core.certificateFor(operator);
		return !isRefusal(own) && equalBytes(own.operatorId, operator);
	}

	/** Whether a certificate came with a backup: what it owns is awaited. */
	isRestored(certificate: Bytes): boolean {
		return this.#core.isSilenced(certificate) !== undefined;
	}

	tokens(): readonly (TokenSummary & { readonly heldBy: Bytes | null })[] {
		return this.#core.vault.summaries();
	}

	/** What a backup brought, and nobody here knows whether it was spent since. */
	awaited(): readonly AwaitedToken[] {
		return awaitedTokens(this.#core);
	}

	/** Asks an operator what became of an awaited output, and takes its word: why it is still awaited, or its end. */
	async askFate(output: Bytes, ask: Ask): Promise<Fate | Refusal> {
		const question = await this.#core.exclusively(() => askUnclaimed(this.#core, output));
		if (isRefusal(question)) return question;
		const answer = await ask(question);
		return this.#core.exclusively(() => takeUnclaimed(this.#core, output, answer));
	}

	/** Signs a request and keeps it: only what answers it is taken. */
	request(options: RequestOptions): Promise<MadeRequest | Refusal> {
		return this.#core.exclusively(() => makeRequest(this.#core, options));
	}

	/** One's own requests that can still be paid. */
	requests(): readonly OwnRequest[] {
		return ownRequests(this.#core);
	}

	/** The messages of a request of one's own, as when it was made. */
	requestAgain(digest: Bytes): readonly Bytes[] | Refusal {
		return shownAgain(this.#core, digest);
	}

	/** A request as it came, if every document that it lists is there. */
	openRequest(messages: readonly Bytes[]): OpenedRequest | Refusal {
		const trust = this.#core.trust();
		return isRefusal(trust) ? trust : openRequest(messages, trust);
	}

	/** The passkey that must agree to payments. */
	get passkey(): Passkey | undefined {
		return passkeyOf(this.#core);
	}

	/**
	 * What an authenticator is asked for before a request is paid: undefined where no passkey is registered. Good for
	 * once. `amount` in minor units; the request's own without.
	 */
	askPasskey(request: Bytes, amount?: bigint): Authentication | Refusal | undefined {
		const shown = this.#core.readRequest(request);
		if (isRefusal(shown)) return shown;
		return askPasskey(this.#core, paymentOf(shown, amount ?? shown.body.amount));
	}

	/** The challenge for `navigator.credentials.create`. */
	newPasskey(): Bytes {
		return this.#core.challenges.draw({ kind: "registration" }, this.#core.random);
	}

	/** From now on nothing is paid without this passkey's word. */
	registerPasskey(registration: Registration): Promise<Refusal | undefined> {
		return this.#core.exclusively(() => registerPasskey(this.#core, registration));
	}

	/** What an authenticator is asked for before `removePasskey`. */
	askToRemovePasskey(): Authentication | undefined {
		return askPasskey(this.#core, { kind: "removal" });
	}

	removePasskey(assertion: Assertion): Promise<Refusal | undefined> {
		return this.#core.exclusively(() => removePasskey(this.#core, assertion));
	}

	/** Signs links for a request, exactly as consented to, and sets the inputs aside before it says so. */
	pay(options: PayOptions): Promise<Paid | Refusal> {
		return this.#core.exclusively(() => pay(this.#core, options));
	}

	/** What this side answers to a bundle of messages, with refusals for what it could not take. */
	handle(bundle: readonly Bytes[], app: ModuleApp): Promise<readonly Bytes[]> {
		const metered = readMeterBundle(bundle);
		if (metered !== undefined) return this.meters.handle(metered);
		return answerBundle(this.#core, this.#asking, bundle, app);
	}

	/** The last word of an attempt again, on either side, and a question for the other side's. */
	contact(attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#core.exclusively(() => contact(this.#core, attempt));
	}

	/** Gives an attempt up while that is still possible; the inputs are spendable again. */
	cancel(attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#core.exclusively(() => cancel(this.#core, attempt));
	}

	/** Cancels what has waited too long: the cancels, for whoever was to be paid. */
	async tick(): Promise<readonly GivenUp[]> {
		await this.meters.cancelDue();
		return this.#core.exclusively(() => cancelDue(this.#core));
	}

	/** Hands a doubt to operators: from now on their ruling stands, and a release goes to them. */
	resolve(attempt: Bytes): Promise<Doubt | Refusal> {
		return this.#core.exclusively(() => resolve(this.#core, attempt));
	}

	/** What operators must be shown while it still counts: releases of locks that another decided. */
	foreignReleases(): readonly RulingQuestion[] {
		return foreignReleases(this.#core);
	}

	/** Shows operators the release that came late, if one did; what follows for the other side. */
	forward(attempt: Bytes, ask: Ask): Promise<readonly Bytes[] | Refusal> {
		return askAll(this.#core, attempt, lateQuestions(this.#core, attempt), ask);
	}

	/** Asks operators what they ruled on a reservation that waits for their word, and takes it. */
	askRuling(attempt: Bytes, ask: Ask): Promise<readonly Bytes[] | Refusal> {
		return askAll(this.#core, attempt, openQuestions(this.#core, attempt), ask);
	}

	/** Asks for refunds of what nobody can be asked about any more. Signs what is true, and never releases it again. */
	async askRefund(attempt: Bytes, ask: Ask): Promise<readonly Bytes[] | Refusal> {
		const questions = await this.#core.exclusively(() => askRefund(this.#core, attempt));
		return isRefusal(questions) ? questions : askAll(this.#core, attempt, questions, ask);
	}

	/** Attempts of which a refund is asked unasked: what was locked and never given, and is over. */
	dueRefunds(): readonly DueRefund[] {
		return dueRefunds(this.#core);
	}

	/** Sends an unwanted direct transfer back to its payer, whole; again the same, until it has arrived. */
	sendBack(attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#core.exclusively(() => sendBack(this.#core, attempt));
	}

	/** What a payee's signed request says, verified: to be shown before anyone consents. */
	readRequest(request: Bytes): VerifiedRequest | Refusal {
		return this.#core.readRequest(request);
	}

	/** The tokens with which a request could be paid now. */
	candidates(request: Bytes, amount: bigint): readonly TokenSummary[] | Refusal {
		return candidates(this.#core, request, amount);
	}

	/** Why some of the tokens may not pay a request: every reason once. */
	objections(request: Bytes, amount: bigint): readonly Reason[] | Refusal {
		return objections(this.#core, request, amount);
	}

	/** Which tokens a payee who has not asked yet would accept, and of the others why not. */
	suppose(supposed: Supposed): readonly Judged[] | Refusal {
		return suppose(this.#core, supposed);
	}

	/** Conditions and caveats that bind a token of one's own. */
	rulesOf(output: Bytes): readonly Caveat[] | Refusal {
		const trust = this.#core.keptTrust();
		return isRefusal(trust) ? trust : this.#core.vault.rulesOf(output, trust);
	}

	/** What is reserved for us and not yet ours. Amounts in minor units. */
	reservations(): readonly Pick<AttemptSummary, "attempt" | "asset" | "amount">[] {
		return reservationsIn(this.#core.vault);
	}

	payer(attempt: Bytes): DurablePayer["kind"] | undefined {
		return this.#core.vault.payers.get(attempt)?.kind;
	}

	payee(attempt: Bytes): DurablePayee["kind"] | undefined {
		return this.#core.vault.payees.get(attempt)?.kind;
	}

	/** Every payment on record, on either side, or those of which `which` is true. */
	attempts(which: (standing: Standing) => boolean = () => true): readonly AttemptSummary[] {
		return attemptsIn(this.#core.vault, judgingOf(this.#core), which);
	}

	/** The same, and no more of each than where it stands. */
	standings(): readonly Standing[] {
		return standingsIn(this.#core.vault);
	}

	/** Attempts that wait for the other side. */
	open(): readonly Bytes[] {
		return this.standings()
			.filter(({ isOpen }) => isOpen)
			.map(({ attempt }) => attempt);
	}

	/** The signed question for what one's own account with an operator holds; the newest one's without `account`. */
	askBalance(operator: Bytes, account?: Bytes): Promise<Bytes | Refusal> {
		return this.#core.exclusively(() => askBalance(this.#core, operator, account));
	}

	/** Proof of payment that anyone can verify offline, from either side. */
	receipt(attempt: Bytes): Bytes | Refusal {
		return receiptIn(this.#core.vault, attempt);
	}

	/** What the other side sent: the payee's answer, or of what the payer sent the documents that were asked for. */
	documents(attempt: Bytes): readonly Document[] {
		return documentsIn(this.#core.vault, attempt);
	}

	/** Withdraws, redeems or refreshes: durable before the bytes for the operator come back. */
	order(options: OrderOptions): Promise<PendingOrder | Refusal> {
		return this.#core.exclusively(() => startOrder(this.#core, options));
	}

	answer(digest: Bytes, reply: Bytes): Promise<readonly ClaimResult[] | Refusal> {
		return this.#core.exclusively(() => answerOrder(this.#core, digest, reply));
	}

	/** Gives up a withdrawal that its operator refused for good. */
	dropOrder(digest: Bytes): Promise<void> {
		return this.#core.exclusively(() => dropOrder(this.#core, digest));
	}

	pendingOrders(): Promise<readonly PendingOrder[]> {
		return this.#core.exclusively(() => pendingOrders(this.#core));
	}

	/** What pending orders redeem or refresh, of which an operator has not said yet what ends it. */
	readonly ordered = (): ReturnType<typeof orderedIn> => orderedIn(this.#core);

	/** Notes what is over on both sides, and forgets what is by this clock and, of payments, by the list's; how many. */
	forget(): Promise<number> {
		return this.#core.exclusively(async () => {
			await this.#core.keepSettled();
			const metered = await this.meters.forget();
			return metered + (await this.#core.vault.forget(this.#core.now(), this.#core.surelyPast()));
		});
	}

	/** Keys and value under a passphrase, or without one the recovery code. Whoever restores it enrols again, and asks. */
	backup(passphrase?: string, cost?: PassphraseCost): Promise<Bytes> {
		return this.#core.exclusively(() => exportBackup(this.#core, passphrase, cost));
	}

	async close(): Promise<void> {
		await this.#core.vault.state.close();
		this.#core.keys.close();
	}
}
