/**
 * Modules in doubt that are told rulings: any answer to what they ask an operator, and its ruling as a message of
 * anybody. They wait with a reservation, a late release, locks of their own, direct links and a leg of an exchange,
 * and with what a backup brought.
 *
 * What must hold: nothing is thrown; an attempt changes only by a ruling that its operator signed, to the byte, and
 * what a backup brought ends by that or by a link of its own key; a module never holds more than it had and may be refunded; where nothing was accepted nothing was written; and what
 * was accepted is what opens again.
 */
import type { SecureModule } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	type Message,
	parseMessage,
	parseRulingReply,
	type Refusal,
	type RulingReply,
	refuse,
	serialize,
	serializeMessage,
	signedRuling,
	toHex,
} from "@tenten/protocol";
import { day, expectValue } from "../../packages/module/test/support/world.ts";
import { createEcosystem, type Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { forBooks } from "../../packages/operator/test/support/rulings.ts";
import { serverMemory } from "../memory.ts";
import { Broken, limit_us, type Outcome, type Target } from "../target.ts";
import { countingStore, enrolledModule, openModule, restoredModule, worthOf } from "./module.ts";

/** Redeem until and grace of what is issued here, seconds. */
const due = 32 * day;

type Module = Awaited<ReturnType<typeof enrolledModule>>["module"];

/** A module in doubt, at one time. */
type Scene = {
	readonly ecosystem: Ecosystem;
	/** unix seconds, by its clock */
	readonly at: number;
	readonly rows: ReadonlyMap<string, Bytes>;
	/** what its operator answers in truth */
	readonly replies: readonly Bytes[];
	/** minor units: what it may hold at most */
	readonly most: bigint;
};

const silence = async () => refuse("channel-failed", "nobody answers");

/** Begins a payment, and tells the payee: its answer is for whoever wants it. */
async function begins(
	{ world }: Ecosystem,
	{ payer, payee }: { readonly payer: Module; readonly payee: Module },
	asked: { readonly mode: "twoPhase" | "direct" | "exchange"; readonly amount: bigint },
	gives?: bigint,
): Promise<{ readonly attempt: Bytes; readonly tell: () => Promise<readonly Bytes[]> }> {
	const against = gives === undefined ? {} : { against: { asset: seats(world.asset), amount: gives } };
	const request = expectValue(await payee.request({ asset: world.asset, ...asked, ...against }));
	const free = payer.tokens().filter(({ heldBy, asset }) => heldBy === null && asset.code === "JPY");
	const inputs = free.slice(0, asked.mode === "direct" ? 2 : 1).map(({ output }) => output);
	const own = expectValue(payee.readRequest(request.encoded));
	const consent = { request: own.digest, payee: own.payee.hash, amount: asked.amount };
	const { attempt, messages } = expectValue(await payer.pay({ request: request.encoded, consent, inputs }));
	const given = payee.tokens().find(({ asset }) => asset.code === "SEAT")?.output;
	const consider = async () => (given === undefined ? {} : { inputs: [given] });
	return { attempt, tell: () => payee.handle(messages, { consider }) };
}

function seats(asset: Ecosystem["world"]["asset"]): Ecosystem["world"]["asset"] {
	return { ...asset, code: "SEAT" };
}

/** What an operator answers to all that a module asks it now. */
async function truthfully(
	{ operator }: Ecosystem,
	module: Module,
	attempts: readonly Bytes[],
): Promise<readonly Bytes[]> {
	const replies: Bytes[] = [];
	const ask = async ({ request }: { readonly request: Bytes }) => {
		const reply = await operator.rule(request);
		if (!isRefusal(reply)) replies.push(reply);
		return refuse("channel-failed", "heard, and not told");
	};
	for (const attempt of attempts) await allAsked(module, attempt, ask);
	for (const { output } of module.awaited()) await module.askFate(output, ask);
	return replies;
}

type Ask = Parameters<SecureModule["forward"]>[1];

type Answer = object | Refusal;

/** Everything that a module asks operators about an attempt. */
async function allAsked(module: Module, attempt: Bytes, ask: Ask): Promise<readonly Answer[]> {
	return [
		await module.forward(attempt, ask),
		await module.askRuling(attempt, ask),
		await module.askRefund(attempt, ask),
	];
}

/** Before anything is over: a reservation whose release came late, and has to be shown. */
async function releasedScene(ecosystem: Ecosystem): Promise<Scene> {
	const [{ module, store }, { module: peer }] = await pairOf(ecosystem);
	const { attempt, tell } = await begins(
		ecosystem,
		{ payer: peer, payee: module },
		{ mode: "twoPhase", amount: 50n },
	);
	const answers = await tell();
	expectValue(await module.resolve(attempt));
	const release = await peer.handle(answers, { consider: async () => ({}) });
	await module.handle(release, { consider: async () => ({}) });
	return sceneOf(ecosystem, module, store, [attempt]);
}

/** After grace: one's own locks and direct links, a leg of an exchange, and a reservation whose payer is refunded. */
async function refundedScene(ecosystem: Ecosystem): Promise<Scene> {
	const [{ module, store }, { module: peer }] = await pairOf(ecosystem);
	const [to, from] = [
		{ payer: module, payee: peer },
		{ payer: peer, payee: module },
	];
	const reserved = await begins(ecosystem, from, { mode: "twoPhase", amount: 50n });
	await reserved.tell();
	expectValue(await module.resolve(reserved.attempt));
	const exchanged = await begins(ecosystem, from, { mode: "exchange", amount: 60n }, 5n);
	await exchanged.tell();
	const locked = await begins(ecosystem, to, { mode: "twoPhase", amount: 40n });
	const sent = await begins(ecosystem, to, { mode: "direct", amount: 450n });
	ecosystem.clock.now += due;
	for (const attempt of [reserved.attempt, exchanged.attempt])
		expectValue(await peer.askRefund(attempt, ({ request }) => ecosystem.operator.rule(request)));
	const attempts = [reserved, exchanged, locked, sent].map(({ attempt }) => attempt);
	return sceneOf(ecosystem, module, store, attempts, 450n);
}

/** After grace: a lock on what no account may be credited with, so that the refund is a fresh token. */
async function freshScene(ecosystem: Ecosystem): Promise<Scene> {
	const { module, store } = await enrolledModule(ecosystem);
	const { module: shop } = await enrolledModule(ecosystem, "books");
	const { attempt } = await begins(
		ecosystem,
		{ payer: module, payee: shop },
		{ mode: "twoPhase", amount: 40n },
	);
	ecosystem.clock.now += due;
	return sceneOf(ecosystem, module, store, [attempt]);
}

/** After two graces: what a backup brought, one output of it spent since, and what no account may be credited with. */
async function restoredScene(ecosystem: Ecosystem): Promise<Scene> {
	const { operator, clock, world } = ecosystem;
	const { module: lost } = await enrolledModule(ecosystem);
	const { module, store } = await restoredModule(ecosystem, lost);
	const output = lost.tokens()[0]?.output as Bytes;
	const account = lost.certificates()[0]?.hash as Bytes;
	const action = { kind: "account", account } as const;
	const { request } = expectValue(await lost.order({ asset: world.asset, action, inputs: [output] }));
	expectValue(await operator.claim(request));
	clock.now += due + day;
	return sceneOf(ecosystem, module, store, []);
}

async function pairOf(ecosystem: Ecosystem) {
	const pair = [await enrolledModule(ecosystem), await enrolledModule(ecosystem)] as const;
	for (const { module } of pair) {
		await withdraw(ecosystem, module, "JPY", [200n, 300n, 250n]);
		await withdraw(ecosystem, module, "SEAT", [5n]);
	}
	return pair;
}

async function withdraw(
	{ operator, world }: Ecosystem,
	module: Module,
	code: string,
	outputs: readonly bigint[],
): Promise<void> {
	const account = module.certificates()[0]?.hash as Bytes;
	const total = outputs.reduce((sum, amount) => sum + amount, 0n);
	const refused = await operator.deposit(world.random(), account, code, total);
	if (refused !== undefined) throw new Error(refused.code);
	const action = { kind: "withdraw", outputs } as const;
	const order = expectValue(await module.order({ asset: { ...world.asset, code }, action, inputs: [] }));
	expectValue(await module.answer(order.digest, expectValue(await operator.withdraw(order.request))));
}

/** What is asked is durable first, so that whoever only asks again writes nothing. */
async function sceneOf(
	ecosystem: Ecosystem,
	module: Module,
	store: Awaited<ReturnType<typeof enrolledModule>>["store"],
	attempts: readonly Bytes[],
	sent = 0n,
): Promise<Scene> {
	for (const attempt of attempts) await allAsked(module, attempt, silence);
	for (const { output } of module.awaited()) await module.askFate(output, silence);
	const most = worthOf(module) + sent;
	const replies = await truthfully(ecosystem, module, attempts);
	if (replies.length < attempts.length + module.awaited().length)
		throw new Error(`${replies.length} answers to ${attempts.length}`);
	return { ecosystem, at: ecosystem.clock.now, rows: await store.load(), replies, most };
}

type Told = {
	readonly tell: (input: Bytes, genuine: ReadonlySet<string>) => Promise<Outcome>;
	readonly close: () => Promise<void>;
};

/** The module of a scene, which is told what an input says, and then is as it was before. */
async function listening({ ecosystem, at, rows, most }: Scene): Promise<Told> {
	let { store, commits } = countingStore(rows);
	const open = () => openModule(store, { ...ecosystem, clock: { now: at } });
	let module = await open();
	const before = statesOf(module);
	const attempts = module.attempts().map(({ attempt }) => attempt);
	const awaited = module.awaited().map(({ output }) => output);
	const tell = async (input: Bytes, genuine: ReadonlySet<string>): Promise<Outcome> => {
		const reply = parseRulingReply(input);
		const ruling = !isRefusal(reply) && reply.kind === "ruled" ? reply.ruling : undefined;
		const results: Answer[] = [reply];
		for (const attempt of attempts) results.push(...(await allAsked(module, attempt, async () => input)));
		for (const output of awaited) results.push(await module.askFate(output, async () => input));
		if (ruling !== undefined) await toldByAnybody(module, { kind: "ruling", ruling });
		const after = statesOf(module);
		const isTrue = !isRefusal(reply) && genuine.has(named(reply));
		if (after !== before && !isTrue) throw new Broken(`by nobody's word ${before} became ${after}`);
		if (commits() > 0 && !isTrue) throw new Broken(`nobody's word, and written ${commits()} times`);
		const worth = worthOf(module);
		if (worth > most) throw new Broken(`holds ${worth} of ${most}`);
		if (commits() === 0) return results.find((result) => isRefusal(result))?.code ?? "silence";
		await module.close();
		module = await open();
		if (statesOf(module) !== after || worthOf(module) !== worth)
			throw new Broken(`told ${after}, and opens as ${statesOf(module)}`);
		await module.close();
		({ store, commits } = countingStore(rows));
		module = await open();
		return "accepted";
	};
	return { tell, close: () => module.close() };
}

async function toldByAnybody(module: Module, message: Message): Promise<void> {
	const answers = await module.handle([serializeMessage(message)], { consider: async () => ({}) });
	if (answers.some((answer) => isRefusal(parseMessage(answer))))
		throw new Broken("answers what nobody can read");
}

function statesOf(module: Module): string {
	const states = module.attempts().map(({ attempt, state }) => `${toHex(attempt).slice(0, 8)} ${state}`);
	const waiting = module.awaited().map(({ output }) => `${toHex(output).slice(0, 8)} awaited`);
	return [...states, ...waiting].sort().join(", ");
}

/** What somebody signed in a reply, and cannot take back. */
function named(reply: RulingReply): string {
	switch (reply.kind) {
		case "ruled":
			return toHex(serialize(signedRuling, reply.ruling));
		case "consumed":
			return toHex(reply.consumed.link.payload);
		case "filed":
		case "claimed":
			return "";
		default:
			return reply satisfies never;
	}
}

export const rulingsTarget: Target = {
	name: "module/ruling of an operator",
	weight: 30,
	// An input is the answer to thirteen questions.
	limit_us: 13 * limit_us,
	memory: serverMemory,
	open: async () => {
		const made = { otherAssets: ["SEAT"], offlineTotal: 10n ** 9n };
		const scenes = [
			await releasedScene(await createEcosystem({ seed: "fuzz-released", ...made })),
			await refundedScene(await createEcosystem({ seed: "fuzz-refunded", ...made })),
			await freshScene(await createEcosystem({ seed: "fuzz-fresh", ...made, conditions: [forBooks] })),
			await restoredScene(await createEcosystem({ seed: "fuzz-restored", ...made })),
			await restoredScene(await createEcosystem({ seed: "fuzz-bound", ...made, conditions: [forBooks] })),
		];
		const seeds = scenes.flatMap(({ replies }) => replies);
		const genuine = new Set(seeds.map((seed) => named(expectValue(parseRulingReply(seed)))));
		const listeners = await Promise.all(scenes.map(listening));
		return {
			seeds,
			form: "items",
			run: async (input) => {
				const outcomes: Outcome[] = [];
				for (const { tell } of listeners) outcomes.push(await tell(input, genuine));
				return outcomes.includes("accepted") ? "accepted" : (outcomes[0] as Outcome);
			},
			close: async () => {
				for (const { close } of listeners) await close();
				for (const { ecosystem } of scenes) await ecosystem.operator.close();
			},
		};
	},
};
