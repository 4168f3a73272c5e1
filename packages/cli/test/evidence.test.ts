/** `tenten evidence verify`: the culprit's name out of a case file and a trust list, or a plain no. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Bytes, consumedOutputs, forkEvidenceFrom, toHex, type VerifiedToken } from "@tenten/protocol";
import { type Ecosystem, type Holder, issueTokens, makeEcosystem, random } from "../src/ecosystem.ts";
import { passToken } from "../src/passing.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");
const folder = mkdtempSync(join(tmpdir(), "tenten-evidence-"));
after(() => rmSync(folder, { recursive: true }));

let ecosystem: Ecosystem;
let culprit: Holder;
let paidTwice: readonly VerifiedToken[];

before(async () => {
	ecosystem = await makeEcosystem("Transit card", { code: "JPY", scale: 0 });
	culprit = await ecosystem.newHolder();
	const owner = culprit.certificate;
	const [token] = await issueTokens(ecosystem, [
		{ amount: 100n, owner, request: random(32), conditions: [] },
	]);
	const pay = async (): Promise<VerifiedToken> => {
		const { certificate: payee } = await ecosystem.newHolder();
		return (await passToken(token as VerifiedToken, culprit, { payee, amount: 60n, way: "twoPhase" })).owned;
	};
	paidTwice = [await pay(), await pay()];
});

function file(name: string, content: Bytes): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

function caseOf(first: VerifiedToken, second: VerifiedToken): Bytes {
	const [a, b] = [first, second].map((token) => consumedOutputs(token, ecosystem.trust)[0]);
	if (a === undefined || b === undefined) throw new Error("both were paid");
	return forkEvidenceFrom(a, b);
}

function verify(content: Bytes, ...more: readonly string[]): { status: number | null; result: unknown } {
	const list = file("trust-list.cbor", ecosystem.trustList);
	const args = ["evidence", "verify", file("case.cbor", content), "--trust-list", list, "--json", ...more];
	const { status, stdout } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
	return { status, result: JSON.parse(stdout) };
}

test("two payments with one token convict its owner, and end with 0", () => {
	const [first, second] = paidTwice as [VerifiedToken, VerifiedToken];
	const pin = toHex(ecosystem.operatorId);
	const { status, result } = verify(caseOf(first, second), "--pin", pin);
	assert.equal(status, 0);
	assert.deepEqual(result, {
		ok: true,
		kind: "fork",
		culprit: toHex(culprit.certificate.hash),
		excused: null,
		output: toHex(first.path[0]?.input ?? new Uint8Array()),
		trustListSigner: pin,
	});
});

test("one payment shown twice convicts nobody, and ends with 1", () => {
	const [first] = paidTwice as [VerifiedToken, VerifiedToken];
	assert.deepEqual(verify(caseOf(first, first)), {
		status: 1,
		result: { ok: false, kind: null, culprit: null, code: "not-evidence" },
	});
	assert.equal(verify(new Uint8Array(3)).status, 1);
});

test("a trust list of another signer than the pinned one is bad input", () => {
	const [first, second] = paidTwice as [VerifiedToken, VerifiedToken];
	assert.equal(verify(caseOf(first, second), "--pin", "00".repeat(32)).status, 2);
	assert.equal(verify(caseOf(first, second), "--pin", "zz").status, 2);
});
