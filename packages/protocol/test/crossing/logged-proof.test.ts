/** Proofs with their place in the log: what they show, they show offline, and of a seal that the log has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Batch, type SealProof, verifyLoggedProof } from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import { expectRefusal, expectValue } from "../../../module/test/support/world.ts";
import { elsewhere } from "./support/logged.ts";
import { loggedProofs, logKeys } from "./support/logged-proofs.ts";

const { scene, fileOf, files } = await loggedProofs();
const item = scene.byName.item as Extract<SealProof, { readonly kind: "item" }>;
const { line } = scene.byName;

test("a proof of each kind shows what it shows, at its place under a checkpoint of the log", () => {
	const shown = files.map((file) => expectValue(verifyLoggedProof(file, logKeys, verify)));
	assert.deepEqual(
		shown.map(({ proved: { kind }, index }) => [kind, index]),
		[
			["state", 1],
			["state", 1],
			["state", 1],
			["line", 1],
			["item", 0],
		],
	);
	for (const { checkpoint } of shown) assert.equal(checkpoint.size, 2);
});

test("a seal or batch that the log has not, or has at another place, is not logged", async () => {
	expectRefusal(verifyLoggedProof(await fileOf(line, 0), logKeys, verify), "not-logged");
	const other: SealProof = { ...item, batch: { ...item.batch, count: 4 } as Batch };
	expectRefusal(verifyLoggedProof(await fileOf(other), logKeys, verify), "not-logged");
});

test("a proof that proves nothing, and a log that is another's, are refused", async () => {
	const claimed: SealProof = { ...item, batch: { ...item.batch, total: 1n } as Batch };
	expectRefusal(verifyLoggedProof(await fileOf(claimed), logKeys, verify), "proof-invalid");
	expectRefusal(verifyLoggedProof(await fileOf(line, 1, elsewhere), logKeys, verify), "malformed");
	const strangers = { ...logKeys, keys: [] };
	expectRefusal(verifyLoggedProof(await fileOf(line), strangers, verify), "signature-invalid");
	expectRefusal(verifyLoggedProof(new Uint8Array([1]), logKeys, verify), "malformed");
});
