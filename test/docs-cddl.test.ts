/**
 * The CDDL of docs/spec is what the code reads and writes: names, order, types and bounds.
 *
 * For each rule that a shape implements, items are made from the rule alone. Then every place in them is tried
 * with whatever may stand there and with much that may not: the code must take exactly what the rule allows.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { platformKeySource } from "../packages/module/src/cryptography.ts";
import {
	memoryShelf,
	newRecoveryCode,
	platformCryptography,
	SecureModule,
	signerFrom,
	verify,
} from "../packages/module/src/index.ts";
import { backup } from "../packages/module/src/keystore/backup.ts";
import { privateKey } from "../packages/module/src/keystore/held-keys.ts";
import { recoveryKeys, sealedKeys } from "../packages/module/src/keystore/recovery.ts";
import { packDocuments } from "../packages/module/src/parcel.ts";
import * as protocol from "../packages/protocol/src/index.ts";
import {
	decodeItem,
	encodeItem,
	type Item,
	isRefusal,
	parseItem,
	type Refusal,
	type Shape,
} from "../packages/protocol/src/index.ts";
import { memoryStore, writeBackupFile } from "../packages/wallet/src/index.ts";
import { encodeBundle } from "../packages/wallet/src/transport/bundle.ts";
import { invitation } from "../packages/wallet/src/transport/invitation.ts";
import { qrFrame } from "../packages/wallet/src/transport/qr-frame.ts";
import { qrContent } from "../packages/wallet/src/transport/qr-frames.ts";
import { encodeFrame } from "../packages/wallet/src/transport/relay-frame.ts";
import { letterPlace } from "../packages/wallet/src/transport/relay-link.ts";
import { rtcChunk, rtcSignal } from "../packages/wallet/src/transport/rtc-frame.ts";
import { fits, type Node, type Rules, readRules, resolve } from "./docs-cddl.ts";
import { hashed } from "./docs-hashed.ts";

const rules: Rules = readRules();

/** Kept by one side and never sent. */
const unsent = new Set([
	"payerState",
	"payeeState",
	"meterPayerState",
	"meterPayeeState",
	"keptMessage",
	"holderOrder",
	"boolean",
]);

/** What the wallet's channels read by shapes. */
const channels = { invitation, qrContent, qrFrame, rtcChunk, rtcSignal };

const shapes = Object.entries<unknown>({ ...protocol, ...channels })
	.filter((entry): entry is [string, Shape<unknown>] => isShape(entry[1]) && !unsent.has(entry[0]))
	.sort(([a], [b]) => (a < b ? -1 : 1));

function isShape(value: unknown): boolean {
	return typeof value === "object" && value !== null && "read" in value && "write" in value;
}

/** An item made from a rule, kept as a tree so that any place in it can be changed. */
type Tree = { readonly node: Exclude<Node, { kind: "rule" | "choice" }>; readonly rule: Node } & (
	| { readonly kind: "leaf"; item: Item }
	| { readonly kind: "branch"; readonly children: readonly Tree[]; item: Item | undefined }
);

const turns = new Map<Node, number>();
const visited = new Set<string>();

/** The least item of a rule. Each choice takes its options in turn, so that a few items show all of them. */
function grow(rule: Node, chosenFrom: Node = rule): Tree {
	if (rule.kind === "rule") visited.add(rule.name);
	if (rule.kind === "rule") return grow(rules.get(rule.name) ?? resolve(rules, rule), chosenFrom);
	if (rule.kind === "choice") {
		const turn = turns.get(rule) ?? 0;
		turns.set(rule, turn + 1);
		return grow(rule.options[turn % rule.options.length] as Node, chosenFrom);
	}
	const base = { node: rule, rule: chosenFrom };
	switch (rule.kind) {
		case "record":
			return { ...base, kind: "branch", item: undefined, children: rule.members.map((m) => grow(m.node)) };
		case "list": {
			const length = Math.max(1, rule.minimum);
			const children = Array.from({ length }, () => grow(rule.of));
			return { ...base, kind: "branch", item: undefined, children };
		}
		case "map":
			return { ...base, kind: "branch", item: undefined, children: rule.entries.map((e) => grow(e.node)) };
		case "literal":
			return { ...base, kind: "leaf", item: typeof rule.value === "bigint" ? whole(rule.value) : rule.value };
		case "numbers":
			return { ...base, kind: "leaf", item: whole([...rule.names.values()][0] ?? 0n) };
		case "range":
			return { ...base, kind: "leaf", item: whole(rule.minimum) };
		case "bytes":
			return { ...base, kind: "leaf", item: new Uint8Array(rule.minimum) };
		case "text":
			return { ...base, kind: "leaf", item: "a" };
		case "bool":
			return { ...base, kind: "leaf", item: true };
		case "any":
			return { ...base, kind: "leaf", item: null };
		default:
			return rule satisfies never;
	}
}

function itemOf(tree: Tree): Item {
	if (tree.kind === "leaf" || tree.item !== undefined) return tree.item as Item;
	const items = tree.children.map(itemOf);
	if (tree.node.kind !== "map") return items;
	return new Map(tree.node.entries.map(({ label }, position) => [label, items[position] as Item]));
}

/** As CBOR reads it: small numbers are numbers, larger ones bigint. */
function whole(value: bigint): Item {
	return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
		? Number.parseInt(value.toString(), 10)
		: value;
}

const anywhere: readonly Item[] = [
	null,
	true,
	"",
	new Uint8Array(0),
	[],
	new Map(),
	-1,
	0,
	1,
	2,
	13,
	whole(2n ** 53n),
	2n ** 64n - 1n,
];

/** What to try at a place: the edges of what may stand there, both sides of each, and the wrong kinds. */
function candidates(tree: Tree): readonly Item[] {
	const { node } = tree;
	const item = itemOf(tree);
	switch (node.kind) {
		case "range":
			return [node.minimum - 1n, node.minimum, node.maximum, node.maximum + 1n].map(whole);
		case "bytes":
			return [node.minimum - 1, node.minimum, node.maximum, node.maximum + 1]
				.filter((length) => length >= 0 && length < 100_000)
				.map((length) => new Uint8Array(length));
		case "text":
			return ["a".repeat(node.maximum), "a".repeat(node.maximum + 1), "😀".repeat(node.maximum / 2), "é😀"];
		case "numbers":
			return [...node.names.values()].map(whole);
		case "list": {
			const [entry = null] = item as readonly Item[];
			return [node.minimum - 1, node.minimum, node.maximum, node.maximum + 1]
				.filter((length) => length >= 0 && length < 1000)
				.map((length) => new Array<Item>(length).fill(entry));
		}
		case "record": {
			const items = item as readonly Item[];
			return [items.slice(0, -1), [...items, null], [...items].reverse()];
		}
		case "map": {
			const entries = [...(item as ReadonlyMap<number, Item>)];
			const without = entries.map((left) => new Map(entries.filter((entry) => entry !== left)));
			const more = (label: number | string): Item => new Map<number | string, Item>([...entries, [label, 0]]);
			return [...without, more(99), more("1")];
		}
		default:
			return [];
	}
}

function placesOf(tree: Tree): readonly Tree[] {
	return tree.kind === "leaf" ? [tree] : [tree, ...tree.children.flatMap(placesOf)];
}

/** The numbers of a union's variants, or undefined where `rule` is no union. */
function kindsOf(rule: Node): readonly bigint[] | undefined {
	const node = resolve(rules, rule);
	const options = node.kind === "choice" ? node.options : [node];
	const kinds = options.map((option) => {
		const variant = resolve(rules, option);
		const first = variant.kind === "record" ? variant.members[0] : undefined;
		return first?.name === "kind" && first.node.kind === "literal" ? first.node.value : undefined;
	});
	return kinds.every((kind) => typeof kind === "bigint") ? kinds : undefined;
}

/** Every variant that the code knows is in the rule, and no other. */
function tryKinds(name: string, shape: Shape<unknown>, root: Tree, place: Tree): void {
	const kinds = kindsOf(place.rule);
	if (kinds === undefined || place.node.kind !== "record") return;
	const { item } = place;
	for (let kind = 0n; kind < 40n; kind++) {
		place.item = [whole(kind)];
		const read = parseItem(shape, itemOf(root));
		assert.ok(wasRefused(read));
		const isKnown = read.code !== "type-unknown" && read.code !== "condition-unknown";
		assert.equal(isKnown, kinds.includes(kind), `${name}: variant ${kind} of ${JSON.stringify(place.rule)}`);
	}
	(place as { item: Item | undefined }).item = item;
}

/** Tries each place of `root` with everything that might stand there. */
function tryPlaces(name: string, shape: Shape<unknown>, root: Tree): void {
	for (const place of placesOf(root)) {
		tryKinds(name, shape, root, place);
		const { item } = place;
		for (const candidate of [...anywhere, ...candidates(place)]) {
			place.item = candidate;
			const whole = itemOf(root);
			const expected = fits(rules, root.rule, whole);
			const read = parseItem(shape, whole);
			const isRead = !wasRefused(read);
			const detail = `${name}: ${JSON.stringify(place.rule, (_, v) => (typeof v === "bigint" ? `${v}` : v))}`;
			assert.equal(isRead, expected, `${detail} with ${String(candidate).slice(0, 80)}`);
		}
		(place as { item: Item | undefined }).item = item;
	}
}

/** The message `refusal` is of the same kind, and says what it is about. */
function wasRefused(read: unknown): read is Refusal {
	return isRefusal(read) && !("about" in read);
}

/** The names in what was read are those of the rule, in its order. */
function sameNames(tree: Tree, value: unknown): void {
	if (tree.kind === "leaf" || value === null) return;
	const { node, children } = tree;
	if (node.kind === "list")
		for (const [position, child] of children.entries())
			sameNames(child, (value as readonly unknown[])[position]);
	if (node.kind !== "record" && node.kind !== "map") return;
	const fields = value as Readonly<Record<string, unknown>>;
	// A key is read as suite and bytes: its labels are COSE's.
	if ("suite" in fields) return;
	const entries = node.kind === "record" ? node.members : node.entries;
	const names = entries.map(({ name }) => name).filter((name) => name !== null && name !== "kind");
	assert.deepEqual(
		Object.keys(fields).filter((name) => name !== "kind"),
		names,
	);
	for (const [position, { name }] of entries.entries())
		if (name !== null && name !== "kind") sameNames(children[position] as Tree, fields[name]);
}

/** As many items as the widest union has variants. */
const rounds = 14;

for (const [name, shape] of shapes)
	test(`${name} is read as its rule says`, () => {
		assert.ok(rules.has(name), `no rule "${name}" in docs/spec`);
		for (let round = 0; round < rounds; round++) {
			const tree = grow({ kind: "rule", name });
			const item = itemOf(tree);
			const read = parseItem(shape, item);
			assert.ok(!wasRefused(read), `${name}: ${wasRefused(read) ? read.detail : ""}`);
			sameNames(tree, read);
			assert.deepEqual(decodeItem(encodeItem(shape.write(read))), decodeItem(encodeItem(item)));
			tryPlaces(name, shape, tree);
		}
	});

const signer = signerFrom(new Uint8Array(32).fill(1), "Ed25519");
const ones = new Uint8Array(32).fill(1);

test("what the code makes and has no exported shape for fits its rule", async () => {
	const asked = { role: "holder", class: null, merchantCategory: 5411, region: "JP-19" } as const;
	const enrolment = await protocol.signEnrolment(ones, asked, ones, signer);
	const says = { kind: "neverReleased", lock: ones, account: ones, fallback: null } as const;
	const body = { operator: ones, says, nonce: ones, issuedAt: 1 };
	const statement = await protocol.signStatement(body, ones, signer);
	const sigStructure = decodeItem(protocol.sigStructure("link", "ES256", ones)) as readonly Item[];
	const documents = [{ mediaType: "text/plain", content: ones }];
	const delegationTerms = { purposes: null, perTransfer: null, slice: null, until: 1 };
	const packed = await packDocuments(
		documents,
		platformCryptography.documentPublicKey(ones),
		ones,
		platformCryptography,
	);
	assert.ok(!isRefusal(packed));
	const document = protocol.parseMessage(packed.rows[0]?.value as Uint8Array);
	assert.ok(document.kind === "document");
	const made: readonly (readonly [string, Uint8Array])[] = [
		...(await madeOfBackups()),
		["enrolment", enrolment],
		["falseStatement", protocol.falseStatementEvidence(statement, ones)],
		["cancelPayload", protocol.cancelPayload(ones)],
		["delegationPayload", protocol.delegationPayload(ones, signer.key, signer.key, delegationTerms)],
		["approvalPayload", protocol.approvalPayload("approved", ones, ones)],
		["definitionPayload", protocol.definitionPayload(protocolDraft())],
		["sigStructure", protocol.sigStructure("link", "ES256", ones)],
		["protectedHeader", sigStructure[1] as Uint8Array],
		["sealedContent", document.content],
		["bundle", encodeBundle([ones])],
		["meterHeading", protocol.writeMeterBundle(ones, [ones])[0] ?? ones],
		["relayFrame.letter", encodeFrame({ kind: "letter", id: ones.subarray(16), sealed: new Uint8Array(41) })],
		["relayFrame.taken", encodeFrame({ kind: "taken", id: ones.subarray(16) })],
		["relayFrame.beat", encodeFrame({ kind: "beat" })],
		["letterPlace", letterPlace(ones, "guest", ones.subarray(16))],
	];
	for (const [name, encoded] of made) {
		const rule = { kind: "rule", name } as const;
		grow(rule);
		assert.ok(fits(rules, rule, decodeItem(encoded) as Item), name);
		const [union = "", variant] = name.split(".");
		if (variant === undefined) continue;
		grow({ kind: "rule", name: union });
		assert.ok(fits(rules, { kind: "rule", name: union }, decodeItem(encoded) as Item), union);
	}
	const verified = protocol.verifyEnrolment(enrolment, ones, verify);
	assert.ok(!isRefusal(verified));
	sameNames(grow({ kind: "rule", name: "enrolmentBody" }), verified.body);
});

/** Backups of both kinds, opened as far as each goes. */
async function madeOfBackups(): Promise<readonly (readonly [string, Uint8Array])[]> {
	const shelf = memoryShelf();
	const recoveryCode = newRecoveryCode(() => new Uint8Array(15));
	const unlock = { kind: "webcrypto", shelf, recoveryCode } as const;
	const device = { kind: "device", key: ones } as const;
	const made: (readonly [string, Uint8Array])[] = [];
	for (const way of [unlock, device]) {
		const options = { store: memoryStore(), unlock: way, now: () => 0, random: platformKeySource.random };
		const module = await SecureModule.open(options);
		assert.ok(!isRefusal(module));
		const isCode = way.kind === "webcrypto";
		const content = await (isCode ? module.backup() : module.backup("words", "interactive"));
		const [keys] = decodeItem(content) as readonly [Uint8Array];
		const root = (await options.store.load()).get("keys") as Uint8Array;
		const file = writeBackupFile({ content, operators: [{ id: "00", name: "Bank", url: "http://b" }] });
		made.push(["backupFile", file], ["moduleBackup", content], ["envelope", root]);
		made.push([isCode ? "keysUnderCode" : "keysUnderPassphrase", keys]);
		await module.close();
	}
	const document = { kind: "document", publicKey: ones, privateKey: ones } as const;
	const signing = { kind: "signing", suite: "ES256", publicKey: ones, privateKey: ones } as const;
	const sealed = { enc: ones, ciphertext: ones };
	const keys = { recoveryKey: ones, backupKey: ones };
	made.push(
		["privateKey", encodeItem(privateKey.write(document))],
		["backedUpKeys", encodeItem(backup.write({ stateKey: ones, keys: [signing, document] }))],
		["recoveryKeys", encodeItem(recoveryKeys.write(keys))],
		["sealedKeys", encodeItem(sealedKeys.write({ stateKey: ones, keys: [sealed] }))],
	);
	return made;
}

/** The least draft of a definition that there is. */
function protocolDraft(): protocol.DefinitionDraft {
	const read = parseItem(protocol.definitionDraft, itemOf(grow({ kind: "rule", name: "definitionDraft" })));
	assert.ok(!isRefusal(read));
	return read;
}

test("a certificate's payload fits its rule", () => {
	const rule = { kind: "rule", name: "certificatePayload" } as const;
	const [, claims] = itemOf(grow(rule)) as readonly Item[];
	const read = parseItem(protocol.certificate, [claims as Item, new Uint8Array(64)]);
	assert.ok(!isRefusal(read));
	const payload = protocol.certificatePayload(ones, read.claims);
	assert.ok(fits(rules, rule, decodeItem(payload) as Item));
});

test("every rule is one that the code reads or makes, or content that it hashes", () => {
	for (const name of hashed) grow({ kind: "rule", name });
	const unread = [...rules.keys()].filter((name) => !visited.has(name));
	assert.deepEqual(unread, [], "nothing reaches these rules");
});
