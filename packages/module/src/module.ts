/**
 * The secure module: keys, tokens and the transfer rules, behind one narrow interface.
 *
 *   app ──▶ enrol, request, pay (with consent), handle, order, status, backup ──▶ module
 *   app ◀── bytes to send, summaries, receipts ◀── module
 *
 * Keys and tokens never cross to the app. What the app passes on from the network is checked here again. Bad
 * input gets a refusal and changes nothing; a failed write stops the module until it is opened again.
 */
import {
	type AskedProfile,
	type AssetId,
	type Bytes,
	type ClaimResult,
	type DurablePayee,
	type DurablePayer,
	isRefusal,
	keyId,
	type Message,
	type MessageOf,
	parse,
	parseEnrolled,
	type Refusal,
	refuse,
	requestDigest,
	requestPayload,
	type Signer,
	type SuiteName,
	serialize,
	serializeMessage,
	signEnrolment,
	type Trust,
	toHex,
	type VerifiedCertificate,
	type VerifiedRequest,
} from "@tenten/protocol";
import { type AttemptSummary, attemptsIn } from "./attempts.ts";
import { Core, readBundle, refusalMessage, type Surroundings } from "./core.ts";
import {
	createSoftwareKeyStore,
	hasSoftwareKeyStore,
	type KeyStore,
	type NewUnlock,
	openSoftwareKeyStore,
	type PassphraseCost,
} from "./keystore/index.ts";
import { answerOrder, type OrderOptions, type PendingOrder, pendingOrders, startOrder } from "./ordering.ts";
import {
	candidates,
	dueCancels,
	type Paid,
	type PayOptions,
	pay,
	payerReceives,
	receiptOf,
	runPayer,
} from "./paying.ts";
import { askBalance } from "./questions.ts";
import { type ModuleApp, runPayee, transferArrives } from "./receiving.ts";
import { type MadeRequest, makeRequest, type RequestOptions } from "./requesting.ts";
import { documentKeyRow, type TokenSummary } from "./rows.ts";
import { openState } from "./sealed-state.ts";
import type { ModuleStore } from "./store.ts";
import { Vault } from "./vault.ts";

export type ModuleOptions = Surroundings & {
	readonly store: ModuleStore;
	/** opens the key store, and makes one where the store is empty */
	readonly unlock: NewUnlock;
};

export class SecureModule {
	readonly #core: Core;
	readonly #asking = new Set<string>();

	private constructor(core: Core) {
		this.#core = core;
	}

	/** Opens what the store holds, or begins in an empty one. */
	static async open({ store, unlock, ...surroundings }: ModuleOptions): Promise<SecureModule | Refusal> {
		const rows = await store.load();
		let keys: KeyStore | Refusal;
		if (hasSoftwareKeyStore(rows)) keys = await openSoftwareKeyStore(rows, unlock);
		else {
			const made = await createSoftwareKeyStore(unlock);
			await store.commit(made.writes);
			keys = made.keyStore;
		}
		if (isRefusal(keys)) return keys;
		const state = await openState(store, keys.stateKey);
		if (isRefusal(state)) return state;
		const kept = state.rows.get("document-key");
		const row = kept && parse(documentKeyRow, kept);
		if (row !== undefined && isRefusal(row)) return refuse("state-damaged", row.detail);
		let documentKey = row?.publicKey;
		if (documentKey === undefined) {
			const made = await keys.createDocumentKey();
			documentKey = made.publicKey;
			const value = serialize(documentKeyRow, { publicKey: documentKey });
			await state.commit([{ key: "document-key", value }], [made.write]);
		}
		return new SecureModule(new Core(new Vault(state), keys, documentKey, surroundings));
	}

	/** Takes a newer trust list; `pinnedSigner` is the key id of one's own operator's root. */
	setTrustList(encoded: Bytes, pinnedSigner: Bytes): Promise<Trust | Refusal> {
		return this.#core.exclusively(() => this.#core.setTrustList(encoded, pinnedSigner));
	}

	get trust(): Trust | Refusal {
		return this.#core.trust();
	}

	/** A fresh key's enrolment with an operator, to be sent to it. The key is durable before this returns. */
	enrol(operator: Bytes, asked: AskedProfile, suite: SuiteName = "Ed25519"): Promise<Bytes> {
		return this.#core.exclusively(async () => {
			const { keys } = this.#core;
			const { key, write } = await keys.createKey(suite);
			await this.#core.commit({ keys: [write] });
			const signer = keys.signer(keyId(key));
			if (isRefusal(signer)) throw new Error("a new key is held");
			return signEnrolment(operator, asked, this.#core.random(32), signer satisfies Signer);
		});
	}

	/** Takes the certificate that an operator gave for a key of this module. */
	certify(enrolled: Bytes): Promise<VerifiedCertificate | Refusal> {
		return this.#core.exclusively(async () => {
			const trust = this.#core.trust();
			if (isRefusal(trust)) return trust;
			const parsed = parseEnrolled(enrolled);
			if (isRefusal(parsed)) return parsed;
			const certificate = trust.certificate(parsed.certificate);
			if (isRefusal(certificate)) return certificate;
			const signer = this.#core.keys.signer(keyId(certificate.key));
			if (isRefusal(signer)) return refuse("owner-mismatch", "a certificate of another key");
			await this.#core.addCertificate(certificate);
			return certificate;
		});
	}

	certificates(): readonly VerifiedCertificate[] {
		return this.#core.certificates();
	}

	tokens(): readonly (TokenSummary & { readonly heldBy: Bytes | null })[] {
		return this.#core.vault.summaries();
	}

	/** Signs a request and keeps it: only what answers it is taken. */
	request(options: RequestOptions): Promise<MadeRequest | Refusal> {
		return this.#core.exclusively(() => makeRequest(this.#core, options));
	}

	/** Signs links for a request, exactly as consented to, and sets the inputs aside before it says so. */
	pay(options: PayOptions): Promise<Paid | Refusal> {
		return this.#core.exclusively(() => pay(this.#core, options));
	}

	/** What this side answers to a bundle of messages, with refusals for what it could not take. */
	async handle(bundle: readonly Bytes[], app: ModuleApp): Promise<readonly Bytes[]> {
		const { messages, documents } = readBundle(bundle);
		const answers: Bytes[] = [];
		for (const message of messages) answers.push(...(await this.#answer(message, documents, app)));
		return answers;
	}

	async #answer(
		message: Message,
		documents: readonly MessageOf<"document">[],
		app: ModuleApp,
	): Promise<readonly Bytes[]> {
		if (message.kind === "transfer") return this.#transfer(message, documents, app);
		return this.#core.exclusively(async () => {
			const { vault } = this.#core;
			const payers = this.#payersOf(message);
			const payee = "attempt" in message ? vault.payees.get(message.attempt) : this.#payeeOf(message);
			const sent: Bytes[] = [];
			for (const state of payers) {
				const outcome = await payerReceives(this.#core, state, message, documents);
				if (!isRefusal(outcome)) sent.push(...this.#core.bundle(outcome));
			}
			if (payee !== undefined) {
				const outcome = await runPayee(this.#core, payee, { kind: "received", message });
				if (!isRefusal(outcome)) sent.push(...this.#core.bundle(outcome));
			}
			if (payers.length > 0 || payee !== undefined || !("attempt" in message)) return sent;
			return [refusalMessage(message.attempt, refuse("attempt-unknown"))];
		});
	}

	/** One offer for a request at a time is before the app: a repeated one gets its answer when asked again. */
	async #transfer(
		message: MessageOf<"transfer">,
		documents: readonly MessageOf<"document">[],
		app: ModuleApp,
	): Promise<readonly Bytes[]> {
		const about = toHex(message.request);
		if (this.#asking.has(about)) return [];
		this.#asking.add(about);
		try {
			return await transferArrives(this.#core, message, documents, app);
		} finally {
			this.#asking.delete(about);
		}
	}

	#payersOf(message: Message): readonly DurablePayer[] {
		const { payers } = this.#core.vault;
		if ("attempt" in message) return [payers.get(message.attempt)].filter((state) => state !== undefined);
		if (message.kind === "refusal") {
			const known = payers.get(message.about);
			if (known !== undefined) return [known];
			const about = toHex(message.about);
			return [...payers.entries.values()].filter(
				({ kind, terms }) =>
					kind === "locked" && toHex(requestDigest(requestPayload(terms.request.body))) === about,
			);
		}
		if (message.kind !== "ruling") return [];
		const subject = toHex(message.ruling.body.subject);
		return [...payers.entries.values()].filter(({ terms }) =>
			terms.lock === null
				? terms.links.some((link) => toHex(link) === subject)
				: toHex(terms.lock) === subject,
		);
	}

	#payeeOf(message: Message): DurablePayee | undefined {
		if (message.kind !== "ruling") return undefined;
		const subject = toHex(message.ruling.body.subject);
		return [...this.#core.vault.payees.entries.values()].find(
			({ terms }) => terms.lock !== null && toHex(terms.lock) === subject,
		);
	}

	/** The last word of an attempt again, on either side, and a question for the other side's. */
	contact(attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#core.exclusively(async () => {
			const { payers, payees } = this.#core.vault;
			const payer = payers.get(attempt);
			const payee = payees.get(attempt);
			if (payer === undefined && payee === undefined) return refuse("attempt-unknown");
			const outcome = payer
				? await runPayer(this.#core, payer, { kind: "contact" })
				: await runPayee(this.#core, payee as DurablePayee, { kind: "contact" });
			if (isRefusal(outcome)) return outcome;
			const asks = payer === undefined ? [serializeMessage({ kind: "status", attempt })] : [];
			return [...this.#core.bundle(outcome), ...asks];
		});
	}

	/** Gives an attempt up while that is still possible; the inputs are spendable again. */
	cancel(attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#core.exclusively(async () => {
			const state = this.#core.vault.payers.get(attempt);
			if (state === undefined) return refuse("attempt-unknown");
			if (state.kind !== "locked") return refuse("attempt-decided", state.kind);
			const outcome = await runPayer(this.#core, state, { kind: "cancel" });
			return isRefusal(outcome) ? outcome : this.#core.bundle(outcome);
		});
	}

	/** Cancels what has waited too long. */
	tick(): Promise<readonly Bytes[]> {
		return this.#core.exclusively(async () => {
			const sent: Bytes[] = [];
			for (const state of dueCancels(this.#core, this.#core.now())) {
				const outcome = await runPayer(this.#core, state, { kind: "cancel" });
				if (!isRefusal(outcome)) sent.push(...this.#core.bundle(outcome));
			}
			return sent;
		});
	}

	/** Hands the doubt to the operator: from now on its ruling stands. */
	resolve(attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#core.exclusively(async () => {
			const state = this.#core.vault.payees.get(attempt);
			if (state === undefined) return refuse("attempt-unknown");
			const outcome = await runPayee(this.#core, state, { kind: "resolve" });
			return isRefusal(outcome) ? outcome : this.#core.bundle(outcome);
		});
	}

	/** Sends an unwanted direct transfer back to its payer, whole. */
	sendBack(attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#core.exclusively(async () => {
			const trust = this.#core.trust();
			const { vault } = this.#core;
			const state = vault.payees.get(attempt);
			if (isRefusal(trust)) return trust;
			if (state === undefined) return refuse("attempt-unknown");
			if (state.kind !== "owned") return refuse("attempt-decided", state.kind);
			const came = vault.summaries().flatMap(({ output }) => {
				const spendable = vault.spendable(output, trust);
				return isRefusal(spendable) ? [] : [spendable];
			});
			const tokens = state.terms.links.flatMap(
				(link) =>
					came.find(({ token }) => toHex(token.path.at(-1)?.id ?? link.subarray(1)) === toHex(link)) ?? [],
			);
			const outcome = await runPayee(this.#core, state, { kind: "sendBack", tokens });
			return isRefusal(outcome) ? outcome : (outcome.refusal ?? this.#core.bundle(outcome));
		});
	}

	/** What a payee's signed request says, verified: to be shown before anyone consents. */
	readRequest(request: Bytes): VerifiedRequest | Refusal {
		return this.#core.readRequest(request);
	}

	/** The tokens with which a request could be paid now. */
	candidates(request: Bytes, amount: bigint): readonly TokenSummary[] | Refusal {
		return candidates(this.#core, request, amount);
	}

	/** What is reserved for us and not yet ours. Amounts in minor units. */
	reservations(): readonly { readonly attempt: Bytes; readonly asset: AssetId; readonly amount: bigint }[] {
		return [...this.#core.vault.payees.entries.values()].flatMap(({ kind, terms }) =>
			kind === "reserved" || kind === "lockedForeign" || kind === "resolving"
				? [{ attempt: terms.attempt, asset: terms.request.body.asset, amount: terms.amount }]
				: [],
		);
	}

	payer(attempt: Bytes): DurablePayer["kind"] | undefined {
		return this.#core.vault.payers.get(attempt)?.kind;
	}

	payee(attempt: Bytes): DurablePayee["kind"] | undefined {
		return this.#core.vault.payees.get(attempt)?.kind;
	}

	/** Every payment on record, on either side. */
	attempts(): readonly AttemptSummary[] {
		return attemptsIn(this.#core.vault);
	}

	/** Attempts that wait for the other side. */
	open(): readonly Bytes[] {
		return this.attempts()
			.filter(({ isOpen }) => isOpen)
			.map(({ attempt }) => attempt);
	}

	/** The signed question for what one's own account with an operator holds. */
	askBalance(operator: Bytes): Promise<Bytes | Refusal> {
		return this.#core.exclusively(() => askBalance(this.#core, operator));
	}

	/** Proof of payment that anyone can verify offline. */
	receipt(attempt: Bytes): Bytes | Refusal {
		const state = this.#core.vault.payers.get(attempt);
		return state === undefined ? refuse("attempt-unknown") : receiptOf(state);
	}

	/** Withdraws, redeems or refreshes: durable before the bytes for the operator come back. */
	order(options: OrderOptions): Promise<PendingOrder | Refusal> {
		return this.#core.exclusively(() => startOrder(this.#core, options));
	}

	answer(digest: Bytes, reply: Bytes): Promise<readonly ClaimResult[] | Refusal> {
		return this.#core.exclusively(() => answerOrder(this.#core, digest, reply));
	}

	pendingOrders(): Promise<readonly PendingOrder[]> {
		return this.#core.exclusively(() => pendingOrders(this.#core));
	}

	/** Housekeeping: notes which payments are over on both sides, and forgets old records; how many rows went. */
	forget(): Promise<number> {
		return this.#core.exclusively(async () => {
			await this.#core.keepSettled();
			return this.#core.vault.forget(this.#core.now());
		});
	}

	/** Every key, sealed under a passphrase. A restored backup enrols again and refreshes its value. */
	backup(passphrase: string, cost: PassphraseCost): Promise<Bytes> {
		return this.#core.keys.exportBackup(passphrase, cost);
	}

	async close(): Promise<void> {
		await this.#core.vault.state.close();
		this.#core.keys.close();
	}
}
