/** Roots of Android key attestations, as the file of makers pins them, and the list of what is revoked, as it changes. */
import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Bytes } from "@tenten/protocol";
import { ecKey, hierarchy, spkiOf } from "../../operator/test/support/android-chain.ts";
import { BadInput } from "../src/bad-input.ts";
import { makersIn } from "../src/server/issuer-makers.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-roots-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const write = (name: string, content: unknown): void =>
	writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));

const [first, second] = [ecKey(1), ecKey(2)];
const certificate = new X509Certificate(hierarchy(1_800_000_000, { root: first }).above[2] as Bytes);
const plain = createPublicKey(second).export({ type: "spki", format: "pem" });
const revoking = (...serials: string[]) => ({
	entries: Object.fromEntries(serials.map((serial) => [serial, { status: "REVOKED" }])),
});
const root = {
	...{ name: "Google", file: "roots.pem", assurance: "tee" },
	...{ statusList: "status.json", statusListDays: 2 },
};
const pin = (androidRoots: unknown, name = "makers.json"): string => {
	write(name, { androidRoots });
	return at(name);
};
write("roots.pem", `Roots of a maker:\n${certificate.toString()}\n${plain}`);
write("status.json", revoking("0A1"));

test("a file of makers pins the keys of several roots, from its own folder on", () => {
	const roots = makersIn(pin([root])).androidRoots ?? [];
	const said = roots.map(({ key, assurance, statusListValidity }) => [key, assurance, statusListValidity]);
	assert.deepEqual(
		said,
		[first, second].map((key) => [spkiOf(key), "tee", 2 * 86_400]),
	);
});

test("a list of what is revoked is read again once its file is another, and is as old as it", () => {
	const list = makersIn(pin([root])).androidRoots?.[0]?.statusList ?? assert.fail();
	utimesSync(at("status.json"), 1_700_000_000, 1_700_000_000);
	assert.deepEqual(list(), { asOf: 1_700_000_000, serials: new Set(["a1"]) });
	assert.equal(list(), list(), "is kept while it is the same");
	write("next.json", revoking("a1", "b2"));
	utimesSync(at("next.json"), 1_700_086_400, 1_700_086_400);
	renameSync(at("next.json"), at("status.json"));
	assert.deepEqual(list(), { asOf: 1_700_086_400, serials: new Set(["a1", "b2"]) });
	for (const none of ["", "{}", '{"entries":{"zz":{"status":"REVOKED"}}}']) {
		write("status.json", none);
		assert.equal(list(), null, none);
	}
	rmSync(at("status.json"));
	assert.equal(list(), null);
	symlinkSync(at("status.json"), at("status.json"));
	assert.equal(list(), null, "a link to itself: the system does not say what it is");
	rmSync(at("status.json"));
	write("status.json", revoking());
	assert.equal(list()?.serials.size, 0);
});

test("roots, and lists of what is revoked, that cannot be read are refused before anything is served", () => {
	write("none.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
	write("none.json", { entries: [] });
	const files = [
		[],
		[{ ...root, assurance: "hsm" }],
		[{ ...root, assurance: "software" }],
		[{ ...root, statusListDays: 0 }],
		[{ ...root, statusListDays: undefined }],
		[{ ...root, more: 1 }],
		[{ ...root, file: "absent.pem" }],
		[{ ...root, file: "none.pem" }],
		[{ ...root, file: "status.json" }],
		[{ ...root, statusList: "absent.json" }],
		[{ ...root, statusList: "none.json" }],
		[root, { ...root, assurance: "secureElement" }],
	];
	for (const roots of files) assert.throws(() => makersIn(pin(roots)), BadInput, JSON.stringify(roots));
});
