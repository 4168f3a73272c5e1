/** One command takes a picture of every screen; here of one of them, in both languages, by day and night, narrow and wide. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { skip } from "./browser/chromium.ts";

const signature = "89504e470d0a1a0a";

test("pictures of one screen: npm run screenshots -- --only home", { skip }, async () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-pictures-"));
	try {
		const { stdout } = await promisify(execFile)(process.execPath, [
			"scripts/screenshots.ts",
			...["--only", "home", "--to", folder],
		]);
		const expected = ["en", "ja"].flatMap((language) =>
			["dark", "light"].flatMap((scheme) =>
				["phone", "wide"].map((size) => `${language}-home-${scheme}-${size}.png`),
			),
		);
		assert.deepEqual(readdirSync(folder).sort(), expected);
		for (const name of expected) {
			const picture = readFileSync(join(folder, name));
			assert.equal(picture.subarray(0, 8).toString("hex"), signature);
			assert.equal(picture.readUInt32BE(16), name.includes("wide") ? 1_280 : 390);
			assert.ok(picture.length > 5_000 && stdout.includes(name), name);
		}
		// By night it is another picture than by day, and in one language another than in the other.
		assert.equal(new Set(expected.map((name) => readFileSync(join(folder, name), "hex"))).size, 8);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
