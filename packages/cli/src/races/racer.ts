/**
 * A racer: a holder with no wallet around its key, so that it can sign what no wallet would: many orders over
 * one token at once, and two links for one output.
 */
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	type Action,
	type AssetId,
	type Bytes,
	draftLink,
	extendToken,
	type OperatorClient,
	type Order,
	orderDigest,
	ownOutput,
	parseEnrolled,
	parseReply,
	redeemingDraft,
	serialize,
	serializeClaim,
	signEnrolment,
	signedOrder,
	signOrder,
	Trust,
	tokenFromIssue,
	type VerifiedCertificate,
	type VerifiedToken,
	verifyParsedToken,
	verifyTrustList,
} from "@tenten/protocol";
import { type Holder, must, random } from "../ecosystem.ts";
import { now } from "../surroundings.ts";

/** The operator as racers know it. */
export type Track = {
	readonly client: OperatorClient;
	readonly id: Bytes;
	readonly trust: Trust;
	readonly desk: VerifiedCertificate;
	readonly assetOf: (code: string) => AssetId;
	/** brings value onto an account, minor units */
	readonly deposit: (account: Bytes, code: string, amount: bigint) => Promise<void>;
};

export async function openTrack(
	client: OperatorClient,
	id: Bytes,
	deposit: Track["deposit"],
): Promise<Track> {
	const encoded = must(await client.trustList());
	const list = must(verifyTrustList(encoded, { verify, pinnedSigner: id, minimumVersion: 0, now: now() }));
	const trust = new Trust(list, verify);
	const [own] = list.operators;
	if (own === undefined) throw new Error("an operator lists itself");
	const desk = must(trust.certificate(own.desk));
	return { client, id, trust, desk, deposit, assetOf: (code) => ({ operator: id, code }) };
}

const person = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

export async function enrol({ client, id, trust }: Track): Promise<Holder> {
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const enrolled = must(await client.enrol(await signEnrolment(id, person, random(32), signer)));
	return { signer, certificate: must(trust.certificate(must(parseEnrolled(enrolled)).certificate)) };
}

/** An encoded order to withdraw these amounts, and how its outputs will be opened. */
export async function withdrawal(
	track: Track,
	{ certificate, signer }: Holder,
	code: string,
	...amounts: readonly bigint[]
): Promise<{ readonly encoded: Bytes; readonly requests: readonly Bytes[] }> {
	const requests = amounts.map(() => random(32));
	const outputs = amounts.map((amount, i) => ownOutput(amount, certificate, requests[i] as Bytes));
	const order = orderOf(track, code, { kind: "withdraw", account: certificate.hash, outputs });
	const signed = await signOrder(order, certificate.encoded, signer);
	return { encoded: serialize(signedOrder, signed), requests };
}

/** Fresh tokens of these amounts for a holder, paid from outside. */
export async function tokensFor(
	track: Track,
	holder: Holder,
	code: string,
	...amounts: readonly bigint[]
): Promise<readonly VerifiedToken[]> {
	const total = amounts.reduce((sum, amount) => sum + amount, 0n);
	await track.deposit(holder.certificate.hash, code, total);
	const { encoded, requests } = await withdrawal(track, holder, code, ...amounts);
	const { issues } = must(parseReply(must(await track.client.withdraw(encoded))));
	return issues.map(({ proof, output }) => {
		const owner = {
			certificate: holder.certificate,
			purpose: null,
			request: requests[output ?? 0] as Bytes,
		};
		return must(verifyParsedToken(tokenFromIssue(proof, owner), track.trust));
	});
}

function orderOf({ assetOf }: Track, code: string, action: Action): Order {
	return { asset: assetOf(code), action, fallback: null, nonce: random(32), issuedAt: now() };
}

/** An encoded claim under a fresh order of these tokens, whole: each with a redeeming link of its own. */
export async function claimOf(
	track: Track,
	holder: Holder,
	tokens: readonly VerifiedToken[],
	action: Action,
): Promise<Bytes> {
	const { certificate, signer } = holder;
	const code = (tokens[0] as VerifiedToken).asset.code;
	const order = orderOf(track, code, action);
	const digest = orderDigest(order);
	const linked = [];
	for (const token of tokens) {
		const nobody = { certificate, purpose: null, request: random(32) };
		const link = draftLink(token, redeemingDraft(token, track.desk, digest, token.amount, nobody));
		const signature = await signer.sign("link", link.payload);
		linked.push(must(extendToken(link, signature, 0)).token);
	}
	return serializeClaim({ order: await signOrder(order, certificate.encoded, signer), tokens: linked });
}

/** To one's own account. */
export function toAccount({ certificate }: Holder): Action {
	return { kind: "account", account: certificate.hash };
}

/** To one fresh token of one's own. */
export function toFresh({ certificate }: Holder, amount: bigint): Action {
	return { kind: "refresh", outputs: [ownOutput(amount, certificate, random(32))] };
}
