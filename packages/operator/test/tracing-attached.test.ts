/** Without an SDK spans change nothing; one is attached as docs/operating.md says. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { refuse } from "@tenten/protocol";
import { startServer } from "../src/index.ts";
import { spanned } from "../src/tracing.ts";
import { createEcosystem } from "./support/ecosystem.ts";

test("without an SDK a span is the work itself: nothing more is waited for, thrown or told", async () => {
	const work = Promise.resolve(1);
	assert.equal(
		spanned("verify claim", () => work),
		work,
	);
	assert.deepEqual(
		spanned("verify order", () => refuse("expired")),
		refuse("expired"),
	);
	assert.throws(
		() =>
			spanned("verify order", () => {
				throw new RangeError("as it was");
			}),
		new RangeError("as it was"),
	);
	const lines: Readonly<Record<string, unknown>>[] = [];
	const log = { info: (fields: object) => lines.push(fields as never), error: () => undefined };
	const { operator } = await createEcosystem();
	const server = await startServer({ operator, port: 0, log });
	const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
	await fetch(`${server.url}/livez`, { headers: { traceparent } });
	await server.close();
	await operator.close();
	assert.equal("traceId" in (lines[0] ?? {}), false);
});

test("an SDK is attached by a file that Node loads first, word for word as the page says", async () => {
	const root = join(import.meta.dirname, "../../..");
	const page = readFileSync(join(root, "docs/operating.md"), "utf8");
	const snippet = /```ts\n(import .*?sdk-trace-node.*?)```/s.exec(page)?.[1] ?? "";
	// Below node_modules, so that it finds what it imports, and nothing else finds it.
	const folder = join(root, `node_modules/.cache/tracing-${process.pid}`);
	mkdirSync(folder, { recursive: true });
	const file = join(folder, "tracing.mjs");
	writeFileSync(file, snippet);
	const operator = join(import.meta.dirname, "support/operator-process.ts");
	const env = { ...process.env, NODE_OPTIONS: `--import ${file}`, OTEL_BSP_SCHEDULE_DELAY: "50" };
	const child = spawn(process.execPath, [operator, ":memory:"], {
		env,
		stdio: ["ignore", "pipe", "inherit"],
	});
	try {
		let told = "";
		let asked: Promise<Response> | null = null;
		for await (const chunk of child.stdout) {
			told += chunk;
			const url = /^(http:\S+)$/m.exec(told)?.[1];
			if (url !== undefined) asked ??= fetch(`${url}/v1/trust-list`);
			if (told.includes("GET /v1/trust-list") && told.includes("'http.response.status_code': 200")) break;
		}
		assert.equal((await asked)?.status, 200);
		assert.match(told, /name: 'store read'/);
	} finally {
		child.kill();
		await once(child, "exit");
		rmSync(folder, { recursive: true });
	}
});
