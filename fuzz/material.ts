/**
 * Material: real objects of every kind, from which valid inputs are taken.
 *
 * Hand-overs of all three modes under the toy suite, an operator with real keys that issued, redeemed, ruled and
 * convicted, and a world whose tokens carry every condition. All of it follows from seeds, so an input that
 * failed fails again. `harvest` takes what a decoder accepts from all of it, parts of larger items included.
 */
import {
	type Bytes,
	type ConsumedOutput,
	cancelPayload,
	consumedOutput,
	consumedOutputs,
	decodeItem,
	equalBytes,
	forkEvidenceFrom,
	type Item,
	isRefusal,
	limits,
	type Message,
	parseItem,
	payeeState,
	payerState,
	type Refusal,
	receipt,
	type Shape,
	serialize,
	serializeMessage,
	serializeToken,
	type VerifiedToken,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	day,
	issueTo,
	pay,
	type World,
} from "../packages/module/test/support/world.ts";
import {
	direct,
	exchange,
	letter,
	type Stages,
	twoPhase,
} from "../packages/protocol/test/handover/support/stages.ts";
import { crossingMaterial } from "./crossing-material.ts";
import { definitionMaterial } from "./definition-material.ts";
import { deviceMaterial } from "./device-material.ts";
import { domainMaterial } from "./domain-material.ts";
import { freezeMaterial } from "./freeze-material.ts";
import { nodeAt, readTree, writeTree } from "./input/item-tree.ts";
import { listMaterial } from "./list-material.ts";
import { meterMaterial } from "./meter-material.ts";
import { misbehaviourMaterial } from "./misbehaviour-material.ts";
import { operatorMaterial } from "./operator-material.ts";
import { rowMaterial } from "./row-material.ts";
import { sealMaterial } from "./seal-material.ts";
import { settleMaterial } from "./settle-material.ts";
import { runShape } from "./target.ts";

/** Of hand-overs under the toy suite. */
export const stages: readonly Stages[] = [twoPhase(), exchange(), direct()];

const durable: readonly string[] = [
	"locked",
	"sent",
	"released",
	"cancelled",
	"returned",
	"ruled",
	"reserved",
	"lockedForeign",
	"owned",
	"resolving",
];

function messagesOf({ messages }: Stages): readonly Message[] {
	const transfer = messages.transfer;
	const attempt = (messages.answer as Extract<Message, { kind: "reserved" }>).attempt;
	const { manifest, contents } = letter("a document");
	return [
		...Object.values(messages),
		{ kind: "request", request: stageRequest(messages), invoice: manifest },
		{ ...transfer, data: manifest },
		{ kind: "refused", about: attempt, code: "expired", detail: "too late" },
		{ kind: "done", attempt },
		{ kind: "status", attempt },
		{ kind: "document", bundle: attempt, position: 0, content: contents.get(0) ?? new Uint8Array(1) },
	];
}

function stageRequest(messages: Stages["messages"]) {
	const found = stages.find((stage) => stage.messages === messages) ?? (stages[0] as Stages);
	return found.request.signed;
}

function statesOf({ payer, payee }: Stages): readonly Bytes[] {
	return [
		...Object.values(payer).flatMap((state) =>
			durable.includes(state.kind) ? [serialize(payerState, state as never)] : [],
		),
		...Object.values(payee).flatMap((state) =>
			durable.includes(state.kind) ? [serialize(payeeState, state as never)] : [],
		),
	];
}

/** The messages of every hand-over, encoded. */
export const messages: readonly Bytes[] = stages.flatMap((stage) => messagesOf(stage).map(serializeMessage));
const states: readonly Bytes[] = stages.flatMap(statesOf);

/** A world with real keys of one suite, and tokens that carry what tokens can carry. */
export async function worldOf(suite: "Ed25519" | "ES256"): Promise<{
	readonly world: World;
	readonly tokens: readonly VerifiedToken[];
}> {
	const world = await createWorld({ suite, seed: "fuzz" });
	const [a, b] = [await createHolder(world), await createHolder(world)];
	const shop = await createHolder(world, {
		profile: {
			role: "merchant",
			class: "shop",
			merchantCategory: 5411,
			region: "JP-13",
			limits: { perTransfer: 10n ** 15n, offlineTotal: null, holding: 5n },
		},
	});
	const conditions = [
		{ kind: "hopLimit", hops: 30 },
		{ kind: "notBefore", time: world.now - day },
		{ kind: "expires", time: world.now + 6 * day, atExpiry: "refund" },
		{ kind: "transferCap", amount: 10n ** 15n },
		{ kind: "purpose", purposes: ["本", "fare"] },
		{
			kind: "payees",
			classes: ["person", "shop"],
			merchantCategories: null,
			regions: null,
			operators: [world.operator.id],
			certificates: null,
		},
		{ kind: "resaleCap", asset: world.otherAsset, amount: 10n ** 18n },
	] as const;
	const bound = await issueTo(world, a, 2n ** 50n, { batch: 4, conditions: conditions.slice(0, 5) });
	const rare = await issueTo(world, a, 7n, { conditions: conditions.slice(5) });
	const plain = await issueTo(world, a, 1000n, { batch: 1 });
	const options = {
		release: world.random(),
		data: world.random(),
		purpose: "本",
		against: { asset: world.otherAsset, amount: 2n ** 60n },
		caveats: [{ condition: { kind: "purpose", purposes: ["本", "fare"] }, liftedBy: "shop" }],
	} as const;
	const first = await pay(world, bound, a, b, 1000n, options);
	const second = await pay(world, first.paid, b, shop, 300n, { purpose: "fare" });
	const forked = await pay(world, plain, a, b, 400n);
	const locked = await pay(world, plain, a, b, 500n, { release: world.random(), released: false });
	const lock = world.random();
	const decider = { certificate: b.certificate, purpose: null, request: world.random() };
	const cancel = { lock, decider, signature: await b.signer.sign("cancel", cancelPayload(lock)) };
	const freed = await pay(world, plain, a, b, 600n, { after: [cancel] });
	const there = await pay(world, forked.paid, b, a, 400n);
	const elsewhere = await pay(world, forked.paid, b, shop, 300n);
	const tokens = [
		plain,
		forked.paid,
		bound,
		rare,
		first.paid,
		second.paid,
		locked.paid,
		freed.paid,
		there.paid,
		elsewhere.paid,
	];
	return { world, tokens: [...tokens, ...[first.change, second.change].filter((token) => token !== null)] };
}

let gathered: Promise<readonly Bytes[]> | undefined;

/** Every encoded object, whole. */
function material(): Promise<readonly Bytes[]> {
	gathered ??= gather();
	return gathered;
}

async function gather(): Promise<readonly Bytes[]> {
	const roots: Bytes[] = [...messages, ...states];
	for (const suite of ["Ed25519", "ES256"] as const) {
		const { world, tokens } = await worldOf(suite);
		roots.push(world.encodedList, ...tokens.map((token) => serializeToken(token)));
		roots.push(...(await rowMaterial(world, tokens)), ...(await definitionMaterial(world)));
		roots.push(...(await meterMaterial(world)), ...(await deviceMaterial(world)));
		roots.push(...(await listMaterial(world)));
		const kept = tokens.flatMap((token) => consumedOutputs(token, world.trust));
		roots.push(...kept.map((output) => serialize(consumedOutput, output)));
		roots.push(...forksIn(kept));
	}
	return [
		...roots,
		...receipts(),
		...(await operatorMaterial()),
		...(await freezeMaterial()),
		...(await sealMaterial()),
		...(await crossingMaterial()),
		...(await domainMaterial()),
		...(await settleMaterial()),
		...(await misbehaviourMaterial()),
	];
}

/** Proof of each output that two links of the material consume. */
function forksIn(kept: readonly ConsumedOutput[]): readonly Bytes[] {
	return kept.flatMap((first, position) =>
		kept.slice(position + 1).flatMap((second) => {
			const isOne = equalBytes(first.parent.bytes, second.parent.bytes) && first.index === second.index;
			const isFork = isOne && !equalBytes(first.link.payload, second.link.payload);
			return isFork ? [forkEvidenceFrom(first, second)] : [];
		}),
	);
}

/** Proofs of payment, and a receipt that is none. */
function receipts(): readonly Bytes[] {
	return stages.map(({ request, messages: { answer, release } }) => {
		const secret = release?.kind === "release" ? release.secret : null;
		return serialize(receipt, { request: request.signed, answer, secret });
	});
}

let parts: Promise<readonly Bytes[]> | undefined;

/** Every object and every part of one, each once, small ones first. */
function allParts(): Promise<readonly Bytes[]> {
	parts ??= material().then((roots) => {
		const found = new Map<string, Bytes>();
		for (const root of roots) {
			found.set(Buffer.from(root).toString("base64"), root);
			const tree = readTree(root);
			for (let i = 0; tree !== undefined && i < tree.size; i++) {
				const encoded = writeTree(nodeAt(tree, i));
				found.set(Buffer.from(encoded).toString("base64"), Uint8Array.from(encoded));
			}
		}
		return [...found.values()].sort((a, b) => a.length - b.length);
	});
	return parts;
}

const items = new WeakMap<Bytes, Item | Refusal>();

function itemOf(part: Bytes): Item | Refusal {
	const known = items.get(part) ?? decodeItem(part, limits.evidence);
	items.set(part, known);
	return known;
}

/** Whether a shape reads a part of the material and writes it back: for `harvest`, by items that are decoded once. */
export const reads =
	(shape: Shape<unknown>) =>
	(part: Bytes): boolean => {
		const item = itemOf(part);
		return !isRefusal(item) && !isRefusal(parseItem(shape, item)) && runShape(shape, part) === "accepted";
	};

/** Valid inputs of a decoder: what it accepts of all there is, spread over all sizes. */
export async function harvest(accepts: (input: Bytes) => boolean, most = 24): Promise<readonly Bytes[]> {
	const found = (await allParts()).filter(accepts);
	const step = Math.max(1, found.length / most);
	return Array.from({ length: Math.min(most, found.length) }, (_, i) => found[Math.floor(i * step)] as Bytes);
}
