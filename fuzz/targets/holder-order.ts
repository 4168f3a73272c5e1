/**
 * A holder's machine towards its operator: any events in any order, answers of a hostile operator among them.
 *
 * An input is `[plan, [event, …]]`: the number of an order, and events as small arrays. What must hold of each step:
 * nothing is thrown, a refusal does nothing, only moves of the diagram are made; what is durable reads back, is
 * written before it is sent, and is sent as the same bytes ever after; no unit of the inputs is gained or lost; and
 * what an answer brings verifies and belongs to this holder.
 */
import {
	type Bytes,
	decodeItem,
	encodeItem,
	equalBytes,
	type HolderOrder,
	type HolderOrderEffect,
	type HolderOrderEvent,
	type HolderOrderStep,
	holderOrder,
	type Item,
	isRefusal,
	type OrderPlan,
	orderDigest,
	ownOutput,
	parse,
	parseReply,
	type Reply,
	reply,
	serialize,
	stepHolderOrder,
	sumOf,
	type Trust,
	toHex,
	verifyParsedToken,
} from "@tenten/protocol";
import { bytesOf, issueTo } from "../../packages/protocol/test/handover/support/ecosystem.ts";
import { alice, bob, orderOf, toAccount } from "../../packages/protocol/test/registry/support/redeeming.ts";
import { serverMemory } from "../memory.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";
import { believingTrust } from "./trusts.ts";

const inputs = [issueTo(alice, 100n, "first"), issueTo(alice, 50n, "second")].map((token) => ({
	token,
	after: [],
}));
const own = (minor: bigint, name: string, certificate = alice) =>
	ownOutput(minor, certificate, bytesOf("opening", name));

/** Refreshing with change, into another certificate, redeeming to an account, withdrawing, and what is refused. */
const plans: readonly OrderPlan[] = [
	{ order: orderOf({ kind: "refresh", outputs: [own(120n, "fresh")] }), amount: 120n },
	{
		order: orderOf({ kind: "refresh", outputs: [own(150n, "moved", bob)] }),
		amount: 150n,
		newOwner: { certificate: bob.encoded, requests: [bytesOf("opening", "moved")] },
	},
	{ order: toAccount(alice), amount: 101n },
	{
		order: orderOf({ kind: "withdraw", account: alice.hash, outputs: [own(30n, "new")] }),
		inputs: [],
		amount: 30n,
	},
	{ order: toAccount(alice), amount: 100n },
].map((plan) => ({ signer: alice, inputs, changeRequest: bytesOf("change"), ...plan }));

/** What an operator answers: all is well, each token by itself, later, and an issue of another. */
function repliesTo({ order, inputs: redeemed, amount }: OrderPlan): readonly Reply[] {
	const results = redeemed.map(({ token }) => ({ kind: "refreshed", amount: token.amount }) as const);
	const [first] = results;
	const proof = (name: string, certificate = alice) => issueTo(certificate, amount, name).token.issue;
	const issues = ["fresh", "new", "first"].map((name) => ({ output: null, proof: proof(name) }));
	const digest = orderDigest(order);
	const whole = { order: digest, results, issues };
	const later = { kind: "refused", code: "operator-busy", transient: true } as const;
	const never = { kind: "refused", code: "expired", transient: false } as const;
	return [
		whole,
		{ ...whole, issues: [{ output: 0, proof: proof("moved", bob) }, ...issues.slice(0, 1)] },
		{ ...whole, results: results.map(({ amount: each }) => ({ kind: "paid", amount: each })), issues: [] },
		{ ...whole, results: first === undefined ? [] : [first, never] },
		{ ...whole, results: results.map(() => later), issues: [] },
		{ ...whole, results: results.map(() => ({ kind: "forked", evidence: digest, drawn: 3n })) },
	];
}

function eventIn([kind, first]: readonly Item[], plan: OrderPlan, signed: number): HolderOrderEvent | string {
	switch (kind) {
		case 0: {
			const answer = parseReply(first instanceof Uint8Array ? first : new Uint8Array());
			return isRefusal(answer) ? answer.code : { kind: "answered", reply: answer };
		}
		case 1:
			return { kind: "contact" };
		case 2: {
			// A host signs what it was asked to sign, and nothing else.
			const signatures = Array.from({ length: signed }, () => new Uint8Array(64));
			return signed === 0 ? "no-event" : { kind: "signed", signatures };
		}
		case 3:
			return { kind: "start", plan };
		default:
			return "no-event";
	}
}

const moves = ["idle signing", "signing ordered", "signing idle", "ordered settled"];

/** One holder's order from its start, and what was durable and sent of it. */
class Watched {
	state: HolderOrder = { kind: "idle" };
	toSign = 0;
	readonly #trust: Trust;
	#sent: Bytes | undefined;

	constructor(trust: Trust) {
		this.#trust = trust;
	}

	take(event: HolderOrderEvent): Outcome {
		const before = this.state;
		const step = stepHolderOrder(before, event, this.#trust);
		const move = `${before.kind} ${step.state.kind}`;
		const stays = step.state === before || move === "idle idle";
		if (!stays && !moves.includes(move)) throw new Broken(`from ${move}`);
		if (step.refusal !== undefined) {
			if (step.effects.length > 0 || !(stays || move === "signing idle"))
				throw new Broken(`${step.refusal.code} did something`);
		}
		const isDurable = step.state.kind === "ordered" || step.state.kind === "settled";
		const persists = step.effects.filter(({ kind }) => kind === "persist").length;
		if (persists !== (isDurable && !stays ? 1 : 0)) throw new Broken(`${persists} writes from ${move}`);
		this.#checkEffects(before, step);
		this.state = step.state;
		if (isDurable) this.#restart();
		return step.refusal?.code ?? "accepted";
	}

	#checkEffects(before: HolderOrder, { state, effects }: HolderOrderStep): void {
		this.toSign = 0;
		for (const [at, effect] of effects.entries())
			switch (effect.kind) {
				case "sign":
					this.toSign = effect.requests.length;
					break;
				case "persist":
					if (at > 0) throw new Broken("something was done before it was durable");
					this.#checkChanges(before, state, effect);
					break;
				case "ask":
					if (this.#sent !== undefined) mustBeSame(effect.request, this.#sent);
					this.#sent = effect.request;
					break;
				case "tell":
					if (state.kind !== "settled" || state.results !== effect.results)
						throw new Broken("told what is not written");
					break;
				default:
					effect satisfies never;
			}
	}

	#checkChanges(
		before: HolderOrder,
		state: HolderOrder,
		{ changes }: Extract<HolderOrderEffect, { readonly kind: "persist" }>,
	): void {
		for (const token of changes.add) {
			const again = verifyParsedToken({ ...token.token }, this.#trust);
			if (isRefusal(again) || !equalBytes(again.outputId, token.outputId))
				throw new Broken("a token that does not verify was added");
			const owner = toHex(token.owner.certificate.hash);
			if (![alice, bob].some(({ hash }) => toHex(hash) === owner)) throw new Broken("another's token");
		}
		if (before.kind !== "signing" || state.kind !== "ordered") return;
		const spent = before.links.map(({ input }) => input);
		const redeemed = state.tokens.map((each) => {
			const token = verifyParsedToken({ ...each }, this.#trust, { signatures: false });
			if (isRefusal(token)) throw new Broken(`a claim of what does not verify: ${token.code}`);
			return token;
		});
		if (sumOf(redeemed) + sumOf(changes.add) !== sumOf(spent)) throw new Broken("units came or went");
	}

	/** What is durable reads back, and the machine goes on from there. */
	#restart(): void {
		if (this.state.kind !== "ordered" && this.state.kind !== "settled") return;
		const encoded = serialize(holderOrder, this.state);
		const readBack = parse(holderOrder, encoded, 1 << 24);
		if (isRefusal(readBack)) throw new Broken(`what was persisted is not read back: ${readBack.code}`);
		mustBeSame(serialize(holderOrder, readBack), encoded);
		this.state = readBack;
	}
}

function run(input: Bytes, trust: Trust): Outcome {
	const item = decodeItem(input, 1 << 20);
	if (isRefusal(item)) return item.code;
	const [first, events] = Array.isArray(item) ? (item as readonly Item[]) : [];
	if (!Array.isArray(events)) return "no-events";
	const at = typeof first === "number" ? Math.abs(first) % plans.length : 0;
	const plan = plans[at] as OrderPlan;
	const watched = new Watched(trust);
	let outcome = "no-events";
	for (const event of events.slice(0, 32) as readonly Item[]) {
		const given = Array.isArray(event) ? (event as readonly Item[]) : [event];
		const known = eventIn(given, plan, watched.toSign);
		if (typeof known !== "string") outcome = watched.take(known);
		else if (outcome === "no-events") outcome = known;
	}
	return outcome;
}

/** Each order with each answer, asked twice; and one that is started, signed and answered twice. */
function seeds(): readonly Bytes[] {
	return plans.flatMap((plan, position) =>
		repliesTo(plan).flatMap((answer) => {
			const answered = [0, serialize(reply, answer)];
			return [
				encodeItem([position, [[3], [2], [1], answered, [1]]]),
				encodeItem([position, [answered, [3], [3], [2], [2], answered, answered, [3]]]),
			];
		}),
	);
}

export const holderOrderTarget: Target = {
	name: "machine/holder order",
	weight: 4,
	// What is added and claimed is verified once more here.
	memory: serverMemory,
	open: async () => {
		const { trust } = await believingTrust();
		return { seeds: seeds(), form: "items", run: (input) => run(input, trust) };
	},
};
