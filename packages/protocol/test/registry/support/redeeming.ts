/** Orders, links and claims under the toy suite: whoever owns a token signs for it. */
import {
	type Action,
	type Bytes,
	type Claim,
	type DraftOutput,
	draftLink,
	extendToken,
	type LinkDraft,
	lockHash,
	type Order,
	type Owner,
	order,
	orderDigest,
	ownerHash,
	redeemingDraft,
	releaseToken,
	type SignedOrder,
	type SignedStatement,
	type StatementBody,
	serialize,
	statementBody,
	type Token,
	type VerifiedCertificate,
	type VerifiedToken,
} from "@tenten/protocol";
import {
	bytesOf,
	certify,
	densha,
	epoch,
	must,
	toySign,
	trust,
	yen,
} from "../../handover/support/ecosystem.ts";

export const desk: VerifiedCertificate = must(trust.certificate(densha.entry.desk));
export const alice: VerifiedCertificate = certify("alice");
export const bob: VerifiedCertificate = certify("bob");
export const carol: VerifiedCertificate = certify("carol");

export function owned(certificate: VerifiedCertificate, name: string): Owner & { readonly hash: Bytes } {
	const owner = { certificate, purpose: null, request: bytesOf("request", name) };
	return { ...owner, hash: ownerHash(certificate.hash, null, owner.request) };
}

const plain = { lock: null, data: null, against: null, after: [], spent: null };

/** The tokens of all outputs of a link that the owner of `token` signs. */
export function linked(
	token: VerifiedToken,
	draft: Pick<LinkDraft, "outputs"> & Partial<LinkDraft>,
): readonly VerifiedToken[] {
	const link = draftLink(token, { ...plain, ...draft });
	const signature = toySign(token.owner.certificate.key, "link", link.payload);
	return link.body.outputs.map((_, index) => must(extendToken(link, signature, index)));
}

export type Paying = Partial<Omit<LinkDraft, "outputs">> &
	Partial<Pick<DraftOutput, "amount" | "caveats">> & { readonly purpose?: string };

/** What `to` gets of `token`: the whole where no amount is given; the rest goes back as change. */
export function pay(
	token: VerifiedToken,
	to: VerifiedCertificate,
	name: string,
	paying: Paying = {},
): VerifiedToken {
	const { amount = token.amount, caveats = [], purpose = null, ...draft } = paying;
	const outputs: DraftOutput[] = [{ amount, owner: { ...owned(to, name), purpose }, caveats }];
	if (amount < token.amount)
		outputs.push({
			amount: token.amount - amount,
			owner: owned(token.owner.certificate, `${name}, change`),
			caveats: [],
		});
	return linked(token, { ...draft, outputs })[0] as VerifiedToken;
}

/** As `pay`, under a lock whose release is a secret of this name. */
export function lock(
	token: VerifiedToken,
	to: VerifiedCertificate,
	name: string,
	payeeDecides = false,
): { readonly locked: VerifiedToken; readonly released: VerifiedToken; readonly secret: Bytes } {
	const secret = bytesOf("secret", name);
	const locked = pay(token, to, name, { lock: { payeeDecides, hash: lockHash(secret) } });
	return { locked, released: must(releaseToken(locked, secret)), secret };
}

export function orderOf(action: Action, changes: Partial<Order> = {}): Order {
	return { asset: yen, action, fallback: null, nonce: bytesOf("order"), issuedAt: epoch, ...changes };
}

export function toAccount(holder: VerifiedCertificate, changes: Partial<Order> = {}): Order {
	return orderOf({ kind: "account", account: holder.hash }, changes);
}

export function signedBy(holder: VerifiedCertificate, value: Order): SignedOrder {
	return {
		order: value,
		certificate: holder.encoded,
		signature: toySign(holder.key, "order", serialize(order, value)),
	};
}

/** `token` with a link that redeems it under this order. */
export function redeeming(token: VerifiedToken, value: Order, amount: bigint = token.amount): VerifiedToken {
	const change = owned(token.owner.certificate, "change of redeeming");
	const draft = redeemingDraft(token, desk, orderDigest(value), amount, change);
	return linked(token, draft)[0] as VerifiedToken;
}

export function claimOf(holder: VerifiedCertificate, value: Order, ...tokens: readonly Token[]): Claim {
	return { order: signedBy(holder, value), tokens };
}

export function stated(
	holder: VerifiedCertificate,
	says: StatementBody["says"],
	changes: Partial<StatementBody> = {},
): SignedStatement {
	const body: StatementBody = {
		operator: densha.id,
		says,
		nonce: bytesOf("statement"),
		issuedAt: epoch,
		...changes,
	};
	return {
		body,
		certificate: holder.encoded,
		signature: toySign(holder.key, "statement", serialize(statementBody, body)),
	};
}
