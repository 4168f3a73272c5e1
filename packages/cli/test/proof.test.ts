/** `tenten proof verify`: what a file shows under its seal or batch, read from the file alone, or a plain no. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
	type Bytes,
	leafHash,
	sealHash,
	serializeLeaf,
	serializeProof,
	sha256,
	toHex,
} from "@tenten/protocol";
import { sealScene } from "../../protocol/test/seal/support/proofs.ts";
import { id, operator, yen } from "../../protocol/test/seal/support/sealed.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");
const folder = mkdtempSync(join(tmpdir(), "tenten-proof-"));
after(() => rmSync(folder, { recursive: true }));

const { seal, byName } = await sealScene();
const under = { operator: toHex(operator), seal: 7, sealedAt: 1_010, under: toHex(sealHash(seal)) };

function verify(
	content: Bytes,
	...more: readonly string[]
): { readonly status: number | null; readonly result: unknown } {
	const path = join(folder, "proof.cbor");
	writeFileSync(path, content);
	const args = ["proof", "verify", path, "--json", ...more];
	const { status, stdout } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
	return { status, result: JSON.parse(stdout) };
}

test("a file says of a key that it is in the state map, with its value, or that it is not", () => {
	const key = toHex(sha256(id(2)));
	assert.deepEqual(verify(serializeProof(byName.present), "--under", under.under), {
		status: 0,
		result: { ok: true, kind: "state", key, state: "present", value: toHex(id(2)), ...under },
	});
	assert.deepEqual(verify(serializeProof(byName.absent)), {
		status: 0,
		result: { ok: true, kind: "state", key: toHex(sha256(id(4))), state: "absent", value: null, ...under },
	});
});

test("a file says what an account holds, and that something is an item of a batch", () => {
	assert.deepEqual(verify(serializeProof(byName.line)), {
		status: 0,
		result: { ok: true, kind: "line", account: toHex(id(2)), asset: toHex(yen), amount: 20, ...under },
	});
	assert.ok(byName.item.kind === "item");
	const leaf = serializeLeaf({ kind: "batch", batch: byName.item.batch });
	assert.deepEqual(verify(serializeProof(byName.item)), {
		status: 0,
		result: {
			ok: true,
			kind: "item",
			id: toHex(id(2)),
			amount: 20,
			batch: "issues",
			under: toHex(leafHash(leaf)),
		},
	});
});

test("what was altered, cut off, or is of another seal than was named proves nothing, and ends with 1", () => {
	const altered = new Uint8Array(serializeProof(byName.line));
	altered[altered.length - 1] = (altered.at(-1) as number) ^ 1;
	assert.deepEqual(verify(altered), { status: 1, result: { ok: false, code: "proof-invalid" } });
	const cut = serializeProof(byName.present).slice(0, -1);
	assert.deepEqual(verify(cut), { status: 1, result: { ok: false, code: "malformed" } });
	const named = verify(serializeProof(byName.present), "--under", toHex(id(1)));
	assert.deepEqual(named, { status: 1, result: { ok: false, code: "proof-invalid", under: under.under } });
	assert.equal(verify(serializeProof(byName.present), "--under", "5f").status, 2);
});
