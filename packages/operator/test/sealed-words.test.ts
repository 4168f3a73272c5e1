/** Every list that an operator signs, and every appeal that it hears and decides, is in its log under the next seal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	appealId,
	appealOutcome,
	appealOutcomeHash,
	type Bytes,
	equalBytes,
	freezeList,
	freezeListHash,
	isRefusal,
	type LogLeaf,
	leafHash,
	parse,
	parseCheckpoint,
	parseLeaf,
	parseNote,
	serializeLeaf,
	sha256,
	signAppeal,
	trustList,
	trustListPayload,
	type VerifiedToken,
	verifyInclusion,
} from "@tenten/protocol";
import { day, expectValue } from "../../module/test/support/world.ts";
import type { LogWriter } from "../src/index.ts";
import { createEcosystem, type Ecosystem, enrolHolder, withdrawTo } from "./support/ecosystem.ts";
import { assertLogged } from "./support/seal-scenes.ts";
import { assertSealed, leavesOf } from "./support/sealed.ts";
import { freshLog, withSealer } from "./support/sealer-log.ts";

const acting = (actor: string) => ({ actor, requestId: "test" });
const [one, other] = [acting("one"), acting("other")];

/** The leaves that must be in the log of whoever showed these lists, in the order of their numbers. */
async function listsNow({ operator }: Ecosystem): Promise<readonly LogLeaf[]> {
	const trusted = expectValue(parse(trustList, await operator.trustList())).body;
	const freezes = expectValue(parse(freezeList, await operator.freezeList())).body;
	return [
		{ kind: "trustList", version: trusted.version, hash: sha256(trustListPayload(trusted)) },
		{ kind: "freezeList", number: freezes.number, hash: freezeListHash(freezes) },
	];
}

/** Something is frozen and appealed against: the leaf of the appeal, and how to decide it. */
async function appealed(ecosystem: Ecosystem) {
	const { operator, clock } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const [token] = (await withdrawTo(ecosystem, alice, 5n)) as [VerifiedToken];
	const output = token.outputId;
	const asked = { output, act: "freeze", reason: "stolen", case: output, appealSeconds: day } as const;
	await operator.freezing.propose(one, asked);
	assert.equal(await operator.freezing.confirm(other, output), undefined);
	const said = { ground: "goodFaith", statement: null, issuedAt: clock.now } as const;
	const body = { operator: operator.id, frozen: output, output, ...said };
	const encoded = await signAppeal(body, token.token, alice.signer);
	const send = () => operator.appeal(encoded);
	const pending = await send();
	assert.ok(isRefusal(pending) && pending.code === "attempt-pending");
	const id = appealId(body);
	const heard: LogLeaf = { kind: "appeal", appeal: id };
	const decide = async (): Promise<LogLeaf> => {
		assert.equal(await operator.freezing.decide(one, id, "upheld"), false);
		assert.equal(await operator.freezing.decide(other, id, "upheld"), true);
		const { body } = expectValue(parse(appealOutcome, expectValue(await send())));
		return { kind: "outcome", appeal: id, hash: appealOutcomeHash(body) };
	};
	return { heard, decide, send };
}

/** Where a leaf stands in a log, and that the log's signed root has it there. */
async function assertIncluded(log: LogWriter, leaf: LogLeaf): Promise<number> {
	const note = expectValue(parseNote(log.published.note));
	const { size, root } = expectValue(parseCheckpoint(note.text));
	const reader = log.reader(size);
	const wanted = serializeLeaf(leaf);
	for (let place = 0; place < size; place++) {
		const entry = expectValue(await reader.entry(place)) as Bytes;
		if (!equalBytes(entry, wanted)) continue;
		const proof = expectValue(await reader.inclusion(place));
		assert.ok(verifyInclusion(leafHash(entry), place, size, proof, root));
		return place;
	}
	return assert.fail(`${leaf.kind} is not in the log`);
}

/** The leaves since a place that are neither batch nor seal; the last of all is a seal. */
async function wordsSince(log: LogWriter, from: number): Promise<readonly LogLeaf[]> {
	const reader = log.reader();
	const leaves: LogLeaf[] = [];
	for (let place = from; place < reader.size; place++)
		leaves.push(expectValue(parseLeaf(expectValue(await reader.entry(place)))));
	assert.equal(leaves.at(-1)?.kind, "seal");
	return leaves.filter(({ kind }) => kind !== "batch" && kind !== "seal");
}

test("each list, appeal and outcome is in the log under the next seal, once, with its inclusion", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const folder = await freshLog();
	await withSealer(operator, folder, async (sealer, log) => {
		await sealer.seal();
		assert.deepEqual(
			(await wordsSince(log, 0)).map(({ kind }) => kind),
			["trustList"],
		);
		const steps: (() => Promise<readonly LogLeaf[]>)[] = [];
		const { heard, decide, send } = await appealed(ecosystem);
		steps.push(async () => [(await listsNow(ecosystem))[1] as LogLeaf, heard]);
		steps.push(async () => [await decide()]);
		// Asked again, nothing is said again.
		steps.push(async () => {
			await send();
			await listsNow(ecosystem);
			return [];
		});
		steps.push(async () => {
			clock.now += 6 * 365 * day;
			return listsNow(ecosystem);
		});
		for (const step of steps) {
			const from = log.size;
			const wanted = await step();
			await sealer.seal();
			const found = await wordsSince(log, from);
			assert.deepEqual(found.map(inHex).sort(), wanted.map(inHex).sort());
			for (const leaf of wanted) assert.ok((await assertIncluded(log, leaf)) >= from);
		}
	});
	await assertLogged(operator, folder);
	await operator.close();
});

const inHex = (leaf: LogLeaf): string => Buffer.from(serializeLeaf(leaf)).toString("hex");

test("a log that is begun later has the lists that stand, and what was heard and decided", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const first = await appealed(ecosystem);
	const second = await appealed(ecosystem);
	const outcome = await first.decide();
	const wanted = [...(await listsNow(ecosystem)), first.heard, second.heard, outcome];
	await withSealer(operator, await freshLog(), async (sealer, log) => {
		await sealer.seal();
		assert.deepEqual((await wordsSince(log, 0)).map(inHex).sort(), wanted.map(inHex).sort());
		for (const leaf of wanted) await assertIncluded(log, leaf);
	});
	await assertSealed(operator);
	assert.equal((await leavesOf(operator)).filter(({ kind }) => kind === "appeal").length, 2);
	await operator.close();
});
