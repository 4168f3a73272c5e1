/** What is built: small enough to load in a breath, served under the policy, and the same whoever builds it. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { buildWeb, webApp } from "../src/server/index.ts";

const mostScriptBytes = 200_000;
const mostWasmBytes = 300_000;

describe("the built pages", () => {
	let folder: string;
	before(async () => {
		folder = await buildWeb();
	});
	const gzipped = (names: readonly string[]): number =>
		names
			.map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length)
			.reduce((sum, length) => sum + length, 0);

	/** A script and all that it imports before it runs; what it imports later is not looked at. */
	function withImports(name: string, found: Set<string> = new Set()): ReadonlySet<string> {
		if (found.has(name)) return found;
		found.add(name);
		const code = readFileSync(join(folder, name), "utf8");
		const imports = code.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g);
		for (const [, other] of imports) withImports(`assets/${other}`, found);
		return found;
	}

	test("weigh what a first load may: scripts, and WebAssembly apart", (t) => {
		const page = readFileSync(join(folder, "index.html"), "utf8");
		const first = [...page.matchAll(/(?:src|href)="\.\/(assets\/[\w.-]+\.js)"/g)].map(
			([, name]) => name ?? "",
		);
		const [worker] = globSync("assets/worker-*.js", { cwd: folder });
		const loaded = [...new Set([...first, worker ?? ""].flatMap((name) => [...withImports(name)]))];
		const scripts = gzipped(loaded);
		const wasm = gzipped(globSync("assets/*.wasm", { cwd: folder }));
		t.diagnostic(
			`${scripts} bytes of JavaScript, ${wasm} of WebAssembly, gzipped, in ${loaded.length} scripts`,
		);
		assert.ok(first.length > 0 && worker !== undefined);
		assert.ok(scripts > 100_000 && scripts <= mostScriptBytes, String(scripts));
		assert.ok(wasm > 50_000 && wasm <= mostWasmBytes, String(wasm));
	});

	test("hold libsodium's WebAssembly once, in a file of its own", () => {
		assert.equal(globSync("assets/libsodium-*.wasm", { cwd: folder }).length, 1);
		for (const name of globSync("assets/*.js", { cwd: folder }))
			assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /AGFzbQ[A-Za-z0-9+/]{1000}/, name);
	});

	test("are not built again while nothing changed", async () => {
		assert.equal(await buildWeb(), folder);
	});

	test("are named to the service worker, all of them", () => {
		const worker = readFileSync(join(folder, "service-worker.js"), "utf8");
		const files = globSync("**/*.*", { cwd: folder }).filter((name) => name !== "service-worker.js");
		for (const name of files) assert.ok(worker.includes(`${name}\\"`), name);
	});

	test("are served with a policy that lets no other script in, and no path out of the folder", async () => {
		const app = webApp(folder, { connect: ["http://127.0.0.1:*"] });
		const answer = await app.request("/");
		const policy = answer.headers.get("content-security-policy") ?? "";
		assert.equal(answer.status, 200);
		assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
		for (const part of [
			"default-src 'none'",
			"script-src 'self' 'wasm-unsafe-eval'",
			"connect-src 'self' https: wss: http://127.0.0.1:*",
			"frame-ancestors 'none'",
			"base-uri 'none'",
			"form-action 'none'",
			"require-trusted-types-for 'script'",
		])
			assert.ok(policy.split("; ").includes(part), `${part} is not in ${policy}`);
		assert.deepEqual(
			["x-content-type-options", "referrer-policy", "x-frame-options", "cross-origin-opener-policy"].map(
				(name) => answer.headers.get(name),
			),
			["nosniff", "no-referrer", "DENY", "same-origin"],
		);
		for (const path of ["/../package.json", "/%2e%2e/package.json", "/assets/..%2findex.html", "/none"])
			assert.equal((await app.request(path)).status, 404, path);
	});

	test("come gzipped to whoever takes that, and not again to whoever has them", async () => {
		const app = webApp(folder);
		const [script] = globSync("assets/index-*.js", { cwd: folder });
		const first = await app.request(`/${script}`, { headers: { "accept-encoding": "gzip, br" } });
		assert.equal(first.headers.get("content-encoding"), "gzip");
		assert.match(first.headers.get("cache-control") ?? "", /immutable/);
		const etag = first.headers.get("etag") ?? "";
		const again = await app.request(`/${script}`, {
			headers: { "if-none-match": etag, "accept-encoding": "gzip" },
		});
		assert.equal(again.status, 304);
		const plain = await app.request(`/${script}`);
		assert.equal(await plain.text(), readFileSync(join(folder, script ?? ""), "utf8"));
		assert.equal((await app.request("/")).headers.get("cache-control"), "no-cache");
	});
});
