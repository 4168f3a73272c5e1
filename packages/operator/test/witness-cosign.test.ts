/** A log asks five witnesses, of which some are down, slow, wrong or hostile: the quorum is reached, or is not. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
	type Bytes,
	cosignNote,
	isCosigned,
	isRefusal,
	type Policy,
	parseNote,
	parsePolicy,
	toUtf8,
	writeSignatures,
	writeVerifierKey,
} from "@tenten/protocol";
import { verify } from "../../module/src/index.ts";
import { type CosignOutcome, cosign, startWitness, WitnessStore } from "../src/index.ts";
import { inFolder } from "./support/in-folder.ts";
import {
	ask,
	checkpointOf,
	type History,
	historyOf,
	logKey,
	logs,
	proofFrom,
	requestOf,
	witnessKey,
	witnessSigner,
} from "./support/witnessed.ts";

const quiet = { info: (): void => {}, error: (): void => {} };
const five = [1, 2, 3, 4, 5];
const nameOf = (number: number): string => witnessKey(number).name;

/** Three of five are the quorum. */
function policyOf(urls: Readonly<Record<number, string>>, quorum = "3"): Policy {
	const lines = [
		`log ${writeVerifierKey(logKey)}`,
		...five.map(
			(number) => `witness w${number} ${writeVerifierKey(witnessKey(number))} ${urls[number] ?? ""}`,
		),
		`group g ${quorum} w1 w2 w3 w4 w5`,
		"quorum g",
	];
	const policy = parsePolicy(toUtf8(lines.map((line) => `${line}\n`).join("")));
	return isRefusal(policy) ? assert.fail(policy.detail) : policy;
}

async function witnesses(t: TestContext, folder: string, numbers: readonly number[]) {
	const urls: Record<number, string> = {};
	for (const number of numbers) {
		const file = join(folder, `${number}.db`);
		WitnessStore.create(file, witnessKey(number));
		const options = { file, signer: witnessSigner(number), logs, verify, log: quiet, port: 0 };
		const server = await startWitness(options);
		if (isRefusal(server)) return assert.fail(server.detail);
		t.after(server.close);
		urls[number] = server.url;
	}
	return urls;
}

/** Something that is no witness. */
async function serve(t: TestContext, listener: RequestListener): Promise<string> {
	const server = createServer(listener).listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => {
		server.close();
		server.closeAllConnections();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function cosigned(
	history: History,
	policy: Policy,
	more: {
		readonly sizes?: Map<string, number>;
		readonly timeout_ms?: number;
		readonly linger_ms?: number;
		readonly stop?: AbortSignal;
	} = {},
): Promise<CosignOutcome> {
	const proofs = async (oldSize: number): Promise<readonly Bytes[]> => proofFrom(history, oldSize);
	const options = { policy, proofFrom: proofs, verify, linger_ms: 60_000, ...more };
	const outcome = await cosign(await checkpointOf(history), options);
	return isRefusal(outcome) ? assert.fail(outcome.detail) : outcome;
}

test("five witnesses cosign a log as it grows, wherever each of them stands: at most 900 bytes", (t) =>
	inFolder(async (database) => {
		const urls = await witnesses(t, join(database, ".."), five);
		const policy = policyOf(urls, "all");
		const sizes = new Map<string, number>();
		for (const size of [5, 5, 6, 200]) {
			const { note, isQuorum, failures } = await cosigned(historyOf(size), policy, { sizes });
			assert.deepEqual([...failures], []);
			assert.ok(isQuorum && isCosigned(note, policy, verify));
			assert.ok(note.length <= 900, `${note.length} bytes`);
			assert.deepEqual([...sizes.values()], [size, size, size, size, size]);
		}
		// One is ahead of what the log knows of it, and of another nothing is known.
		assert.equal((await ask(urls[1] ?? "", await requestOf(200, historyOf(230)))).status, 200);
		sizes.delete(nameOf(2));
		assert.ok((await cosigned(historyOf(300), policy, { sizes })).isQuorum);
		assert.equal(sizes.get(nameOf(1)), 300);
	}));

test("one is down, and one never answers: three are enough, and nobody waits for the rest", (t) =>
	inFolder(async (database) => {
		const urls = await witnesses(t, join(database, ".."), [1, 2, 3]);
		const silent = await serve(t, () => undefined);
		const policy = policyOf({ ...urls, 4: "http://127.0.0.1:1", 5: silent });
		const { note, isQuorum, cosignatures, failures } = await cosigned(historyOf(9), policy, {
			timeout_ms: 300_000,
			linger_ms: 50,
		});
		assert.ok(isQuorum && isCosigned(note, policy, verify));
		assert.equal(cosignatures.length, 3);
		assert.ok(!failures.has(nameOf(5)), "it was still asked");
		const none = await cosigned(historyOf(9), policyOf({ 1: urls[1] ?? "", 5: silent }), {
			timeout_ms: 1_000,
		});
		assert.ok(!none.isQuorum && !isCosigned(none.note, policy, verify));
		assert.deepEqual([...none.failures.keys()], [nameOf(5)]);
		assert.equal(none.cosignatures.length, 1);
	}));

test("told to stop it waits for nobody, and gives what came until then", (t) =>
	inFolder(async (database) => {
		const stopping = new AbortController();
		const urls = await witnesses(t, join(database, ".."), [1]);
		const silent = await serve(t, () => stopping.abort());
		const more = { timeout_ms: 1_000_000, stop: stopping.signal };
		const { isQuorum, failures } = await cosigned(historyOf(9), policyOf({ ...urls, 5: silent }), more);
		assert.ok(!isQuorum);
		assert.ok(failures.has(nameOf(5)));
	}));

test("what is no cosignature of a witness's own key, of this checkpoint, is dropped", async (t) => {
	const other = parseNote(await checkpointOf(historyOf(8)));
	const own = parseNote(await checkpointOf(historyOf(9)));
	if (isRefusal(other) || isRefusal(own)) return assert.fail("no notes");
	const by = async (text: Bytes, number: number): Promise<Bytes> =>
		writeSignatures([await cosignNote(text, nameOf(number), witnessSigner(number), 7)]);
	const answers: Readonly<Record<number, Bytes | string>> = {
		1: await by(other.text, 1),
		2: await by(own.text, 1),
		3: "nothing",
		4: "x".repeat(200_000),
		5: writeSignatures(own.signatures),
	};
	const urls: Record<number, string> = {};
	for (const number of five) urls[number] = await serve(t, (_, response) => response.end(answers[number]));
	const { note, isQuorum, cosignatures, failures } = await cosigned(historyOf(9), policyOf(urls, "any"));
	assert.ok(!isQuorum);
	assert.deepEqual([cosignatures.length, failures.size], [0, 5]);
	assert.deepEqual(note, await checkpointOf(historyOf(9)));
});

test("a log that showed a witness another history gets no quorum, and learns who saw it", (t) =>
	inFolder(async (database) => {
		const urls = await witnesses(t, join(database, ".."), five);
		const policy = policyOf(urls);
		const forked = policyOf({ 1: urls[1] ?? "", 2: urls[2] ?? "", 3: urls[3] ?? "" });
		assert.ok((await cosigned(historyOf(9, 4), forked)).isQuorum);
		const same = await cosigned(historyOf(9), policy);
		assert.ok(!same.isQuorum);
		assert.deepEqual([...same.failures.keys()].sort(), [1, 2, 3].map(nameOf));
		assert.match([...same.failures.values()].join(), /other 9 entries/);
		const larger = await cosigned(historyOf(12), policy);
		assert.ok(!larger.isQuorum);
		assert.match([...larger.failures.values()].join(), /it answered 422/);
		const smaller = await cosigned(historyOf(7), policy);
		assert.match([...smaller.failures.values()].join(), /has cosigned 9 entries/);
	}));

test("a witness that says another size each time, or sends elsewhere, is left", async (t) => {
	let asked = 0;
	const conflicting = await serve(t, (_, response) => {
		asked++;
		response.writeHead(409, { "content-type": "text/x.tlog.size" }).end(`${1 + (asked % 5)}\n`);
	});
	const elsewhere = await serve(t, (_, response) => {
		response.writeHead(307, { location: conflicting }).end();
	});
	const outcome = await cosigned(historyOf(9), policyOf({ 1: conflicting, 2: elsewhere }));
	assert.ok(!outcome.isQuorum);
	assert.equal(asked, 5);
	assert.match(outcome.failures.get(nameOf(1)) ?? "", /another size each time/);
	assert.ok(outcome.failures.has(nameOf(2)));
	const noNote = await cosign(toUtf8("x"), { policy: policyOf({}), proofFrom: async () => [], verify });
	assert.equal(isRefusal(noNote) && noNote.code, "malformed");
});
