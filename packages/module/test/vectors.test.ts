/** Published signature vectors: our verdict on every case is theirs, except that high s is refused. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runVectors } from "@tenten/module/vectors";
import { ran } from "../../../test/support/ran.ts";

const directory = join(import.meta.dirname, "../../../../shared/vectors");

test("Ed25519 and ES256 agree with Wycheproof, stricter on high s alone", (t) => {
	if (!existsSync(directory)) {
		t.skip("no published vectors beside this repository");
		return;
	}
	const report = runVectors(directory);
	t.diagnostic(JSON.stringify(report));
	ran(t, "vectors", { "published signatures": report.cases });
	assert.deepEqual(report.disagreed, []);
	assert.deepEqual(report.unknown, []);
	assert.ok(report.files >= 2 && report.cases >= 413);
	assert.equal(report.agreed + report.stricter, report.cases);
});

test("a file of another shape or algorithm is named, and never counted as agreed", () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-vectors-"));
	try {
		writeFileSync(join(folder, "a.json"), "not json");
		writeFileSync(join(folder, "b.json"), "[1]");
		const publicKey = { type: "EcPublicKey", curve: "secp384r1", uncompressed: "04" };
		const group = { type: "EcdsaP1363Verify", sha: "SHA-384", publicKey, tests: [{ tcId: 1 }] };
		writeFileSync(join(folder, "c.json"), JSON.stringify({ testGroups: [group, group] }));
		assert.deepEqual(runVectors(folder), {
			files: 0,
			cases: 0,
			agreed: 0,
			stricter: 0,
			disagreed: [],
			unknown: [
				"a.json: not a file of test groups",
				"b.json: not a file of test groups",
				"c.json: unknown algorithm: EcdsaP1363Verify, secp384r1, SHA-384",
			],
		});
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test("a verdict against the vector is a disagreement", () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-vectors-"));
	try {
		const publicKey = { curve: "edwards25519", pk: "00".repeat(32) };
		const forged = { tcId: 7, comment: "forged", msg: "", sig: "00".repeat(64), result: "valid" };
		const group = { type: "EddsaVerify", publicKey, tests: [forged] };
		writeFileSync(join(folder, "a.json"), JSON.stringify({ testGroups: [group] }));
		assert.deepEqual(runVectors(folder).disagreed, ["a.json 7: forged"]);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
