/** Orders to an operator: tokens leave in the write that makes their order durable, answers bring new ones. */
import {
	type Action,
	type AssetId,
	type Bytes,
	type ClaimResult,
	type DurableHolderOrder,
	type HolderOrder,
	type HolderOrderEvent,
	isRefusal,
	type Order,
	orderDigest,
	ownOutput,
	parseReply,
	type Refusal,
	refuse,
	type SignatureRequest,
	type Spendable,
	stepHolderOrder,
	sumOf,
	type VerifiedCertificate,
} from "@tenten/protocol";
import type { Core } from "./core.ts";

/** Amounts in minor units; `outputs` split what is withdrawn or refreshed into that many tokens. */
export type OrderOptions = {
	readonly asset: AssetId;
	readonly action:
		| { readonly kind: "withdraw"; readonly outputs: readonly bigint[] }
		| { readonly kind: "account"; readonly account: Bytes; readonly amount?: bigint }
		| { readonly kind: "refresh"; readonly outputs?: readonly bigint[] };
	/** outputs to redeem or refresh; none to withdraw */
	readonly inputs: readonly Bytes[];
};

/** Bytes to send to the operator until it gives a final answer. */
export type PendingOrder = {
	readonly digest: Bytes;
	readonly asset: AssetId;
	readonly route: "withdraw" | "claim";
	readonly request: Bytes;
};

export async function startOrder(core: Core, options: OrderOptions): Promise<PendingOrder | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const inputs: Spendable[] = [];
	for (const output of options.inputs) {
		const spendable = core.vault.spendable(output, trust);
		if (isRefusal(spendable)) return spendable;
		inputs.push(spendable);
	}
	const signer = inputs[0]?.token.owner.certificate ?? core.certificateFor(options.asset.operator);
	if (isRefusal(signer)) return signer;
	const whole = sumOf(inputs.map(({ token }) => token));
	const order: Order = {
		asset: options.asset,
		action: actionOf(core, options, signer, whole),
		fallback: null,
		nonce: core.random(32),
		issuedAt: core.now(),
	};
	const amount = (options.action.kind === "account" ? options.action.amount : undefined) ?? whole;
	const plan = { order, signer, inputs, amount, changeRequest: core.random(32) };
	const outcome = await runOrder(core, { kind: "idle" }, { kind: "start", plan });
	if (isRefusal(outcome)) return outcome;
	return outcome.pending ?? refuse("attempt-unknown");
}

function actionOf(core: Core, { action }: OrderOptions, signer: VerifiedCertificate, whole: bigint): Action {
	const own = (amount: bigint) => ownOutput(amount, signer, core.random(32));
	switch (action.kind) {
		case "withdraw":
			return { kind: "withdraw", account: signer.hash, outputs: action.outputs.map(own) };
		case "account":
			return { kind: "account", account: action.account };
		case "refresh":
			return { kind: "refresh", outputs: (action.outputs ?? [whole]).map(own) };
		default:
			return action satisfies never;
	}
}

type Outcome = {
	readonly state: HolderOrder;
	readonly pending: PendingOrder | undefined;
	readonly results: readonly ClaimResult[] | undefined;
};

/** Runs one event of an order to its end. */
export async function runOrder(
	core: Core,
	first: HolderOrder,
	event: HolderOrderEvent,
): Promise<Outcome | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	let step = stepHolderOrder(first, event, trust);
	let pending: PendingOrder | undefined;
	let results: readonly ClaimResult[] | undefined;
	for (;;) {
		if (step.refusal !== undefined) return step.refusal;
		let asked: readonly SignatureRequest[] | undefined;
		for (const effect of step.effects) {
			if (effect.kind === "sign") asked = effect.requests;
			else if (effect.kind === "tell") results = effect.results;
			else if (effect.kind === "persist") await persist(core, step.state, effect.changes);
			else if (step.state.kind === "ordered") pending = pendingOf(step.state, effect);
		}
		if (asked === undefined) return { state: step.state, pending, results };
		step = stepHolderOrder(step.state, { kind: "signed", signatures: await core.sign(asked) }, trust);
	}
}

function pendingOf(
	{ order: { order } }: Extract<DurableHolderOrder, { readonly kind: "ordered" }>,
	{ route, request }: Pick<PendingOrder, "route" | "request">,
): PendingOrder {
	return { digest: orderDigest(order), asset: order.asset, route, request };
}

/** A settled order is forgotten: its tokens are here, its results were told. */
async function persist(
	core: Core,
	state: HolderOrder,
	tokens: Parameters<Core["commit"]>[0]["tokens"],
): Promise<void> {
	if (state.kind !== "ordered" && state.kind !== "settled") throw new Error(`${state.kind} is not durable`);
	const digest = state.kind === "ordered" ? orderDigest(state.order.order) : state.digest;
	const row = state.kind === "ordered" ? state : null;
	await core.commit({ ...(tokens === undefined ? {} : { tokens }), order: [digest, row] });
}

/** The operator's answer to a pending order: its results, or why it goes on pending. */
export async function answerOrder(
	core: Core,
	digest: Bytes,
	reply: Bytes,
): Promise<readonly ClaimResult[] | Refusal> {
	const state = core.vault.orders.get(digest);
	if (state === undefined) return refuse("attempt-unknown", "order");
	const parsed = parseReply(reply);
	if (isRefusal(parsed)) return parsed;
	const outcome = await runOrder(core, state, { kind: "answered", reply: parsed });
	return isRefusal(outcome) ? outcome : (outcome.results ?? []);
}

/** Orders without a final answer, to be sent again. */
export async function pendingOrders(core: Core): Promise<readonly PendingOrder[]> {
	const pending: PendingOrder[] = [];
	for (const state of core.vault.orders.entries.values()) {
		const outcome = await runOrder(core, state, { kind: "contact" });
		if (!isRefusal(outcome) && outcome.pending !== undefined) pending.push(outcome.pending);
	}
	return pending;
}
