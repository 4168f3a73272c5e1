/**
 * Claims that are ready to send: tokens of five hops with the redeeming link and the signed order, by the
 * hundred thousand, in a file, so that whoever sends them does nothing but send.
 *
 *   operator issues thousands under one signature ─▶ five links each ─▶ redeeming link, order ─▶ length, claim
 *
 * Links are signed as modules sign them, without their machines around it. Holders are few and enrolled by HTTP;
 * how often each is the last one, and so credited, is drawn uniformly or by Zipf's law.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { generateKey, signerFrom } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	claim,
	draftLink,
	extendToken,
	type IssueProof,
	type OperatorClient,
	type Order,
	orderDigest,
	ownerHash,
	parseEnrolled,
	redeemingDraft,
	serialize,
	signEnrolment,
	signOrder,
	type Trust,
	tokenFromIssue,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import { type Holder, must, random } from "../ecosystem.ts";
import { passToken } from "../passing.ts";
import { now } from "../surroundings.ts";
import type { Draw } from "./popularity.ts";

const hops = 5;

export type Preparing = {
	readonly asset: AssetId;
	readonly trust: Trust;
	readonly holders: readonly Holder[];
	/** issues of this many minor units for these owners */
	readonly issue: (owners: readonly Bytes[], amount: bigint) => Promise<readonly IssueProof[]>;
	/** who is credited: the place of a holder */
	readonly draw: Draw;
};

export const claimAmount = 100n;
const batch = 2000;

/** A holder with an account at the operator. */
export async function enrolHolder(client: OperatorClient, asset: AssetId, trust: Trust): Promise<Holder> {
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	const answer = must(await client.enrol(await signEnrolment(asset.operator, asked, random(32), signer)));
	const { certificate } = must(parseEnrolled(answer));
	return { signer, certificate: must(trust.certificate(certificate)) };
}

/** Writes `count` claims to a new file. */
export async function prepareClaims(
	path: string,
	count: number,
	preparing: Preparing,
	progress: (done: number) => void,
): Promise<void> {
	const file = openSync(path, "w");
	try {
		for (let done = 0; done < count; done += batch) {
			const those = Math.min(batch, count - done);
			const made = await prepareBatch(those, preparing);
			writeSync(file, Buffer.concat(made.flatMap((encoded) => [lengthOf(encoded), encoded])));
			progress(done + those);
		}
	} finally {
		closeSync(file);
	}
}

function lengthOf({ length }: Bytes): Buffer {
	const prefix = Buffer.alloc(4);
	prefix.writeUInt32BE(length);
	return prefix;
}

async function prepareBatch(count: number, preparing: Preparing): Promise<readonly Bytes[]> {
	const { holders, trust, issue, draw } = preparing;
	const firsts = Array.from({ length: count }, () => {
		const holder = holders[Math.floor(Math.random() * holders.length)] as Holder;
		return { holder, request: random(32) };
	});
	const owners = firsts.map(({ holder, request }) => ownerHash(holder.certificate.hash, null, request));
	const proofs = await issue(owners, claimAmount);
	const claims: Bytes[] = [];
	for (const [i, proof] of proofs.entries()) {
		const { holder, request } = firsts[i] as (typeof firsts)[number];
		const owner = { certificate: holder.certificate, purpose: null, request };
		const token = must(verifyParsedToken(tokenFromIssue(proof, owner), trust, { signatures: false }));
		const last = holders[draw()] as Holder;
		claims.push(await claimOf(await passAround(token, holder, last, preparing), last, preparing));
	}
	return claims;
}

/** Five hops through holders by chance, the last one named. */
async function passAround(
	issued: VerifiedToken,
	first: Holder,
	last: Holder,
	{ holders }: Preparing,
): Promise<VerifiedToken> {
	let [token, payer] = [issued, first];
	for (let hop = 1; hop <= hops; hop++) {
		const payee = hop === hops ? last : (holders[Math.floor(Math.random() * holders.length)] as Holder);
		const passing = { payee: payee.certificate, amount: claimAmount, way: "twoPhase" } as const;
		token = (await passToken(token, payer, passing)).owned;
		payer = payee;
	}
	return token;
}

/** The last holder redeems to its account. */
async function claimOf(
	token: VerifiedToken,
	{ signer, certificate }: Holder,
	{ asset, trust }: Preparing,
): Promise<Bytes> {
	const desk = trust.operator(asset.operator)?.desk;
	if (desk === undefined) throw new Error("the operator is on its own list");
	const action = { kind: "account", account: certificate.hash } as const;
	const order: Order = { asset, action, fallback: null, nonce: random(32), issuedAt: now() };
	const own = { certificate, purpose: null, request: random(32) };
	const link = draftLink(token, redeemingDraft(token, desk, orderDigest(order), claimAmount, own));
	const redeemed = must(extendToken(link, await signer.sign("link", link.payload), 0));
	const signed = await signOrder(order, certificate.encoded, signer);
	return serialize(claim, { order: signed, tokens: [redeemed.token] });
}

/** Claims of a file, one after another, read in pieces. */
export class ClaimFile {
	readonly #file: number;
	#buffer = Buffer.alloc(0);
	#position = 0;

	constructor(path: string) {
		this.#file = openSync(path, "r");
	}

	/** The next claim, or undefined at the end. */
	next(): Bytes | undefined {
		const prefix = this.#take(4);
		return prefix && this.#take(prefix.readUInt32BE());
	}

	#take(length: number): Buffer | undefined {
		if (this.#buffer.length < length) {
			const more = Buffer.alloc(1 << 20);
			const read = readSync(this.#file, more, 0, more.length, this.#position);
			this.#position += read;
			this.#buffer = Buffer.concat([this.#buffer, more.subarray(0, read)]);
			if (this.#buffer.length < length) return undefined;
		}
		const taken = this.#buffer.subarray(0, length);
		this.#buffer = this.#buffer.subarray(length);
		return taken;
	}

	close(): void {
		closeSync(this.#file);
	}
}
