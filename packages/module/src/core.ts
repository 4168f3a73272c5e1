/**
 * The core of the module: its keys, its vault, its trust, its clock, and one thing at a time.
 *
 * Everything that decides or commits runs inside `exclusively`. Only the app's answer to an offer is awaited
 * outside of it. After a failed commit nothing runs any more: what is durable is then not known.
 */
import {
	type Bytes,
	currentlyValid,
	equalBytes,
	isRefusal,
	type Message,
	type MessageOf,
	parse,
	parseMessage,
	parseRequest,
	type Refusal,
	refuse,
	type SignatureRequest,
	type SignedRequest,
	serialize,
	serializeMessage,
	Trust,
	toHex,
	type VerifiedCertificate,
	type VerifiedRequest,
	type VerifiedToken,
	verifyRequest,
	verifyTrustList,
} from "@tenten/protocol";
import { arrivals } from "./arriving.ts";
import { type Cryptography, platformCryptography, type Random, type SealedDocument } from "./cryptography.ts";
import { keptFreezes } from "./freezing.ts";
import type { KeyStore } from "./keystore/index.ts";
import type { MeterTold } from "./metering/telling.ts";
import { certificateWrite, OwnCertificates } from "./own-certificates.ts";
import { packedDocuments } from "./parcel.ts";
import { Challenges } from "./passkey/challenge.ts";
import { type TokenSummary, trustRow } from "./rows.ts";
import type { Outcome } from "./run.ts";
import { keptStatuses } from "./standing.ts";
import type { Told } from "./telling.ts";
import type { Vault, VaultWrites } from "./vault.ts";

export type Surroundings = {
	/** unix seconds */
	readonly now: () => number;
	readonly random: Random;
	/** the platform's without */
	readonly cryptography?: Cryptography;
	/** told of what became durable, while nothing else runs */
	readonly told?: (told: Told) => void;
	/** the same of meters */
	readonly toldOfMeter?: (told: MeterTold) => void;
};

/** A verified trust list, as it came, whose it must be, and what it makes trusted. */
type HeldTrust = { readonly list: Bytes; readonly pinnedSigner: Bytes; readonly trust: Trust };

export class Core {
	readonly vault: Vault;
	readonly keys: KeyStore;
	/** X25519, public: documents for this module are sealed to it */
	readonly documentKey: Bytes;
	readonly #clock: () => number;
	readonly random: Random;
	readonly cryptography: Cryptography;
	readonly told: (told: Told) => void;
	readonly toldOfMeter: (told: MeterTold) => void;
	readonly challenges = new Challenges();
	#held: HeldTrust | undefined;
	#own = new OwnCertificates();
	#last: Promise<unknown> = Promise.resolve();
	#lastRequest: { readonly encoded: Bytes; readonly signed: SignedRequest } | undefined;
	/** attempts with which the other side is done, as only memory knows */
	#settled: Bytes[] = [];

	constructor(vault: Vault, keys: KeyStore, documentKey: Bytes, surroundings: Surroundings) {
		this.vault = vault;
		this.documentKey = documentKey;
		this.keys = keys;
		this.#clock = surroundings.now;
		this.random = surroundings.random;
		this.cryptography = surroundings.cryptography ?? platformCryptography;
		const { verify } = this.cryptography;
		this.told = surroundings.told ?? (() => undefined);
		this.toldOfMeter = surroundings.toldOfMeter ?? (() => undefined);
		const kept = vault.state.rows.get("trust");
		if (kept === undefined) return;
		const row = parse(trustRow, kept, kept.length);
		if (isRefusal(row)) throw new Error(`the kept trust list does not parse: ${row.detail}`);
		// Kept once verified; a list that has expired since is refused where money moves (`trust`).
		const context = { verify, pinnedSigner: row.pinnedSigner, minimumVersion: 0, now: 0 };
		const list = verifyTrustList(row.list, context);
		if (isRefusal(list)) throw new Error(`the kept trust list does not verify: ${list.code}`);
		this.#held = { ...row, trust: new Trust(list, verify) };
		this.#held.trust.freezes = keptFreezes(vault.state.rows, this.#held.trust);
		this.#held.trust.statuses = keptStatuses(vault.state.rows, this.#held.trust);
		this.#findOwn();
	}

	exclusively<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#last.then(() => {
			if (this.vault.state.isStopped) throw new Error("the module has stopped: open it again");
			return work();
		});
		this.#last = done.catch(() => undefined);
		return done;
	}

	/** The current trust, or why there is none. Whatever begins needs it. */
	trust(): Trust | Refusal {
		const trust = this.keptTrust();
		if (isRefusal(trust)) return trust;
		return trust.list.expiresAt <= this.now() ? refuse("trust-list-expired") : trust;
	}

	/** The trust list as it came, whose it must be, and what it makes trusted; undefined where none was taken yet. */
	heldTrust(): HeldTrust | undefined {
		return this.#held;
	}

	/** Trust as of the last list, expired or not: for ending what was begun under it. */
	keptTrust(): Trust | Refusal {
		return this.#held?.trust ?? refuse("trust-list-expired", "no trust list yet");
	}

	/**
	 * Unix seconds: one's own clock, and never earlier than the trust list was signed. A clock that was set back would
	 * take what was over then. No other date is taken for a time that has passed: issues may be anybody's on the list.
	 */
	now(): number {
		return Math.max(this.#clock(), this.surelyPast());
	}

	/** Unix seconds, by no list's date: for what an operator that dates its list ahead would gain by. */
	ownClock(): number {
		return this.#clock();
	}

	/**
	 * A time that has passed, unix seconds: when the trust list was signed. What others still ask for must not be
	 * forgotten by a clock that is ahead: the release of a payment would be lost with it.
	 */
	surelyPast(): number {
		return this.#held?.trust.list.issuedAt ?? 0;
	}

	/** Takes a newer list of the pinned signer; the first list pins its signer. */
	async setTrustList(encoded: Bytes, pinnedSigner: Bytes): Promise<Trust | Refusal> {
		const { verify } = this.cryptography;
		const held = this.#held;
		if (held !== undefined && !equalBytes(held.pinnedSigner, pinnedSigner))
			return refuse("authority-unknown", "another signer is pinned");
		// The list that is held already: nothing to keep, and nothing to verify again under it.
		if (held !== undefined && equalBytes(held.list, encoded)) return this.trust();
		const list = verifyTrustList(encoded, {
			verify,
			pinnedSigner,
			minimumVersion: held?.trust.list.version ?? 0,
			now: this.now(),
		});
		if (isRefusal(list)) return list;
		const row = { list: encoded.slice(), pinnedSigner: pinnedSigner.slice() };
		const value = serialize(trustRow, row);
		await this.commit({ other: [{ key: "trust", value }] });
		const trust = new Trust(list, verify);
		trust.freezes = keptFreezes(this.vault.state.rows, trust);
		trust.statuses = keptStatuses(this.vault.state.rows, trust);
		this.#held = { ...row, trust };
		this.vault.forgetReopened();
		this.#findOwn();
		return trust;
	}

	#findOwn(): void {
		this.#own = new OwnCertificates(this.vault.state.rows, this.#held?.trust);
	}

	/** Keeps a certificate of one's own. `pending` is the row of the enrolment that it answers. */
	async addCertificate(certificate: VerifiedCertificate, pending: string): Promise<void> {
		const row = certificateWrite(certificate, this.vault.state.counter);
		await this.commit({ other: [row, { key: pending, value: null }] });
		this.#findOwn();
	}

	/** Oldest first. */
	certificates(): readonly VerifiedCertificate[] {
		return this.#own.all();
	}

	/** One's own certificate by its hash. */
	ownCertificate(hash: Bytes): VerifiedCertificate | Refusal {
		return this.#own.get(hash) ?? refuse("owner-mismatch", "not one's own certificate");
	}

	/**
	 * Why a certificate of one's own may not speak in payments: those of a restored backup never do again, since
	 * what they said after the backup was made is not known here.
	 */
	isSilenced(hash: Bytes): Refusal | undefined {
		return this.#own.isRestored(hash)
			? refuse("certificate-expired", "a restored key signs no link: what it owns is awaited")
			: undefined;
	}

	/** Whether what this certificate owns had come with an earlier backup already. */
	isSilencedAgain(hash: Bytes): boolean {
		return this.#own.isRestoredAgain(hash);
	}

	/** For assets of `operator`: a valid certificate that it gave, with an account there, else any valid one. */
	certificateFor(operator: Bytes): VerifiedCertificate | Refusal {
		const valid = this.certificates().filter(
			(certificate) =>
				currentlyValid(certificate, this.now()) === undefined && !this.#own.isRestored(certificate.hash),
		);
		const given = valid.filter(({ operatorId }) => equalBytes(operatorId, operator));
		return given.at(-1) ?? valid.at(-1) ?? refuse("certificate-expired", "no valid certificate of one's own");
	}

	sign(requests: readonly SignatureRequest[]): Promise<readonly Bytes[]> {
		return Promise.all(
			requests.map(({ signer, type, payload }) => {
				const id = this.#own.keyIdOf(signer);
				const key = id && this.keys.signer(id);
				if (key === undefined || isRefusal(key)) throw new Error(`no key for certificate ${toHex(signer)}`);
				return key.sign(type, payload);
			}),
		);
	}

	/** Someone's request, verified. The one that was read last costs nothing: it is shown, then paid. */
	readRequest(encoded: Bytes): VerifiedRequest | Refusal {
		const trust = this.trust();
		if (isRefusal(trust)) return trust;
		const last = this.#lastRequest;
		const signed =
			last !== undefined && equalBytes(last.encoded, encoded) ? last.signed : parseRequest(encoded);
		if (isRefusal(signed)) return signed;
		this.#lastRequest = { encoded: encoded.slice(), signed };
		return verifyRequest(signed, trust);
	}

	/** A request that is kept with an attempt, verified; undefined under a trust list that dropped its payee. */
	readOwnCopy(signed: SignedRequest): VerifiedRequest | undefined {
		const trust = this.trust();
		const request = isRefusal(trust) ? trust : verifyRequest(signed, trust);
		return isRefusal(request) ? undefined : request;
	}

	/** What was sealed to this module's document key. */
	openDocument(place: Bytes, sealed: SealedDocument): Promise<Bytes | Refusal> {
		return this.keys.openDocument(this.documentKey, place, sealed);
	}

	/** `reserved`: tokens that came in, verified, and are not one's own yet. */
	commit(writes: VaultWrites, reserved: readonly VerifiedToken[] = []): Promise<void> {
		const { tokens, payers = [] } = writes;
		const came = [...(tokens?.add ?? []), ...reserved];
		const arrived = arrivals(this.vault, came, payers, this.keptTrust(), this.now());
		return this.vault.commit({ ...writes, payers: [...payers, ...arrived] }, (token) =>
			this.keepUntil(token),
		);
	}

	/** Whether this module has owned an output, or keeps it in an attempt. */
	readonly everOwned = (output: Bytes): boolean => this.vault.everOwned(output);

	/** The other side is done with this attempt: worth no durable write of its own. */
	settle(attempt: Bytes): void {
		this.#settled.push(attempt);
	}

	/** Makes durable with which attempts others are done, in one commit, so that a restart does not ask again. */
	async keepSettled(): Promise<void> {
		const { payers, payees } = this.vault;
		const rows = this.#settled.flatMap((attempt) => {
			const id = toHex(attempt);
			const [payer, payee] = [payers.get(attempt), payees.get(attempt)];
			return [...(payer ? [payers.write(id, payer)] : []), ...(payee ? [payees.write(id, payee)] : [])];
		});
		this.#settled = [];
		if (rows.length > 0) await this.commit({ other: rows });
	}

	/** Redeem until and grace: until then a record of this token is kept. */
	keepUntil({ asset, redeemUntil }: Pick<TokenSummary, "asset" | "redeemUntil">): number {
		return redeemUntil + (this.#held?.trust.asset(asset)?.grace ?? 0);
	}

	/** The bytes of what a machine sent: documents before the message that lists them. */
	bundle({ sent }: Pick<Outcome<unknown>, "sent">): readonly Bytes[] {
		return sent.flatMap(({ message, manifest }) => [
			...packedDocuments(manifest, this.vault.state.rows),
			serializeMessage(message),
		]);
	}
}

/** The messages of a bundle, documents apart. What does not parse is left out: it changes nothing. */
export function readBundle(bundle: readonly Bytes[]): {
	readonly messages: readonly Message[];
	readonly documents: readonly MessageOf<"document">[];
} {
	const messages: Message[] = [];
	const documents: MessageOf<"document">[] = [];
	for (const encoded of bundle) {
		const message = parseMessage(encoded);
		if (isRefusal(message)) continue;
		if (message.kind === "document") documents.push(message);
		else messages.push(message);
	}
	return { messages, documents };
}

/** Names a request or an attempt that a refusal is about, where nothing better is known. */
export function refusalMessage(about: Bytes, { code, detail }: Refusal): Bytes {
	return serializeMessage({ kind: "refused", about, code, detail: detail.slice(0, 256) });
}
