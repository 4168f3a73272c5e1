/** `tenten crossing verify`: how a payment across operators ended, out of its file, a trust list, and named keys. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
	type Bytes,
	type OperatorEntry,
	type Outcome,
	serialize,
	serializeOutcome,
	toHex,
	trustList,
	trustListPayload,
	type VerifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import { outcomes } from "../../protocol/test/crossing/support/outcomes.ts";
import { type Side, witnessIds } from "../../protocol/test/crossing/support/sides.ts";
import { makeEcosystem } from "../src/ecosystem.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");
const folder = mkdtempSync(join(tmpdir(), "tenten-crossing-"));
after(() => rmSync(folder, { recursive: true }));

const { scene, quote, files, early } = await outcomes();
const list = file("trust-list.cbor", await listOf([scene.source, scene.destination]));

/** Signed by the first of them. */
async function listOf(sides: readonly Side[]): Promise<Bytes> {
	const { trust } = await makeEcosystem("Transit card", { code: "JPY", scale: 0 });
	const [made] = trust.list.operators as readonly [OperatorEntry];
	const operators = sides.map(({ root, ruling }): OperatorEntry => {
		const keys = [...made.keys, { purpose: "ruling", status: "current", key: ruling.key } as const];
		return { ...made, root: root.key, keys };
	});
	const body = { ...trust.list, operators };
	const { root } = sides[0] as Side;
	const signature = await root.sign("trust-list", trustListPayload(body));
	return serialize(trustList, { body, signer: root.key, signature });
}

function file(name: string, content: Bytes): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

const logOf = (side: Side): string => writeVerifierKey(side.log.keys.keys[0] as VerifierKey);

function run(outcome: Outcome, { least = "2", source = logOf(scene.source) } = {}) {
	const flags = [
		...["--trust-list", list, "--source-log", source, "--destination-log", logOf(scene.destination)],
		...["--witness", ...witnessIds.map(toHex), "--least", least],
	];
	const args = ["crossing", "verify", file("outcome.cbor", serializeOutcome(outcome)), ...flags, "--json"];
	const { status, stdout } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
	return { status, result: JSON.parse(stdout) };
}

test("a file of a commit with a promise ends with 0 and names the end and the duty", () => {
	assert.deepEqual(run(files.promised), {
		status: 0,
		result: {
			ok: true,
			transfer: toHex(quote.transfer),
			end: "committed",
			duty: "stands",
			decides: 5,
			pays: 477,
			credits: 300,
			trustListSigner: toHex(scene.source.operator),
		},
	});
});

test("a file that shows nothing ends with 1, and bad flags with 2", () => {
	const shown = { ...files.promised, decided: early };
	assert.deepEqual(run(shown), {
		status: 1,
		result: { ok: false, end: null, duty: null, code: "proof-invalid" },
	});
	assert.equal(run(files.promised, { least: "3" }).result.code, "quorum-missing");
	assert.equal(run(files.promised, { source: "s.example/log" }).status, 2);
});
