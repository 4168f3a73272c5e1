/**
 * A holder's machine towards its operator: withdrawing, redeeming, refreshing.
 *
 *           start        signed              final answer
 *   idle ─────────▶ signing ───▶ ordered ────────────────▶ settled
 *                                 │  ▲
 *                                 └──┘ contact, an answer that is not final: the same bytes again
 *
 * Redeeming links are direct: once signed, only their order can take the value out. So the order and its
 * tokens are durable before they are sent, and the same bytes are sent until a final answer comes. Change of
 * a redeeming link is spendable at once.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	nullable,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	union,
} from "../codec/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import {
	draftLink,
	extendToken,
	noChanges,
	type Owner,
	ownerHash,
	type SignatureRequest,
	type Spendable,
	sameAsset,
	signatureRequests,
	sumOf,
	type TokenChanges,
	token,
	type UnsignedLink,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { type ClaimResult, claim, type Reply, storedResult, tokenFromIssue } from "./claim-shape.ts";
import { type Order, order, orderDigest, redeemingDraft, signedOrder } from "./order.ts";

/** One's own certificate, other than the order's, to which outputs of the order belong. */
const newOwner = record({ certificate: bytes(1, 1024), requests: list(bytes32, limits.orderOutputs) });
export type NewOwner = TypeOf<typeof newOwner>;

/** What is durable: the order with its tokens (none in a withdrawal), and how it ended. */
export const holderOrder = union({
	ordered: [
		1,
		record({
			order: signedOrder,
			tokens: list(token, limits.orderTokens),
			newOwner: nullable(newOwner),
		}),
	],
	settled: [2, record({ digest: bytes32, results: list(storedResult, limits.orderTokens) })],
});
export type DurableHolderOrder = TypeOf<typeof holderOrder>;
type Ordered = Extract<DurableHolderOrder, { readonly kind: "ordered" }>;

export type HolderOrder =
	| { readonly kind: "idle" }
	| {
			readonly kind: "signing";
			readonly order: Order;
			readonly signer: VerifiedCertificate;
			readonly newOwner: NewOwner | null;
			readonly links: readonly UnsignedLink[];
	  }
	| DurableHolderOrder;

/** What to redeem; the last input may leave change. Empty for a withdrawal. */
export type OrderPlan = {
	readonly order: Order;
	readonly signer: VerifiedCertificate;
	readonly inputs: readonly Spendable[];
	/** minor units that the order redeems of its inputs */
	readonly amount: bigint;
	/** 32 random bytes: the request of the change's owner */
	readonly changeRequest: Bytes;
	/** opens outputs that leave the order's certificate for another of one's own */
	readonly newOwner?: NewOwner | null;
};

export type HolderOrderEvent =
	| { readonly kind: "start"; readonly plan: OrderPlan }
	| { readonly kind: "signed"; readonly signatures: readonly Bytes[] }
	| { readonly kind: "answered"; readonly reply: Reply }
	| { readonly kind: "contact" };

export type HolderOrderEffect =
	| { readonly kind: "sign"; readonly requests: readonly SignatureRequest[] }
	| { readonly kind: "persist"; readonly changes: TokenChanges }
	/** to the operator, until it gives a final answer */
	| { readonly kind: "ask"; readonly route: "withdraw" | "claim"; readonly request: Bytes }
	| { readonly kind: "tell"; readonly results: readonly ClaimResult[] };

export type HolderOrderStep = {
	readonly state: HolderOrder;
	readonly effects: readonly HolderOrderEffect[];
	readonly refusal?: Refusal;
};

export function stepHolderOrder(state: HolderOrder, event: HolderOrderEvent, trust: Trust): HolderOrderStep {
	switch (event.kind) {
		case "start":
			return state.kind === "idle" ? start(event.plan, trust) : refused(state, refuse("attempt-decided"));
		case "signed":
			return state.kind === "signing"
				? ordered(state, event.signatures)
				: refused(state, refuse("attempt-decided"));
		case "answered":
			return state.kind === "ordered" ? answered(state, event.reply, trust) : { state, effects: [] };
		case "contact":
			return { state, effects: state.kind === "ordered" ? [ask(state)] : [] };
		default:
			return event satisfies never;
	}
}

function refused(state: HolderOrder, refusal: Refusal): HolderOrderStep {
	return { state, effects: [], refusal };
}

function start(
	{ order: value, signer, inputs, amount, changeRequest, newOwner: owner = null }: OrderPlan,
	trust: Trust,
): HolderOrderStep {
	const idle: HolderOrder = { kind: "idle" };
	const operator = trust.operator(value.asset.operator);
	if (operator === undefined) return refused(idle, refuse("issuer-unknown"));
	const digest = orderDigest(value);
	const change = sumOf(inputs.map((input) => input.token)) - (inputs.length === 0 ? 0n : amount);
	const last = inputs.at(-1)?.token;
	if (change < 0n || (last !== undefined && change >= last.amount))
		return refused(idle, refuse("amount-invalid"));
	if (inputs.some((input) => input.token.pending !== null)) return refused(idle, refuse("lock-pending"));
	const links = inputs.map((input) => {
		const redeemed = input.token.amount - (input.token === last ? change : 0n);
		const own = { certificate: input.token.owner.certificate, purpose: null, request: changeRequest };
		const draft = redeemingDraft(input.token, operator.desk, digest, redeemed, own);
		return draftLink(input.token, { ...draft, after: input.after });
	});
	const orderSignature = { signer: signer.hash, type: "order", payload: serialize(order, value) } as const;
	return {
		state: { kind: "signing", order: value, signer, newOwner: owner, links },
		effects: [{ kind: "sign", requests: [...signatureRequests(links), orderSignature] }],
	};
}

/** The tokens leave and their change comes, in the write that makes the order durable. */
function ordered(
	state: Extract<HolderOrder, { readonly kind: "signing" }>,
	signatures: readonly Bytes[],
): HolderOrderStep {
	const redeemed: VerifiedToken[] = [];
	const change: VerifiedToken[] = [];
	for (const [position, link] of state.links.entries())
		for (const index of link.body.outputs.keys()) {
			const extended = extendToken(link, signatures[position] ?? new Uint8Array(), index);
			if (isRefusal(extended)) return refused({ kind: "idle" }, extended);
			(index === 0 ? redeemed : change).push(extended);
		}
	const next: Ordered = {
		kind: "ordered",
		order: {
			order: state.order,
			certificate: state.signer.encoded,
			signature: signatures.at(-1) ?? new Uint8Array(),
		},
		tokens: redeemed.map((entry) => entry.token),
		newOwner: state.newOwner,
	};
	const remove = state.links.map(({ input }) => input.outputId);
	return {
		state: next,
		effects: [{ kind: "persist", changes: { ...noChanges, remove, add: change } }, ask(next)],
	};
}

function ask({ order: signed, tokens }: Ordered): HolderOrderEffect {
	return tokens.length === 0
		? { kind: "ask", route: "withdraw", request: serialize(signedOrder, signed) }
		: { kind: "ask", route: "claim", request: serialize(claim, { order: signed, tokens }) };
}

/** Takes the new issues. An answer that is not final for every token changes nothing. */
function answered(state: Ordered, reply: Reply, trust: Trust): HolderOrderStep {
	const digest = orderDigest(state.order.order);
	if (!equalBytes(reply.order, digest)) return refused(state, refuse("order-mismatch"));
	if (reply.results.length !== state.tokens.length) return refused(state, refuse("malformed", "results"));
	if (reply.results.some((result) => result.kind === "refused" && result.transient))
		return refused(state, refuse("attempt-pending", "the operator will answer later"));
	const add = newTokens(state, reply, trust);
	if (isRefusal(add)) return refused(state, add);
	return {
		state: { kind: "settled", digest, results: reply.results },
		effects: [
			{ kind: "persist", changes: { ...noChanges, add } },
			{ kind: "tell", results: reply.results },
		],
	};
}

/** Issues that this holder can open: its own outputs of the order, or the owners that its tokens had. */
function newTokens(state: Ordered, reply: Reply, trust: Trust): readonly VerifiedToken[] | Refusal {
	const owners = ownersOf(state, trust);
	if (isRefusal(owners)) return owners;
	const tokens: VerifiedToken[] = [];
	for (const { proof } of reply.issues) {
		const owner = owners.find((candidate) =>
			equalBytes(
				ownerHash(candidate.certificate.hash, candidate.purpose, candidate.request),
				proof.issue.owner,
			),
		);
		if (owner === undefined) continue;
		const issued = verifyParsedToken(tokenFromIssue(proof, owner), trust);
		if (isRefusal(issued)) return issued;
		if (!sameAsset(issued.asset, state.order.order.asset))
			return refuse("asset-mismatch", "a token that was not ordered");
		tokens.push(issued);
	}
	return tokens;
}

function ownersOf(
	{ order: signed, tokens, newOwner: other }: Ordered,
	trust: Trust,
): readonly Owner[] | Refusal {
	const signer = trust.certificate(signed.certificate);
	if (isRefusal(signer)) return signer;
	const { action } = signed.order;
	const own = action.kind === "account" ? [] : action.outputs;
	const owners: Owner[] = own.flatMap(({ ownRequest }) =>
		ownRequest === null ? [] : [{ certificate: signer, purpose: null, request: ownRequest }],
	);
	if (other !== null) {
		const certificate = trust.certificate(other.certificate);
		if (isRefusal(certificate)) return certificate;
		owners.push(...other.requests.map((request) => ({ certificate, purpose: null, request })));
	}
	for (const carried of tokens) {
		const walked = verifyParsedToken(carried, trust, { signatures: false });
		if (isRefusal(walked)) return walked;
		const before = walked.inputOwners.at(-1);
		if (before !== undefined) owners.push(before);
	}
	return owners;
}
