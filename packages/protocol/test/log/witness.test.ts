/** What a witness cosigns: what grew from what it cosigned last, and never two roots of one size. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	checkpointText,
	concatBytes,
	consistencyRanges,
	cosignNote,
	emptyRoot,
	equalBytes,
	fromUtf8,
	isRefusal,
	type joinSignatures,
	judgeOffer,
	type KnownLogs,
	leafHash,
	noteBytes,
	openOffer,
	parseCheckpointRequest,
	proofOf,
	sha256,
	signNote,
	TreeEdge,
	type TreeHead,
	toHex,
	toUtf8,
	verifierKey,
	witnessRequestBytes,
	writeCheckpointRequest,
	writeNote,
} from "@tenten/protocol";
import fc from "fast-check";
import { signerFrom, verify } from "../../../module/src/index.ts";

const signer = signerFrom(sha256(Uint8Array.of(1)), "Ed25519");
const other = signerFrom(sha256(Uint8Array.of(2)), "Ed25519");
const origin = "log.tenten.example";
const logs: KnownLogs = new Map([[origin, [verifierKey(origin, "note", signer.key.bytes)]]]);

/** Entries of two histories that are one up to `fork`. */
const entryOf = (index: number, branch: number, fork: number): Bytes =>
	toUtf8(index < fork ? `${index}` : `${index} of ${branch}`);

type History = { readonly branch: number; readonly fork: number };

function rootOf({ branch, fork }: History, from: number, to: number): Bytes {
	const edge = new TreeEdge();
	for (let index = from; index < to; index++) edge.append(leafHash(entryOf(index, branch, fork)));
	return edge.root();
}

function proofBetween(history: History, from: number, to: number): readonly Bytes[] {
	return proofOf(consistencyRanges(from, to), ({ level, index }) =>
		rootOf(history, index * 2 ** level, (index + 1) * 2 ** level),
	);
}

async function signed(size: number, root: Bytes, by = signer, name = origin): Promise<Bytes> {
	const text = checkpointText({ origin: name, size, root });
	return writeNote({ text, signatures: [await signNote(text, name, by)] });
}

const straight: History = { branch: 0, fork: 0 };
const headOf = (size: number, history = straight): TreeHead => ({ size, root: rootOf(history, 0, size) });

/** The status that a request gets of a witness that cosigned `latest` last. */
function statusOf(body: Bytes, latest?: TreeHead): number {
	const offer = openOffer(body, logs, verify);
	if (offer.kind === "unwitnessed") return offer.status;
	return judgeOffer(offer, latest)?.status ?? 200;
}

async function body(
	oldSize: number,
	size: number,
	change: { readonly proof?: readonly Bytes[]; readonly root?: Bytes } = {},
): Promise<Bytes> {
	const { root } = headOf(size);
	const proof = change.proof ?? (oldSize <= size ? proofBetween(straight, oldSize, size) : []);
	return writeCheckpointRequest({ oldSize, proof, note: await signed(size, change.root ?? root) });
}

test("the example of the specification is read, and written again to the same bytes", () => {
	const example = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;
	const request = parseCheckpointRequest(toUtf8(example));
	if (isRefusal(request)) return assert.fail(request.detail);
	assert.deepEqual([request.oldSize, request.proof.length], [20_852_014, 4]);
	assert.equal(fromUtf8(writeCheckpointRequest(request)), example);
	assert.equal(statusOf(toUtf8(example)), 404);
});

test("each status has its cause, and the first thing that is wrong decides", async () => {
	const latest = headOf(5);
	const forked = rootOf({ branch: 1, fork: 3 }, 0, 5);
	assert.equal(statusOf(await body(5, 9), latest), 200, "it grew");
	assert.equal(statusOf(await body(5, 5), latest), 200, "it is what it was");
	assert.equal(statusOf(await body(0, 9)), 200, "the first");
	assert.equal(statusOf(await body(0, 0)), 200, "of nothing");
	assert.equal(statusOf(await body(0, 9), headOf(0)), 200, "after nothing");
	const unknown = await signed(9, emptyRoot, signer, "other.example");
	assert.equal(statusOf(writeCheckpointRequest({ oldSize: 0, proof: [], note: unknown })), 404);
	const byOther = await signed(9, headOf(9).root, other);
	assert.equal(statusOf(writeCheckpointRequest({ oldSize: 0, proof: [], note: byOther })), 403);
	assert.equal(statusOf(writeCheckpointRequest({ oldSize: 12, proof: [], note: byOther })), 403);
	assert.equal(statusOf(await body(9, 5), latest), 400, "it shrank");
	assert.equal(statusOf(await body(0, 5, { proof: [emptyRoot] })), 400, "a proof from nothing");
	assert.equal(statusOf(await body(4, 9), latest), 409, "from what was not cosigned last");
	assert.equal(statusOf(await body(6, 9), latest), 409);
	assert.equal(statusOf(await body(5, 5, { root: forked }), latest), 409, "another root of this size");
	assert.equal(statusOf(await body(0, 0, { root: forked })), 409, "nothing has one root");
	assert.equal(statusOf(await body(5, 9, { proof: [] }), latest), 422);
	assert.equal(statusOf(await body(5, 9, { root: forked }), latest), 422);
	assert.equal(statusOf(await body(5, 5, { proof: [emptyRoot] }), latest), 422);
	const conflicting = openOffer(await body(4, 9), logs, verify);
	assert.ok(conflicting.kind === "offer");
	assert.equal(judgeOffer(conflicting, latest)?.latestSize, 5);
	assert.equal(judgeOffer(conflicting, undefined)?.latestSize, 0);
});

test("signatures of unknown keys are passed over, and one of the log's that does not hold refuses", async () => {
	const text = checkpointText({ origin, ...headOf(9) });
	const [own, foreign] = [await signNote(text, origin, signer), await signNote(text, origin, other)];
	const cosigned = await cosignNote(text, "w.example", other, 7);
	const of = (signatures: Parameters<typeof joinSignatures>[0]): number =>
		statusOf(writeCheckpointRequest({ oldSize: 0, proof: [], note: writeNote({ text, signatures }) }));
	assert.equal(of([foreign, cosigned, own]), 200);
	assert.equal(of([foreign, cosigned]), 403);
	const broken = { ...own, signature: sha256(own.signature) };
	assert.equal(of([own, broken]), 403);
});

test("what is no request is malformed: 400", async () => {
	const whole = fromUtf8(await body(5, 9)) ?? assert.fail();
	assert.equal(statusOf(toUtf8(whole), headOf(5)), 200);
	const hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
	const wrong: readonly (readonly [string, string])[] = [
		["old 5\n", "old 05\n"],
		["old 5\n", "old -5\n"],
		["old 5\n", "old  5\n"],
		["old 5\n", "old 5 \n"],
		["old 5\n", "old 5\r\n"],
		["old 5\n", "old 9007199254740992\n"],
		["old 5\n", "old \n"],
		["old 5\n", "new 5\n"],
		["old 5\n", "old 5\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpk\n"],
		["old 5\n", `old 5\n ${hash}`],
		["old 5\n", `old 5\n${hash.repeat(64)}`],
		["old 5\n", "\nold 5\n"],
		["\n\n", "\n"],
		["\n\n", "\n\n\n"],
		[origin, ""],
		["— ", "- "],
	];
	for (const [from, to] of wrong) {
		assert.ok(whole.includes(from), from);
		assert.equal(statusOf(toUtf8(whole.replace(from, to)), headOf(5)), 400, JSON.stringify(to));
	}
	for (let end = 0; end < whole.length; end++)
		assert.equal(statusOf(toUtf8(whole.slice(0, end)), headOf(5)), 400, `${end} characters of it`);
	assert.equal(statusOf(Uint8Array.of(0xff, 0x0a, 0x0a)), 400);
	assert.equal(statusOf(new Uint8Array(witnessRequestBytes + 1)), 400);
	const codeOf = (bytes: Bytes): string => {
		const read = parseCheckpointRequest(bytes);
		return isRefusal(read) ? read.code : "accepted";
	};
	const longest = writeCheckpointRequest({
		oldSize: Number.MAX_SAFE_INTEGER,
		proof: Array.from({ length: 63 }, () => emptyRoot),
		note: new Uint8Array(noteBytes),
	});
	assert.equal(longest.length, witnessRequestBytes);
	assert.equal(codeOf(longest), "accepted");
	assert.equal(codeOf(concatBytes(longest, Uint8Array.of(0))), "too-large");
	assert.equal(codeOf(toUtf8(`old 5\n${hash.repeat(64)}\n`)), "too-many");
	assert.throws(() => writeCheckpointRequest({ oldSize: -1, proof: [], note: emptyRoot }), RangeError);
	const tooMany = Array.from({ length: 64 }, () => emptyRoot);
	assert.throws(() => writeCheckpointRequest({ oldSize: 1, proof: tooMany, note: emptyRoot }), RangeError);
});

test("whatever a log signs and proves, what is cosigned is one history: one root a size, each grown from the last", async () => {
	const step = fc.record({
		branch: fc.integer({ min: 0, max: 2 }),
		fork: fc.integer({ min: 0, max: 12 }),
		oldSize: fc.option(fc.nat({ max: 14 }), { nil: null }),
		growth: fc.integer({ min: -2, max: 6 }),
		isProved: fc.boolean(),
	});
	const reached = { cosigned: 0, refused: 0 };
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
			let latest: TreeHead | undefined;
			const cosigned = new Map<number, string>();
			for (const { branch, fork, oldSize, growth, isProved } of steps) {
				const from = oldSize ?? latest?.size ?? 0;
				const size = Math.max(0, from + growth);
				const history = { branch, fork };
				const proof = isProved && from <= size ? proofBetween(history, from, size) : [];
				const note = await signed(size, rootOf(history, 0, size));
				const offer = openOffer(writeCheckpointRequest({ oldSize: from, proof, note }), logs, verify);
				if (offer.kind === "unwitnessed" || judgeOffer(offer, latest) !== undefined) {
					reached.refused++;
					continue;
				}
				reached.cosigned++;
				const { checkpoint } = offer;
				assert.ok(checkpoint.size >= (latest?.size ?? 0), "it never shrinks");
				assert.equal(cosigned.get(size) ?? toHex(checkpoint.root), toHex(checkpoint.root));
				if (latest !== undefined) {
					const before = rootOf(history, 0, latest.size);
					assert.ok(equalBytes(before, latest.root), "the new one begins with the one before");
				}
				cosigned.set(size, toHex(checkpoint.root));
				latest = checkpoint;
			}
		}),
		{ numRuns: 150 },
	);
	assert.ok(reached.cosigned > 50 && reached.refused > 50, JSON.stringify(reached));
});
