/** Policies, their quorums, and what a quorum that is too small or too old opens: nothing, for value. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	aheadMost_s,
	type Bytes,
	checkpointText,
	cosignNote,
	isCosigned,
	isRefusal,
	markForReading,
	openUnderPolicy,
	type Policy,
	parsePolicy,
	policyLimits,
	type Quorum,
	quorumSince,
	type Refusal,
	refuseForValue,
	type Signer,
	sha256,
	signNote,
	toUtf8,
	type VerifiedCheckpoint,
	verifierKey,
	writeNote,
	writeVerifierKey,
} from "@tenten/protocol";
import fc from "fast-check";
import { signerFrom, verify } from "../../../module/src/index.ts";

function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) assert.fail(`${value.code}: ${value.detail}`);
	return value as T;
}

const origin = "log.tenten.example";
const signerOf = (number: number): Signer =>
	signerFrom(sha256(Uint8Array.of(number >> 8, number & 255)), "Ed25519");
const witnessName = (number: number): string => `witness${number}.tenten.example`;
const logLine = `log ${writeVerifierKey(verifierKey(origin, "note", signerOf(0).key.bytes))}`;
const witnessKey = (number: number): string =>
	writeVerifierKey(verifierKey(witnessName(number), "cosignature", signerOf(number).key.bytes));
const witnessLine = (number: number): string => `witness w${number} ${witnessKey(number)}`;

function policyOf(lines: readonly string[]): Policy | Refusal {
	return parsePolicy(toUtf8(lines.map((line) => `${line}\n`).join("")));
}

/** Of five witnesses, w1 to w5. */
function fiveWith(...lines: readonly string[]): Policy {
	return must(policyOf([logLine, ...[1, 2, 3, 4, 5].map(witnessLine), ...lines]));
}

/** A checkpoint with the cosignatures of these witnesses, each at its time. */
async function cosigned(times: Readonly<Record<number, number>>, name = origin): Promise<Bytes> {
	const text = checkpointText({ origin: name, size: 20_852_163, root: sha256(toUtf8("root")) });
	const signatures = [await signNote(text, name, signerOf(0))];
	for (const [number, at] of Object.entries(times))
		signatures.push(await cosignNote(text, witnessName(Number(number)), signerOf(Number(number)), at));
	return writeNote({ text, signatures });
}

async function opened(times: Readonly<Record<number, number>>, policy: Policy): Promise<VerifiedCheckpoint> {
	return must(openUnderPolicy(await cosigned(times), policy, verify));
}

const atHundred = { 1: 100, 2: 100, 3: 100, 4: 100, 5: 100 };

test("five cosignatures and the log's own take at most 900 bytes", async () => {
	const bytes = await cosigned({ 1: 1.7e9, 2: 1.7e9, 3: 1.7e9, 4: 1.7e9, 5: 1.7e9 });
	assert.ok(bytes.length <= 900, `${bytes.length}`);
	assert.ok(isCosigned(bytes, fiveWith("group g all w1 w2 w3 w4 w5", "quorum g"), verify));
});

test("the shape of the specification's example holds what it says: two of three, and any of three more", async () => {
	const policy = must(
		policyOf([
			"# two organisations",
			`\t ${logLine}  https://log.tenten.example/ `,
			"",
			...[1, 2, 3].map(witnessLine),
			"group X-witnesses 2 w1 w2 w3",
			`${witnessLine(4)} https://${witnessName(4)}/`,
			witnessLine(5),
			"group Y-witnesses any w4 w5",
			"group X-and-Y all X-witnesses Y-witnesses",
			"quorum X-and-Y",
		]),
	);
	assert.deepEqual(
		policy.logs.map(({ url }) => url),
		["https://log.tenten.example/"],
	);
	assert.equal(policy.witnesses[3]?.url, `https://${witnessName(4)}/`);
	for (let set = 0; set < 32; set++) {
		const numbers = [1, 2, 3, 4, 5].filter((number) => (set >> number) & 1 || (number === 5 && set & 1));
		const bytes = await cosigned(Object.fromEntries(numbers.map((number) => [number, 100])));
		const x = numbers.filter((number) => number <= 3).length;
		const y = numbers.filter((number) => number > 3).length;
		assert.equal(isCosigned(bytes, policy, verify), x >= 2 && y >= 1, `${numbers}`);
	}
});

test("one witness, any, all, so many, none: what each asks for", async () => {
	const has = async (times: Readonly<Record<number, number>>, ...lines: readonly string[]) =>
		isCosigned(await cosigned(times), fiveWith(...lines), verify);
	assert.ok(await has({ 3: 1 }, "quorum w3"));
	assert.ok(!(await has({ 1: 1, 2: 1 }, "quorum w3")));
	assert.ok(await has({ 5: 1 }, "group g any w1 w5", "quorum g"));
	assert.ok(!(await has({ 5: 1 }, "group g all w1 w5", "quorum g")));
	assert.ok(!(await has({ 1: 1, 5: 1 }, "group g 3 w1 w2 w5", "quorum g")));
	assert.ok(await has({}, "quorum none"));
	// Known to the policy, and of no quorum.
	assert.ok(!(await has({ 4: 1 }, "group g any w1 w2", "quorum g")));
	const two = await cosigned({ 1: 1 }, "other.example");
	assert.ok(!isCosigned(two, fiveWith("quorum none"), verify), "of no log of the policy");
	assert.ok(!isCosigned(toUtf8("nothing"), fiveWith("quorum none"), verify));
});

test("what is no policy is refused", () => {
	const five = [logLine, ...[1, 2, 3, 4, 5].map(witnessLine)];
	const dsa = "w.example+173116ae+BhpuAAAA";
	const wrong: readonly (readonly [readonly string[], string])[] = [
		[[], "malformed"],
		[five, "malformed"],
		[[...five, "quorum w1", "quorum w1"], "malformed"],
		[[...five, "quorum w6"], "malformed"],
		[["quorum w1", ...five], "malformed"],
		[[...five, "quorum"], "malformed"],
		[[...five, "quorum w1 w2"], "malformed"],
		[[...five, "Quorum w1"], "malformed"],
		[[logLine, logLine, "quorum none"], "malformed"],
		[[...five, `witness w9 ${witnessKey(1)}`, "quorum w1"], "malformed"],
		[[...five, `witness w1 ${witnessKey(9)}`, "quorum w1"], "malformed"],
		[[`witness none ${witnessKey(9)}`, "quorum none"], "malformed"],
		[["witness", "quorum none"], "malformed"],
		[[`${witnessLine(9)} https://a https://b`, "quorum none"], "malformed"],
		[[`log ${witnessKey(9)}`, "quorum none"], "malformed"],
		[[`witness w ${logLine.slice(4)}`, "quorum none"], "malformed"],
		[["log", "quorum none"], "malformed"],
		[[`witness w ${dsa}`, "quorum none"], "type-unknown"],
		[[...five, "group g any", "quorum g"], "malformed"],
		[[...five, "group g", "quorum g"], "malformed"],
		[[...five, "group w1 any w2", "quorum w1"], "malformed"],
		[[...five, "group none any w2", "quorum none"], "malformed"],
		[[...five, "group g any g", "quorum g"], "malformed"],
		[[...five, "group g any h", "group h any w1", "quorum g"], "malformed"],
		[[...five, "group g any none", "quorum g"], "malformed"],
		[[...five, "group g any w1 w1", "quorum g"], "malformed"],
		[[...five, "group g any w1", "group h any w1", "quorum h"], "malformed"],
		...["0", "3", "-1", "01", "1.0", "some", "1e0"].map(
			(least) => [[...five, `group g ${least} w1 w2`, "quorum g"], "malformed"] as const,
		),
		[[...five, "quorum w1\r"], "malformed"],
		[[...five, "quorum w1\u007f"], "malformed"],
		[Array.from({ length: policyLimits.witnesses + 1 }, (_, i) => witnessLine(i + 1)), "too-many"],
		[
			[
				...five,
				...Array.from(
					{ length: policyLimits.groups + 1 },
					(_, i) => `group g${i} any ${i > 0 ? `g${i - 1}` : "w1"}`,
				),
			],
			"too-many",
		],
	];
	for (const [lines, code] of wrong) {
		const read = policyOf(lines);
		assert.equal(isRefusal(read) ? read.code : "accepted", code, lines.at(-2) ?? "");
	}
	const open = parsePolicy(toUtf8("quorum none"));
	assert.equal(isRefusal(open) && open.code, "malformed", "its last line does not end");
	const large = parsePolicy(new Uint8Array(policyLimits.bytes + 1));
	assert.equal(isRefusal(large) && large.code, "too-large");
	const one = (count: number): string =>
		`log ${writeVerifierKey(verifierKey(`l${count}`, "note", sha256(toUtf8(`${count}`))))}`;
	const logs = Array.from({ length: policyLimits.logs + 1 }, (_, i) => one(i));
	const crowded = policyOf([...logs, "quorum none"]);
	assert.equal(isRefusal(crowded) && crowded.code, "too-many");
	assert.ok(!isRefusal(policyOf([...logs.slice(1), "quorum none"])));
});

test("names are octets: those of another alphabet differ, and need be no text", () => {
	const lines = [`witness K ${witnessKey(1)}`, `witness \u212a ${witnessKey(2)}`, "quorum K", "# ü"];
	assert.ok(!isRefusal(policyOf(lines)), "K and the Kelvin sign");
	const typed = toUtf8(`witness ~ ${witnessKey(1)}\nquorum ~\n# ~\n`);
	const read = parsePolicy(typed.map((byte) => (byte === 0x7e ? 0xff : byte)));
	assert.ok(!isRefusal(read) && read.quorum.kind === "witness", "0xff is a name");
});

test("a quorum is as old as the oldest cosignature that it needs", async () => {
	const policy = fiveWith("group g 3 w1 w2 w3 w4 w5", "quorum g");
	const since = async (times: Readonly<Record<number, number>>): Promise<number | undefined> =>
		quorumSince(policy.quorum, (await opened(times, policy)).cosignatures);
	assert.equal(await since({ 1: 10, 2: 20, 3: 30, 4: 40, 5: 50 }), 30);
	assert.equal(await since({ 1: 10, 2: 20, 3: 30 }), 10);
	assert.equal(await since({ 1: 10, 2: 20 }), undefined);
	const nested = fiveWith("group a all w1 w2", "group b any a w3", "quorum b");
	const of = async (times: Readonly<Record<number, number>>): Promise<number | undefined> =>
		quorumSince(nested.quorum, (await opened(times, nested)).cosignatures);
	assert.equal(await of({ 1: 10, 2: 90 }), 10);
	assert.equal(await of({ 1: 10, 2: 90, 3: 40 }), 40);
	assert.equal(quorumSince({ kind: "none" }, []), Number.POSITIVE_INFINITY);
});

test("any quorum: reached since a time exactly where cosignatures from then on reach it", () => {
	const keys = [1, 2, 3, 4, 5, 6].map((number) =>
		verifierKey(witnessName(number), "cosignature", signerOf(number).key.bytes),
	);
	const group = (members: readonly Quorum[], least: number): Quorum => ({
		kind: "group",
		least: 1 + (least % members.length),
		members,
	});
	const leaf = (number: number): Quorum => ({ kind: "witness", key: keys[number] as (typeof keys)[0] });
	const quorums = fc
		.tuple(fc.nat(9), fc.nat(9), fc.nat(9))
		.map(([a, b, c]) =>
			group([group([leaf(0), leaf(1), leaf(2)], a), group([leaf(3), leaf(4)], b), leaf(5)], c),
		);
	const holds = (quorum: Quorum, names: ReadonlySet<string>): boolean =>
		quorum.kind === "group"
			? quorum.members.filter((member) => holds(member, names)).length >= quorum.least
			: quorum.kind === "witness" && names.has(quorum.key.name);
	fc.assert(
		fc.property(quorums, fc.array(fc.option(fc.nat(20)), { minLength: 6, maxLength: 6 }), (quorum, times) => {
			const cosignatures = keys.flatMap((key, i) => {
				const at = times[i] ?? null;
				return at === null ? [] : [{ key, at }];
			});
			const since = quorumSince(quorum, cosignatures);
			for (let from = 0; from <= 21; from++) {
				const late = new Set(cosignatures.filter(({ at }) => at >= from).map(({ key }) => key.name));
				assert.equal(holds(quorum, late), since !== undefined && since >= from, `from ${from}`);
			}
		}),
	);
});

test("for value, a quorum that is missing or stale refuses", async () => {
	const policy = fiveWith("group g 3 w1 w2 w3 w4 w5", "quorum g");
	const codeAt = async (times: Readonly<Record<number, number>>, now: number, rules = policy) =>
		refuseForValue(await opened(times, rules), rules, { now, oldMost_s: 60 })?.code ?? "accepted";
	assert.equal(await codeAt(atHundred, 100), "accepted");
	assert.equal(await codeAt(atHundred, 160), "accepted");
	assert.equal(await codeAt(atHundred, 161), "quorum-stale");
	assert.equal(await codeAt({ 1: 100, 2: 100 }, 100), "quorum-missing");
	assert.equal(await codeAt({}, 100), "quorum-missing");
	// One witness whose word is new lends nothing to the others.
	assert.equal(await codeAt({ 1: 300, 2: 100, 3: 100 }, 300), "quorum-stale");
	assert.equal(await codeAt(atHundred, 100, fiveWith("quorum none")), "quorum-missing");
	const unclear = refuseForValue(await opened(atHundred, policy), policy, {
		now: Number.NaN,
		oldMost_s: 60,
	});
	assert.equal(unclear?.code, "quorum-missing", "a clock that says nothing opens nothing");
});

test("for value, a cosignature of a time to come counts for no quorum", async () => {
	const policy = fiveWith("group g 2 w1 w2", "quorum g");
	const codeAt = async (times: Readonly<Record<number, number>>, now: number) =>
		refuseForValue(await opened(times, policy), policy, { now, oldMost_s: 60 })?.code ?? "accepted";
	const ahead = 1_000 + aheadMost_s;
	assert.equal(await codeAt({ 1: 1_000, 2: ahead }, 1_000), "accepted");
	assert.equal(await codeAt({ 1: 1_000, 2: ahead + 1 }, 1_000), "quorum-missing");
	// Else a witness once so far ahead would stand behind it for as long.
	assert.equal(await codeAt({ 1: 1e9, 2: 1e9 }, 1_000), "quorum-missing");
});

test("reading goes on without a fresh quorum, and says so", async () => {
	const policy = fiveWith("group g 3 w1 w2 w3 w4 w5", "quorum g");
	const markAt = async (times: Readonly<Record<number, number>>, now: number, rules = policy) =>
		markForReading(await opened(times, rules), rules, { now, oldMost_s: 60 });
	assert.deepEqual(await markAt(atHundred, 160), { kind: "fresh", since: 100 });
	assert.deepEqual(await markAt(atHundred, 161), { kind: "stale", since: 100 });
	assert.deepEqual(await markAt({ 1: 1e9, 2: 1e9, 3: 1e9 }, 161), { kind: "stale", since: 1e9 });
	assert.deepEqual(await markAt({ 1: 100 }, 100), { kind: "uncosigned" });
	assert.deepEqual(await markAt(atHundred, 100, fiveWith("quorum none")), { kind: "uncosigned" });
});
