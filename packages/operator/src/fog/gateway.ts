/**
 * The gateway: answers the questions of its devices, over whatever they come (docs/spec/fog.md#questions).
 *
 *   question ──▶ read ──▶ keep: checked, durable ──▶ kept
 *                    ├──▶ list: young enough ─────▶ list
 *                    ├──▶ approve: checked, a part of the mandate, durable ──▶ approved
 *                    ├──▶ keepTokens: verified, durable ──▶ keptTokens
 *                    ├──▶ tokensOf: asked by whoever answers for the device ──▶ tokens
 *                    └──▶ time: what the operator signed, not too long ago ──▶ time
 *
 * Approvals are decided one after another: each begins where the one before ended. Nothing is said before it is durable,
 * so whoever is killed in between finds the same question answered the same.
 */
import {
	type Bytes,
	currentlyValid,
	deviceRecord,
	encodeFogAnswer,
	equalBytes,
	type FogAnswer,
	type FogQuestion,
	isRefusal,
	keyId,
	type PublicKey,
	parse,
	parseFogQuestion,
	parseRequest,
	type Refusal,
	refuse,
	type Signer,
	sha256,
	signApproval,
	type Trust,
	type VerifiedCertificate,
	type VerifiedMandate,
	type VerifiedRequest,
	type Verify,
	verifyApproval,
	verifyDeviceRecord,
	verifyMandate,
	verifyRequest,
} from "@tenten/protocol";
import type { Lists } from "./lists.ts";
import type { FogStore, NewRecord } from "./store.ts";
import type { HeldTime } from "./time.ts";
import { keepTokens, type TokenMeans, tellTokens } from "./tokens.ts";

export type GatewayOptions = {
	readonly store: FogStore;
	readonly lists: Lists;
	readonly time: Pick<HeldTime, "aged" | "now">;
	/** key id of the operator's root */
	readonly operator: Bytes;
	readonly signer: Signer;
	/** encoded mandates that the operator signed for this gateway */
	readonly mandates: readonly Bytes[];
	/** whether it serves a device, by the id of its key */
	readonly serves: (device: Bytes) => boolean;
	readonly verify: Verify;
	/** unix seconds */
	readonly now: () => number;
};

type Approve = Extract<FogQuestion, { readonly kind: "approve" }>;
type Asked = {
	readonly request: VerifiedRequest;
	readonly trust: Trust;
	readonly payer: Bytes;
	readonly amount: bigint;
};

/** seconds by which a record may be dated ahead of the gateway's time, for it to wait here */
const aheadAtGateway_s = 86_400;

export class Gateway {
	/** by which topics name it */
	readonly id: Bytes;
	readonly #options: GatewayOptions;
	#turn: Promise<unknown> = Promise.resolve();

	/** Throws where the store is that of another key. */
	constructor(options: GatewayOptions) {
		if (!equalBytes(keyId(options.store.key), keyId(options.signer.key)))
			throw new RangeError("the store of another key: a gateway that forgot its approvals gives them twice");
		this.id = keyId(options.signer.key);
		this.#options = options;
	}

	/** The encoded answer; a refusal where the question does not read. Throws what a bug throws: nothing was said. */
	async answer(encoded: Bytes): Promise<Bytes | Refusal> {
		const question = parseFogQuestion(encoded);
		if (isRefusal(question)) return question;
		return encodeFogAnswer(await this.#answerTo(question));
	}

	async #answerTo(question: FogQuestion): Promise<FogAnswer> {
		const { id } = question;
		switch (question.kind) {
			case "keep": {
				const kept = await this.#keep(question.records);
				return isRefusal(kept) ? refused(id, kept) : { kind: "kept", id, records: kept };
			}
			case "list": {
				const aged = this.#options.lists.aged(question.list);
				return isRefusal(aged) ? refused(id, aged) : { kind: "list", id, ...aged };
			}
			case "statusList": {
				const aged = this.#options.lists.aged(`statusList/${question.number}`);
				return isRefusal(aged) ? refused(id, aged) : { kind: "list", id, ...aged };
			}
			case "approve": {
				const approval = await this.#approve(question);
				return isRefusal(approval) ? refused(id, approval) : { kind: "approved", id, approval };
			}
			case "time": {
				const aged = this.#options.time.aged();
				return isRefusal(aged) ? refused(id, aged) : { kind: "time", id, ...aged };
			}
			case "keepTokens": {
				const trust = this.#options.lists.keptTrust();
				const outputs = isRefusal(trust)
					? trust
					: await keepTokens(this.#tokenMeans(), trust, question.tokens);
				return isRefusal(outputs) ? refused(id, outputs) : { kind: "keptTokens", id, outputs };
			}
			case "tokensOf": {
				const told = tellTokens(this.#tokenMeans(), question.question, question.after);
				return isRefusal(told) ? refused(id, told) : { kind: "tokens", id, ...told };
			}
			default:
				return question satisfies never;
		}
	}

	#tokenMeans(): TokenMeans {
		const { time, ...means } = this.#options;
		return { ...means, now: () => time.now() };
	}

	async #keep(
		offered: Extract<FogQuestion, { readonly kind: "keep" }>["records"],
	): Promise<readonly Bytes[] | Refusal> {
		const records: NewRecord[] = [];
		for (const { record, proof } of offered) {
			const checked = this.#checked(record, proof);
			if (isRefusal(checked)) return checked;
			records.push(checked);
		}
		const { store, now } = this.#options;
		return (await store.keep(records, now())) ?? records.map(({ id }) => id);
	}

	/**
	 * Who answers for the device is for the operator to judge: it alone knows. A record that waits for its time is never let
	 * go, so one that would wait for long stays with its device: else a device that dates all ahead would fill the disk.
	 */
	#checked(encoded: Bytes, proof: Bytes | null): NewRecord | Refusal {
		const { operator, verify, serves, time } = this.#options;
		const read = parse(deviceRecord, encoded);
		if (isRefusal(read)) return read;
		const partyOf = (device: PublicKey): Bytes | undefined =>
			serves(keyId(device)) ? read.body.payer : undefined;
		const record = verifyDeviceRecord(encoded, operator, partyOf, verify);
		if (isRefusal(record)) return record;
		if (proof !== null && !equalBytes(sha256(proof), record.body.proof))
			return refuse("document-mismatch", "another proof than the record names");
		const { paidAt } = record.body;
		if (paidAt > time.now() + aheadAtGateway_s) return refuse("record-early", `paid at ${paidAt}`);
		return { id: record.id, device: record.device, encoded, proof };
	}

	/** One at a time. */
	#approve(question: Approve): Promise<Bytes | Refusal> {
		const answer = this.#turn.then(() => this.#approveNow(question));
		this.#turn = answer.catch(() => undefined);
		return answer;
	}

	async #approveNow(question: Approve): Promise<Bytes | Refusal> {
		const asked = this.#asked(question);
		if (isRefusal(asked)) return asked;
		const { store, signer, now } = this.#options;
		const { digest } = asked.request;
		const payer = sha256(asked.payer);
		const before = store.approvalOf(digest);
		if (before !== undefined) return sameApproval(before, asked, payer);
		const mandate = this.#mandateFor(asked);
		if (isRefusal(mandate)) return mandate;
		const from = store.used(mandate.id);
		const to = from + asked.amount;
		if (asked.amount > mandate.body.each || to > mandate.body.total)
			return refuse("limit-exceeded", `${mandate.body.total - from} left, ${mandate.body.each} at once`);
		const body = { mandate: mandate.id, request: digest, payer, amount: asked.amount, from, to, at: now() };
		const approval = await signApproval(mandate, body, signer);
		return (await store.approve(digest, body, approval)) ?? approval;
	}

	#asked({ request: encoded, payer: encodedPayer, amount }: Approve): Asked | Refusal {
		const { lists, now, serves } = this.#options;
		const trust = lists.trust();
		if (isRefusal(trust)) return trust;
		const signed = parseRequest(encoded);
		const request = isRefusal(signed) ? signed : verifyRequest(signed, trust);
		if (isRefusal(request)) return request;
		const payer = trust.certificate(encodedPayer);
		if (isRefusal(payer)) return payer;
		const outdated =
			currentlyValid(request.payee, now()) ?? currentlyValid(payer as VerifiedCertificate, now());
		if (outdated !== undefined) return outdated;
		if (now() >= request.body.expiresAt) return refuse("request-expired");
		if (!serves(keyId(request.payee.key)))
			return refuse("authority-unknown", "a payee that is not served here");
		const isAmount = request.body.amount === 0n || request.body.amount === amount;
		if (!isAmount) return refuse("amount-mismatch");
		return { request, trust, payer: encodedPayer, amount };
	}

	/** The mandate of this asset that counts now; of several the one that ends first and has room. */
	#mandateFor({ request: { body }, trust, amount }: Asked): VerifiedMandate | Refusal {
		const { mandates, signer, store, now } = this.#options;
		const at = now();
		const fitting = mandates
			.map((encoded) => verifyMandate(encoded, trust))
			.filter((mandate): mandate is VerifiedMandate => !isRefusal(mandate))
			.filter(({ body: { asset, gateway, from, until } }) => {
				const isOurs = equalBytes(keyId(gateway), keyId(signer.key));
				const isOfAsset = asset.code === body.asset.code && equalBytes(asset.operator, body.asset.operator);
				return isOurs && isOfAsset && from <= at && at < until;
			})
			.sort((a, b) => a.body.until - b.body.until);
		const withRoom = fitting.find(
			(mandate) => amount <= mandate.body.each && store.used(mandate.id) + amount <= mandate.body.total,
		);
		return withRoom ?? fitting[0] ?? refuse("mandate-over");
	}
}

/** What was approved before, if that was the same. */
function sameApproval(before: Bytes, { trust, amount }: Asked, payer: Bytes): Bytes | Refusal {
	const approval = verifyApproval(before, trust);
	if (isRefusal(approval)) return approval;
	const isSame = approval.body.amount === amount && equalBytes(approval.body.payer, payer);
	return isSame ? before : refuse("request-reused", "approved for another payment");
}

function refused(id: Bytes, { code, detail }: Refusal): FogAnswer {
	return { kind: "refused", id, code, detail: detail.slice(0, 80) };
}
