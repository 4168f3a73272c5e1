/** What a page loads beside its worker is small: neither the module nor WebAssembly is in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { bundle } from "./browser/chromium.ts";

test("screens and data channels bring no module and no WebAssembly to the page", async (t) => {
	const code = await bundle("packages/wallet/src/page.ts");
	assert.doesNotMatch(code, /WebAssembly|crypto_sign|argon2/i);
	const bytes = gzipSync(code).length;
	t.diagnostic(`${bytes} bytes gzipped`);
	assert.ok(bytes < 60_000, `${bytes}`);
});
