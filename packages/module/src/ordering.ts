/** Orders to an operator: tokens leave in the write that makes their order durable, answers bring new ones. */
import {
	type Action,
	type AssetId,
	type Bytes,
	type ClaimResult,
	type DurableHolderOrder,
	equalBytes,
	type HolderOrder,
	type HolderOrderEvent,
	type HolderOrderStep,
	isRefusal,
	limits,
	type NewOutput,
	noChanges,
	type Order,
	orderDigest,
	ownOutput,
	parseReply,
	type Refusal,
	type Reply,
	redeemedHolding,
	refuse,
	type SignatureRequest,
	type Spendable,
	sameAsset,
	stepHolderOrder,
	sumOf,
	type TokenChanges,
	type Trust,
	termsOf,
	toHex,
	type VerifiedCertificate,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import { type Ended, endedBy, type Owed } from "./closing.ts";
import type { Core } from "./core.ts";
import { whyFrozen } from "./freezing.ts";
import { mayTake } from "./paid-back.ts";
import { signaturesOf } from "./rows.ts";

/** Amounts in minor units; `outputs` split what is withdrawn or refreshed into that many tokens. */
export type OrderOptions = {
	readonly asset: AssetId;
	readonly action: /** `account`: hash of one's own certificate; the newest that the asset's operator gave without */
		| { readonly kind: "withdraw"; readonly outputs: readonly bigint[]; readonly account?: Bytes }
		| { readonly kind: "account"; readonly account: Bytes; readonly amount?: bigint }
		| { readonly kind: "refresh"; readonly outputs?: readonly bigint[] };
	/** outputs to redeem or refresh; none to withdraw */
	readonly inputs: readonly Bytes[];
	/**
	 * the owner's word that nothing was spent since the backup: one output of a restored key may then go, whole, to
	 * the account of that very key. Where it is wrong, that key is convicted of a fork
	 */
	readonly nothingSpentSince?: boolean;
};

/** Bytes to send to the operator until it gives a final answer. */
export type PendingOrder = {
	readonly digest: Bytes;
	readonly asset: AssetId;
	readonly route: "withdraw" | "claim";
	readonly request: Bytes;
};

/** Signs an order. Its links are irrevocable: whatever an operator would refuse whole is refused here first. */
export async function startOrder(core: Core, options: OrderOptions): Promise<PendingOrder | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const inputs = inputsOf(core, options, trust);
	if (isRefusal(inputs)) return inputs;
	const restored = inputs.find(({ token }) => core.isSilenced(token.owner.certificate.hash) !== undefined);
	const silenced = restored && mayNotMove(core, options, restored);
	if (silenced !== undefined) return silenced;
	const signer = inputs[0]?.token.owner.certificate ?? accountOf(core, options);
	if (isRefusal(signer)) return signer;
	const whole = sumOf(inputs.map(({ token }) => token));
	const amounts = outputsOf(options, whole);
	if (isRefusal(amounts)) return amounts;
	// What an account of a restored key holds moves to the certificate that came after it.
	const owner = core.isSilenced(signer.hash) ? core.certificateFor(options.asset.operator) : signer;
	if (isRefusal(owner)) return owner;
	const requests = amounts.map(() => core.random(32));
	const outputs = amounts.map((amount, i) => outputFor(amount, owner, signer, requests[i] as Bytes));
	const order: Order = {
		asset: options.asset,
		action: actionOf(options, signer, outputs),
		fallback: null,
		...(restored ? sameAnywhere(restored) : { nonce: core.random(32), issuedAt: core.now() }),
	};
	const amount = (options.action.kind === "account" ? options.action.amount : undefined) ?? whole;
	const plan = {
		order,
		signer,
		inputs,
		amount,
		changeRequest: core.random(32),
		...(owner === signer ? {} : { newOwner: { certificate: owner.encoded, requests } }),
	};
	return (await runOrder(core, { kind: "idle" }, { kind: "start", plan })) ?? refuse("attempt-unknown");
}

/**
 * Why a restored key signs no link on what it owns: unless its owner says that nothing was spent since. Then the
 * link follows from the output alone, so that the same backup, restored twice, makes no fork of it.
 */
function mayNotMove(
	core: Core,
	{ action, inputs, nothingSpentSince = false }: OrderOptions,
	{ token }: Spendable,
): Refusal | undefined {
	const { hash } = token.owner.certificate;
	const isWhole = action.kind === "account" && action.amount === undefined && inputs.length === 1;
	const isToItself = isWhole && equalBytes(action.account, hash) && token.rules.length === 0;
	const mayMove = nothingSpentSince && isToItself && !core.isSilencedAgain(hash);
	return mayMove ? undefined : core.isSilenced(hash);
}

/** What tells an order from others, out of its output: whoever restores the same backup makes the same one. */
function sameAnywhere({ token }: Spendable): Pick<Order, "nonce" | "issuedAt"> {
	return { nonce: token.outputId, issuedAt: token.issue.issuedAt };
}

/** The account to withdraw from: one's own. */
function accountOf(core: Core, { asset, action }: OrderOptions): VerifiedCertificate | Refusal {
	const account = action.kind === "withdraw" ? action.account : undefined;
	return account === undefined ? core.certificateFor(asset.operator) : core.ownCertificate(account);
}

function inputsOf(core: Core, { asset, action, inputs }: OrderOptions, trust: Trust) {
	if ((action.kind === "withdraw") !== (inputs.length === 0))
		return refuse("order-mismatch", "a withdrawal, and only that, has no inputs");
	if (inputs.length > limits.orderTokens) return refuse("too-many", "tokens");
	// Two links on one output would be a fork, and we its culprit.
	if (new Set(inputs.map(toHex)).size !== inputs.length) return refuse("malformed", "a token twice");
	const found: Spendable[] = [];
	for (const output of inputs) {
		const spendable = core.vault.spendable(output, trust);
		if (isRefusal(spendable)) return spendable;
		if (!sameAsset(spendable.token.asset, asset)) return refuse("asset-mismatch");
		const frozen = whyFrozen(core, output);
		if (frozen !== undefined) return frozen;
		if (core.now() >= core.keepUntil({ asset, redeemUntil: spendable.token.issue.redeemUntil }))
			return refuse("redeem-closed");
		found.push(spendable);
	}
	const signatures = found.reduce(
		(sum, { token, after }) => sum + signaturesOf(token) + 2 * after.length + 2,
		2,
	);
	return signatures > limits.signatures ? refuse("too-many", `${signatures} signatures`) : found;
}

/** The amounts of the order's outputs, minor units: none where it goes to an account. */
function outputsOf({ action }: OrderOptions, whole: bigint): readonly bigint[] | Refusal {
	if (action.kind === "account") return [];
	const amounts = action.outputs ?? [whole];
	if (amounts.length < 1 || amounts.length > limits.orderOutputs) return refuse("too-many", "outputs");
	const sum = amounts.reduce((total, amount) => total + amount, 0n);
	if (amounts.some((amount) => amount < 1n) || sum > limits.amount) return refuse("amount-invalid");
	return action.kind === "refresh" && sum !== whole ? refuse("sum-mismatch") : amounts;
}

/** Only an output under the order's own certificate is opened in the order. */
function outputFor(
	amount: bigint,
	owner: VerifiedCertificate,
	signer: VerifiedCertificate,
	request: Bytes,
): NewOutput {
	const output = ownOutput(amount, owner, request);
	return owner === signer ? output : { ...output, ownRequest: null };
}

function actionOf(
	{ action }: OrderOptions,
	signer: VerifiedCertificate,
	outputs: readonly NewOutput[],
): Action {
	switch (action.kind) {
		case "withdraw":
			return { kind: "withdraw", account: signer.hash, outputs };
		case "account":
			return { kind: "account", account: action.account };
		case "refresh":
			return { kind: "refresh", outputs };
		default:
			return action satisfies never;
	}
}

/** Runs one event of an order to its end: what to send to its operator, where it waits. */
async function runOrder(
	core: Core,
	first: HolderOrder,
	event: HolderOrderEvent,
): Promise<PendingOrder | undefined | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	let step = stepHolderOrder(first, event, trust);
	let pending: PendingOrder | undefined;
	for (;;) {
		if (step.refusal !== undefined) return step.refusal;
		const not = tooLarge(step);
		if (not !== undefined) return not;
		let asked: readonly SignatureRequest[] | undefined;
		for (const effect of step.effects) {
			if (effect.kind === "sign") asked = effect.requests;
			else if (effect.kind === "persist") await persist(core, step.state, effect.changes);
			else if (effect.kind === "ask" && step.state.kind === "ordered")
				pending = pendingOf(step.state, effect);
		}
		if (asked === undefined) return pending;
		step = stepHolderOrder(step.state, { kind: "signed", signatures: await core.sign(asked) }, trust);
	}
}

/** Why a step must not become durable: a claim that no operator reads. */
function tooLarge({ effects }: HolderOrderStep): Refusal | undefined {
	const isTooLarge = effects.some(
		(effect) => effect.kind === "ask" && effect.request.length > limits.message,
	);
	return isTooLarge ? refuse("too-large", "fewer tokens in one order") : undefined;
}

type Ordered = Extract<DurableHolderOrder, { readonly kind: "ordered" }>;

function pendingOf(
	{ order: { order } }: Ordered,
	{ route, request }: Pick<PendingOrder, "route" | "request">,
): PendingOrder {
	return { digest: orderDigest(order), asset: order.asset, route, request };
}

async function persist(core: Core, state: HolderOrder, tokens: TokenChanges): Promise<void> {
	if (state.kind !== "ordered") throw new Error(`${state.kind} is not durable`);
	await core.commit({ tokens, order: [orderDigest(state.order.order), state] });
}

/**
 * The operator's answer to a pending order: its results, or why it goes on pending. What ended is forgotten with the
 * order: its tokens are here, its results are told. Tokens about which nothing ended go on in it, `answer-disputed`.
 */
export async function answerOrder(
	core: Core,
	digest: Bytes,
	reply: Bytes,
): Promise<readonly ClaimResult[] | Refusal> {
	const state = core.vault.orders.get(digest);
	if (state?.kind !== "ordered") return refuse("attempt-unknown", "order");
	const parsed = parseReply(reply);
	if (isRefusal(parsed)) return parsed;
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const { refusal, effects } = stepHolderOrder(state, { kind: "answered", reply: parsed }, trust);
	if (refusal !== undefined) return refusal;
	const brought = effects.flatMap((effect) => (effect.kind === "persist" ? effect.changes.add : []));
	const fresh = [...new Map(brought.map((token) => [toHex(token.outputId), token])).values()];
	const came = fresh.filter(({ outputId }) => !core.everOwned(outputId));
	const ended = endOf(core, state, parsed, came, trust);
	if (isRefusal(ended))
		return ended.code === "sum-mismatch" && came.length < fresh.length
			? refuse("request-reused", "the operator's answer holds a token that was here before")
			: ended;
	const { open } = ended;
	const tokens = state.tokens.filter((_, position) => open.includes(position));
	const left = tokens.length === 0 ? null : { ...state, tokens };
	await core.commit({ tokens: { ...noChanges, add: came }, order: [digest, left] });
	return parsed.results.map((result, position) => (open.includes(position) ? stillOwed : result));
}

/** Of a token that goes on in its order. */
const stillOwed: ClaimResult = { kind: "refused", code: "answer-disputed", transient: true };

/** What an answer ends, with the tokens that came. A withdrawal has no results: all that it asked for comes. */
function endOf(
	core: Core,
	{ order: { order }, tokens }: Ordered,
	{ results }: Reply,
	came: readonly VerifiedToken[],
	trust: Trust,
): Pick<Ended, "open"> | Refusal {
	const { action } = order;
	if (action.kind === "withdraw")
		return sumOf(came) < sumOf(action.outputs)
			? refuse("sum-mismatch", "the operator's answer lacks tokens that were ordered")
			: { open: [] };
	const owed: Owed[] = [];
	for (const carried of tokens) {
		const token = verifyParsedToken(carried, trust, { signatures: false });
		if (isRefusal(token)) return token;
		const { amount, hops } = token;
		const isInTokens = action.kind === "refresh" || !mayTake(core, action.account, redeemedHolding(token));
		const terms = termsOf(token);
		owed.push({ token, least: amount, most: amount, terms, hops, isInTokens, claimedAt: order.issuedAt });
	}
	return endedBy(core, results, owed, came, trust);
}

/** Gives up a withdrawal that its operator refused for good: nothing moved. Orders with tokens are kept. */
export async function dropOrder(core: Core, digest: Bytes): Promise<void> {
	const state = core.vault.orders.get(digest);
	if (state?.kind === "ordered" && state.tokens.length === 0) await core.commit({ order: [digest, null] });
}

/** What pending orders redeem or refresh, in minor units of its asset. */
export function orderedIn({ vault }: Core): readonly { readonly asset: AssetId; readonly amount: bigint }[] {
	return [...vault.orders.entries.values()].flatMap((state) =>
		state.kind === "ordered" ? [{ asset: state.order.order.asset, amount: shownIn(state) }] : [],
	);
}

/** A token that was redeemed ends in what its last link pays the operator. */
function shownIn({ tokens }: Ordered): bigint {
	return tokens.reduce((sum, { hops }) => sum + (hops.at(-1)?.outputs[0]?.amount ?? 0n), 0n);
}

/** Orders without a final answer, to be sent again. */
export async function pendingOrders(core: Core): Promise<readonly PendingOrder[]> {
	const pending: PendingOrder[] = [];
	for (const state of core.vault.orders.entries.values()) {
		const order = await runOrder(core, state, { kind: "contact" });
		if (order !== undefined && !isRefusal(order)) pending.push(order);
	}
	return pending;
}
