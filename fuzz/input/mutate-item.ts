/**
 * Mutations of one item in a CBOR tree: fields dropped, doubled, moved and retyped, and every way to encode an
 * item that the one encoding forbids.
 */
import { type Dice, pick } from "./dice.ts";
import { editAt, leadIn, type Node, node, nodeAt, raw, readTree, writeTree } from "./item-tree.ts";

/** Where limits of the protocol and of machines lie; each also one below and one above. */
const boundaries = [
	0n,
	1n,
	2n,
	8n,
	16n,
	23n,
	24n,
	32n,
	64n,
	255n,
	256n,
	1023n,
	1024n,
	9999n,
	65535n,
	65536n,
	2n ** 31n,
	2n ** 32n,
	2n ** 53n,
	2n ** 62n,
	2n ** 63n,
	2n ** 64n - 1n,
	1_800_000_000n,
];

const texts = [
	"",
	"\0",
	"__proto__",
	"constructor",
	"toString",
	"é",
	"e\u0301",
	"転々",
	"💴",
	"a".repeat(33),
	"a".repeat(65),
	"a".repeat(257),
	"JPY",
	"../../x",
	"<script>",
	"-1",
	"NaN",
];

/** Bytes that are no text in UTF-8: a lone surrogate, an overlong form, a cut sequence. */
const badTexts = [[0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf0, 0x9f, 0x92], [0xff], [0xf4, 0x90, 0x80, 0x80]];

/** Floats, not-a-number, undefined, null, simple values, breaks and reserved heads. */
const strangers = [
	"f93c00",
	"f97e00",
	"f97c00",
	"fa47c35000",
	"fb3ff0000000000000",
	"fb43e0000000000000",
	"fb7ff8000000000000",
	"f6",
	"f4",
	"f5",
	"f7",
	"e0",
	"f820",
	"f818",
	"ff",
	"1c",
	"fc",
	"00",
	"20",
	"40",
	"60",
	"80",
	"a0",
	"5f40ff",
	"9fff",
	"bfff",
	"c249010000000000000000",
	"c340",
	"c1001a514b67b0",
	"d9d9f700",
	"d81843820001",
].map((hex) => raw(Uint8Array.from(Buffer.from(hex, "hex"))));

/** Nodes of valid inputs, to be put elsewhere. */
export type Pool = {
	readonly all: readonly Node[];
	/** those that look alike: of one type, and of one length or number of parts */
	readonly alike: ReadonlyMap<string, readonly Node[]>;
};

function lookOf({ major, content, parts }: Node): string {
	const length = major === 2 || major === 3 ? content.length : 0;
	return `${major === 1 ? 0 : major} ${length} ${parts.length}`;
}

type Mutation = (found: Node, dice: Dice, pool: Pool) => Node;

function integerOf(value: bigint): Node {
	const [major, argument] = value < 0n ? [1, -1n - value] : [0, value];
	const width =
		argument < 24n ? 0 : argument < 0x100n ? 1 : argument < 0x10000n ? 2 : argument < 0x1_0000_0000n ? 4 : 8;
	return node(major, [], leadIn(major, argument, width));
}

function argumentOf({ content, major }: Node): bigint {
	const first = content[0] ?? 0;
	const argument =
		content.length === 1
			? BigInt(first & 31)
			: BigInt(`0x${Buffer.from(content.subarray(1)).toString("hex")}`);
	return major === 1 ? -1n - argument : argument;
}

function drop({ major, parts, content }: Node, dice: Dice): Node {
	const at = dice(parts.length);
	return node(major, major === 5 ? parts.toSpliced(at - (at % 2), 2) : parts.toSpliced(at, 1), content);
}

function double({ major, parts, content }: Node, dice: Dice): Node {
	const at = dice(parts.length);
	const from = major === 5 ? at - (at % 2) : at;
	const doubled = parts.slice(from, from + (major === 5 ? 2 : 1));
	return node(major, parts.toSpliced(from, 0, ...doubled), content);
}

function swap({ major, parts, content }: Node, dice: Dice): Node {
	const [a, b] = [dice(parts.length), dice(parts.length)];
	return node(major, parts.with(a, parts[b] as Node).with(b, parts[a] as Node), content);
}

function insert({ major, parts, content }: Node, dice: Dice, pool: Pool): Node {
	return node(major, parts.toSpliced(dice(parts.length + 1), 0, pick(dice, pool.all)), content);
}

/** Past the limits of lists: some more, and now and then very many. */
function repeat({ major, parts, content }: Node, dice: Dice): Node {
	const times = pick(dice, [2, 3, 8, 9, 16, 17, 33, 65, 300, 3000]);
	const one = parts[dice(parts.length)] as Node;
	const fitting = Math.max(1, Math.min(times, Math.floor(200_000 / (writeTree(one).length + 1))));
	return node(major, [...parts, ...Array.from({ length: fitting }, () => one)], content);
}

function another(_: Node, dice: Dice, pool: Pool): Node {
	return pick(dice, pool.all);
}

function stranger(_: Node, dice: Dice): Node {
	return pick(dice, strangers);
}

function boundary(_: Node, dice: Dice): Node {
	const value = pick(dice, boundaries) + BigInt(dice(3) - 1);
	return integerOf(dice(4) === 0 ? -value : value < 2n ** 64n ? value : value - 1n);
}

function tagged(found: Node, dice: Dice): Node {
	const tag = leadIn(6, BigInt(pick(dice, [0, 1, 2, 3, 18, 24, 55799])), 2);
	return node(6, [found], tag);
}

function nested(found: Node, dice: Dice): Node {
	const depth = pick(dice, [1, 2, 15, 16, 17, 60, 2000, 60_000]);
	return raw(new Uint8Array(Buffer.concat([Buffer.alloc(depth, 0x81), writeTree(found)])));
}

function stepped(found: Node, dice: Dice): Node {
	const value = argumentOf(found) + pick(dice, [1n, -1n, 2n, 256n, -256n]);
	return integerOf(value >= 2n ** 64n ? 0n : value);
}

/** The same number or length in more bytes than it needs. */
function widened(found: Node, dice: Dice): Node {
	const width = pick(dice, [1, 2, 4, 8]);
	if (found.major < 2) {
		const value = argumentOf(found);
		return raw(leadIn(found.major, value < 0n ? -1n - value : value, width));
	}
	return { ...found, head: { argument: BigInt(trueCount(found)), width } };
}

function trueCount(found: Node): number {
	if (found.major === 4) return found.parts.length;
	if (found.major === 5) return found.parts.length >> 1;
	return found.parts.reduce((sum, part) => sum + writeTree(part).length, found.content.length);
}

/** A head that says more or less than follows. */
function lying(found: Node, dice: Dice): Node {
	const count = BigInt(trueCount(found));
	const argument = pick(dice, [
		count + 1n,
		count - 1n,
		2n * count,
		65536n,
		2n ** 31n,
		2n ** 32n,
		2n ** 53n,
		2n ** 64n - 1n,
	]);
	const said = argument < 0n ? 0n : argument;
	const width = said < 24n ? 0 : said < 0x100n ? 1 : said < 0x10000n ? 2 : said < 0x1_0000_0000n ? 4 : 8;
	return { ...found, head: { argument: said, width } };
}

function indefinite(found: Node): Node {
	return { ...found, head: { argument: 0n, width: -1 } };
}

function changedBytes(found: Node, dice: Dice): Node {
	const content = Uint8Array.from(found.content);
	if (content.length === 0) return node(found.major, [], Uint8Array.of(dice(256)));
	switch (dice(6)) {
		case 0: {
			const at = dice(content.length);
			content[at] = (content[at] as number) ^ (1 << dice(8));
			return node(found.major, [], content);
		}
		case 1:
			return node(found.major, [], content.subarray(0, content.length - 1));
		case 2:
			return node(found.major, [], Uint8Array.of(...content.subarray(0, 2048), 0));
		case 3:
			return node(found.major, [], content.fill(pick(dice, [0, 1, 0x7f, 0xff])));
		case 4:
			return node(found.major, [], new Uint8Array(pick(dice, [0, 1, 16, 31, 33, 63, 65, 1025, 65537])));
		default:
			return node(
				found.major,
				[],
				content.map(() => dice(256)),
			);
	}
}

function changedText(found: Node, dice: Dice): Node {
	if (dice(3) === 0) return node(3, [], Uint8Array.from(pick(dice, badTexts)));
	if (dice(3) === 0) return node(3, [], Buffer.concat([found.content, Buffer.from(pick(dice, texts))]));
	return node(3, [], Uint8Array.from(Buffer.from(pick(dice, texts))));
}

/** Bytes where text stood, text where bytes stood, an array where a map stood. */
function retyped(found: Node): Node {
	const major = [1, 0, 3, 2, 5, 4, 4, 0][found.major] ?? 0;
	if (found.major < 2) return integerOf(-1n - argumentOf(found));
	return { ...node(major, found.parts, found.major === 7 ? Uint8Array.of(0) : found.content) };
}

/** What a string holds, no longer seen as an item: changed as bytes. */
function asBytes(found: Node, dice: Dice): Node {
	return changedBytes(node(2, [], writeTree(found.parts[0] as Node)), dice);
}

const anywhere: readonly Mutation[] = [another, another, stranger, boundary, tagged, nested, retyped];
const onContainers: readonly Mutation[] = [
	drop,
	double,
	swap,
	insert,
	repeat,
	lying,
	indefinite,
	widened,
	another,
];

function mutationsOf(found: Node): readonly Mutation[] {
	if (found.major === 0 || found.major === 1) return [stepped, boundary, widened, stranger, another];
	if (found.major === 3) return [changedText, lying, indefinite, widened, ...anywhere];
	if (found.major === 2)
		return found.parts.length > 0
			? [asBytes, lying, ...anywhere]
			: [changedBytes, changedBytes, lying, indefinite, widened, ...anywhere];
	return found.parts.length > 0 ? [...onContainers, ...onContainers, ...anywhere] : anywhere;
}

/** Another of the same look: what stays well shaped reaches what lies behind the shapes. */
function alike(found: Node, dice: Dice, pool: Pool): Node {
	return pick(dice, pool.alike.get(lookOf(found)) ?? pool.all);
}

function sameLength(found: Node, dice: Dice): Node {
	const content = Uint8Array.from(found.content);
	if (content.length === 0) return found;
	const at = dice(content.length);
	content[at] = (content[at] as number) ^ (1 + dice(255));
	return node(found.major, [], content);
}

function gentleOf(found: Node): readonly Mutation[] {
	if (found.major < 2) return [stepped, boundary, alike];
	if (found.major === 3) return [alike, alike, changedText];
	if (found.major === 2 && found.parts.length === 0) return [alike, alike, sameLength];
	return found.parts.length > 0 && found.major === 4 ? [alike, alike, drop, double, swap, repeat] : [alike];
}

/** `tree` with one node changed; gently, so that it mostly stays well shaped. */
export function mutateTree(tree: Node, dice: Dice, pool: Pool, isGentle: boolean): Node {
	const position = dice(tree.size);
	const found = nodeAt(tree, position);
	const mutation = pick(dice, isGentle ? gentleOf(found) : mutationsOf(found));
	return editAt(tree, position, (before) => mutation(before, dice, pool));
}

/** Every node of every tree, without repeats of one encoding. */
export function poolOf(seeds: readonly Uint8Array[]): Pool {
	const found = new Map<string, Node>();
	for (const seed of seeds) {
		const tree = readTree(seed);
		for (let i = 0; tree !== undefined && i < tree.size; i++) {
			const part = nodeAt(tree, i);
			found.set(Buffer.from(writeTree(part)).toString("base64"), part);
		}
	}
	const all = found.size === 0 ? strangers : [...found.values()];
	const byLook = new Map<string, Node[]>();
	for (const part of all) byLook.set(lookOf(part), [...(byLook.get(lookOf(part)) ?? []), part]);
	return { all, alike: byLook };
}
