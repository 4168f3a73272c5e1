/**
 * A world of hosts, an unreliable network and a clock, driven by a list of numbers.
 *
 * The network is the set of all messages ever sent: any may arrive at any time, any number of times, or never.
 * The same numbers give the same run. After them the world heals: everything is delivered, timers run, both
 * sides speak again, until nobody has anything left to say.
 */
import {
	type AssetId,
	type Bytes,
	type Document,
	type DurablePayee,
	type DurablePayer,
	dataHash,
	type Manifest,
	type Message,
	manifestOf,
	type Payee,
	parseMessage,
	type RequestBody,
	type SignedRequest,
	type Spendable,
	sameAsset,
	serializeMessage,
	toHex,
	type VerifiedCertificate,
	type VerifiedRequest,
} from "@tenten/protocol";
import { checkDecided } from "./decided.ts";
import {
	bytesOf,
	certify,
	densha,
	epoch,
	grace,
	issueTo,
	machi,
	operatorOf,
	redeemWindow,
	toyKey,
	yen,
} from "./ecosystem.ts";
import { Host } from "./host.ts";
import { Ledger } from "./ledger.ts";
import { Operator, type OperatorRules, soundOperator } from "./operator.ts";
import { type Rules, soundRules } from "./steps.ts";
import { Violation } from "./violation.ts";

type Sent = {
	readonly from: string;
	readonly to: string;
	readonly bytes: Bytes;
	readonly manifest: Manifest | null;
	deliveries: number;
};

export type HostPlan = {
	readonly name: string;
	/** issued to it at the start */
	readonly tokens: readonly (readonly [amount: bigint, asset: AssetId])[];
	readonly rules?: Rules;
	/** breaks the rules on purpose: only others are protected */
	readonly dishonest?: boolean;
};

export class World {
	readonly ledger = new Ledger();
	readonly hosts: readonly Host[];
	readonly operator: Operator;
	readonly sent: Sent[] = [];
	now: number = epoch;

	steps = 0;
	delivered = 0;
	readonly #documents = new Map<string, ReadonlyMap<number, Bytes>>();
	readonly #keys = new Map<string, string>();
	#entropy = 0;
	#persisted = 0;

	constructor(plans: readonly HostPlan[], operatorRules: OperatorRules = soundOperator) {
		const now = (): number => this.now;
		this.operator = new Operator(this.ledger, operatorRules, now);
		const around = {
			ledger: this.ledger,
			now,
			send: (from: string, to: string, message: Message, manifest: Manifest | null) =>
				this.#send(from, to, message, manifest),
			forward: (from: string, message: Message) => this.#forward(from, message),
			keyOf: (certificate: Bytes) => toyKey(this.#keys.get(toHex(certificate)) ?? "nobody"),
		};
		this.hosts = plans.map(({ name, tokens, rules, dishonest }) => {
			// Two certificates each: a payer may own its inputs under another one than it is paid under.
			const certificates = [0, 1].map((n) => this.#certificate(name, `${name} ${n}`));
			const host = new Host(name, certificates, around, rules ?? soundRules);
			if (dishonest) this.ledger.dishonest.add(name);
			for (const [position, [amount, asset]] of tokens.entries()) {
				const owner = certificates[position % 2] as VerifiedCertificate;
				const token = issueTo(owner, amount, `${name} ${position}`, { asset });
				this.ledger.issued(token);
				host.receive(token);
			}
			return host;
		});
	}

	#certificate(host: string, key: string): VerifiedCertificate {
		const certificate = certify(key);
		this.#keys.set(toHex(certificate.hash), key);
		this.ledger.owners.set(toHex(certificate.hash), host);
		return certificate;
	}

	entropy(bytes = 32): Bytes {
		const parts = Array.from({ length: bytes / 32 }, () => bytesOf("entropy", this.#entropy++));
		return Uint8Array.from(parts.flatMap((part) => [...part]));
	}

	/** A host that is lost for ever: it says and hears nothing more. */
	lose(name: string): void {
		this.ledger.gone = name;
	}

	host(name: string): Host {
		const host = this.hosts.find((each) => each.name === name);
		if (host === undefined) throw new Error(`no host ${name}`);
		return host;
	}

	#send(from: string, to: string, message: Message, manifest: Manifest | null): void {
		this.sent.push({ from, to, bytes: serializeMessage(message), manifest, deliveries: 0 });
	}

	/** The operator's answer comes over the same network. A release binds both legs of an exchange. */
	#forward(from: string, message: Message): void {
		for (const by of [densha, machi]) {
			const ruling = this.operator.shown(message, by);
			if (ruling !== undefined) this.#send("operator", from, ruling, null);
		}
	}

	/** A manifest of one document, or none. */
	document(words: string | null): Manifest | null {
		if (words === null) return null;
		const document: Document = { mediaType: "text/plain", content: bytesOf(words) };
		const manifest = manifestOf([document], this.entropy());
		const hash = dataHash(manifest);
		if (hash !== null) this.#documents.set(toHex(hash), new Map([[0, document.content]]));
		return manifest;
	}

	request(payee: Host, body: Partial<RequestBody>): VerifiedRequest {
		const certificate = payee.certificates[this.#entropy % 2] as VerifiedCertificate;
		const full: RequestBody = {
			certificate: certificate.encoded,
			mode: "twoPhase",
			asset: yen,
			amount: 0n,
			nonce: this.entropy(),
			purpose: null,
			memo: "",
			documentKey: null,
			wants: [],
			invoice: null,
			against: null,
			isStatic: false,
			issuedAt: this.now,
			expiresAt: this.now + 2_000,
			...body,
		};
		return payee.makeRequest(full, certificate);
	}

	/** The decider's own request for the other leg. */
	counterRequest(payer: Host, request: VerifiedRequest, amount: bigint): SignedRequest | null {
		const { against, asset } = request.body;
		if (against === null) return null;
		return this.request(payer, {
			mode: "exchange",
			asset: against.asset,
			amount: against.amount,
			against: { asset, amount },
			expiresAt: request.body.expiresAt,
		}).signed;
	}

	/** Free tokens of an asset that together make `amount`, each needed; `from` picks where to begin. */
	select(host: Host, asset: AssetId, amount: bigint, from = 0): readonly Spendable[] | undefined {
		const free = host
			.free()
			.map((id) => host.spendable(id))
			.filter(({ token }) => sameAsset(token.asset, asset));
		const rotated = free.map((_, i) => free[(i + from) % free.length] as Spendable);
		const chosen: Spendable[] = [];
		let sum = 0n;
		for (const each of rotated) {
			if (sum >= amount) break;
			chosen.push(each);
			sum += each.token.amount;
		}
		return sum >= amount && chosen.length > 0 ? chosen : undefined;
	}

	pay(payer: Host, payee: Host, request: VerifiedRequest, amount: bigint, options: PayChoices = {}): boolean {
		const inputs = this.select(payer, request.body.asset, amount, options.from);
		if (inputs === undefined) return false;
		const plan = {
			request,
			amount,
			inputs,
			data: this.document(options.document ?? null),
			counterRequest: this.counterRequest(payer, request, amount),
			documentKey: null,
			caveats: [],
			patience: options.patience ?? 300,
			counts: new Map(),
		};
		return payer.pay(plan, payee.name, this.entropy(64)) === undefined;
	}

	/** The app's word on an offer: in an exchange it gives what its request names, if it still can. */
	answer(host: Host, key: string, words: string | null): void {
		const machine = host.machines.get(key);
		const state = machine?.state as Payee | undefined;
		if (state?.kind !== "asked") return;
		const { against } = state.offer.request.body;
		const inputs = against === null ? [] : this.select(host, against.asset, against.amount);
		if (inputs === undefined) this.decline(host, key);
		else host.consent(key, { reply: this.document(words), inputs, counts: new Map() }, this.entropy());
	}

	decline(host: Host, key: string): void {
		const refusal = { kind: "refusal", code: "consent-missing", detail: "" } as const;
		host.event(key, { kind: "declined", refusal });
	}

	/** One message arrives; its documents do, or are late. */
	deliver(message: Sent, withDocuments = true, to: string = message.to): void {
		const parsed = parseMessage(message.bytes) as Message;
		const hash = dataHash(message.manifest);
		const contents = hash && withDocuments ? this.#documents.get(toHex(hash)) : undefined;
		message.deliveries++;
		this.delivered++;
		if (this.ledger.gone === to) return;
		this.hosts.find(({ name }) => name === to)?.deliver(message.from, parsed, contents ?? new Map());
	}

	/** Called after every step. */
	check(): void {
		this.steps++;
		const persisted = this.hosts.reduce((sum, host) => sum + host.persisted, 0);
		if (persisted === this.#persisted) return;
		this.#persisted = persisted;
		this.ledger.check(this.hosts);
	}

	contactAll(): void {
		for (const host of this.#here())
			for (const key of [...host.machines.keys()]) {
				host.event(key, { kind: "contact" });
				this.check();
			}
	}

	#here(): readonly Host[] {
		return this.hosts.filter(({ name }) => name !== this.ledger.gone);
	}

	/** Delivers all that is new, until nobody says anything. Ping-pong is a violation. */
	quiet(): void {
		const attempts = 1 + this.hosts.reduce((sum, host) => sum + host.machines.size, 0);
		let budget = 60 * attempts;
		for (;;) {
			for (const host of this.#here())
				for (const [key, { signing, asks }] of [...host.machines]) {
					if (signing !== null) host.sign(key);
					if (asks) this.answer(host, key, null);
				}
			const next = this.sent.filter(({ deliveries }) => deliveries === 0);
			if (next.length === 0 && !this.#isBusy()) return;
			for (const message of next) {
				if (budget-- === 0) throw new Violation("never quiet", `${this.sent.length} messages`);
				this.deliver(message);
				this.check();
			}
		}
	}

	#isBusy(): boolean {
		return this.#here().some((host) =>
			[...host.machines.values()].some(({ signing, asks }) => signing !== null || asks),
		);
	}

	/** Everything is said again and heard; what nobody answers times out; the operators rule on the rest. */
	heal(): void {
		this.quiet();
		for (let round = 0; round < 2; round++) {
			this.contactAll();
			this.quiet();
		}
		this.now += 1_000;
		for (const host of this.#here()) host.tick();
		this.quiet();
		this.contactAll();
		this.quiet();
		if (this.ledger.gone !== undefined) return;
		if (this.ledger.watchesMoves) checkDecided(this.hosts, this.ledger.dishonest.size === 0);
		this.ledger.checkSettled(this.hosts);
	}

	/** In grace who has a release shows it; after it, who still waits makes a statement. */
	ruleOnTheRest(): void {
		// Who decided an exchange shows its release in time, and again when it is asked.
		this.now = Math.max(this.now, epoch + redeemWindow - 1);
		for (const host of this.#here()) this.#showReleases(host);
		this.now = Math.max(this.now, epoch + redeemWindow);
		this.ledger.isOver = true;
		for (const host of this.#here()) {
			// A payee that asks has made durable that it did.
			for (const [key, { role }] of [...host.machines])
				if (role === "payee") host.event(key, { kind: "resolve" });
			this.#showReleases(host);
		}
		this.quiet();
		this.now = Math.max(this.now, epoch + redeemWindow + grace);
		for (const host of this.#here())
			for (const state of [...host.payers(), ...host.payees()]) {
				const asset = statedAsset(state);
				const ruling = asset && this.operator.refund(state, operatorOf(asset));
				if (ruling !== undefined) this.#send("operator, on a statement", host.name, ruling, null);
			}
		this.quiet();
	}

	#showReleases(host: Host): void {
		for (const state of host.payers()) {
			if (state.kind !== "released") continue;
			const { terms, secret } = state;
			this.#forward(host.name, { kind: "release", attempt: terms.attempt, secret });
		}
	}
}

/** The asset that a side gave and does not know the fate of. */
function statedAsset(state: DurablePayer | DurablePayee): AssetId | undefined {
	switch (state.kind) {
		case "locked":
			return state.terms.request.body.asset;
		case "sent":
			return state.acknowledged === null ? state.terms.request.body.asset : undefined;
		case "lockedForeign":
		case "resolving":
			return state.counter?.request.body.asset;
		case "ruled":
			if ("transfer" in state) return state.terms.request.body.asset;
			return state.terms.request.body.against?.asset;
		default:
			return undefined;
	}
}

export type PayChoices = {
	readonly from?: number;
	readonly document?: string | null;
	readonly patience?: number;
};
