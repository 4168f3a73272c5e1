/**
 * `protocol` pays, takes and verifies in QuickJS, an engine for small devices, within 16 MiB.
 *
 * The engine is QuickJS compiled to WebAssembly, from npm. It has no platform: no clock, no TextEncoder, no crypto.
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import variant from "@jitl/quickjs-wasmfile-release-sync";
import { signerFrom } from "@tenten/module";
import { toHex } from "@tenten/protocol";
import {
	newQuickJSWASMModuleFromVariant,
	newVariant,
	type QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import { rolldown } from "rolldown";
import { createHolder, createWorld, issueEncoded } from "../packages/module/test/support/world.ts";
import type { Given, Paid } from "./quickjs/payment.ts";

/** pages of 64 KiB: 16 MiB in all for the engine, its stack and its heap. It cannot grow */
const pages = 256;
const mebibyte = 1_048_576;

let code: string;
let given: Given;

before(async () => {
	const built = await rolldown({ input: "test/quickjs/payment.ts", platform: "neutral" });
	const { output } = await built.generate({ format: "iife", name: "tenten", minify: true });
	await built.close();
	({ code } = output[0]);
	const world = await createWorld({ suite: "ES256" });
	const keys = [world.random(), world.random()];
	const [payer, payee] = await Promise.all(
		keys.map((key) => createHolder(world, { signer: signerFrom(key, "ES256") })),
	);
	assert.ok(payer && payee);
	given = {
		trustList: toHex(world.encodedList),
		operator: toHex(world.operator.id),
		token: toHex(await issueEncoded(world, payer, 1_000n, { batch: 3 })),
		payee: { certificate: toHex(payee.certificate.encoded), privateKey: toHex(keys[1] ?? world.random()) },
		payer: { privateKey: toHex(keys[0] ?? world.random()) },
		entropy: [1, 2, 3, 4].map(() => toHex(world.random())).join(""),
		amount: "300",
		now: world.now,
		isForged: false,
	};
});

/** What a text comes to in an engine of its own, and how much of its memory was ever written, in bytes. */
async function run(text: string): Promise<{ readonly outcome: string; readonly peak: number }> {
	const wasmMemory = new WebAssembly.Memory({ initial: pages, maximum: pages });
	const base = variant as unknown as QuickJSSyncVariant;
	const engine = await newQuickJSWASMModuleFromVariant(newVariant(base, { wasmMemory }));
	const context = engine.newContext();
	const result = context.evalCode(text);
	const outcome = context.dump(result.error ?? result.value) as { message?: string } | string;
	// What is freed keeps its bytes, and what was never given out is zero: the last other byte is the highest mark.
	const peak = new Uint8Array(wasmMemory.buffer).findLastIndex((byte) => byte !== 0) + 1;
	return { outcome: typeof outcome === "string" ? outcome : `${outcome.message}`, peak };
}

const paying = (of: Given): string => `${code};JSON.stringify(tenten.pay(${JSON.stringify(of)}))`;

test("a payment in two phases is made and verified in QuickJS, within 16 MiB", async (t) => {
	const empty = await run("''");
	const { outcome, peak } = await run(paying(given));
	assert.match(outcome, /^\{/, outcome);
	const { sizes, ...rest } = JSON.parse(outcome) as Paid;
	assert.deepEqual(rest, { payer: "released", payee: "owned", receipt: "300", owned: "300", change: "700" });
	assert.ok(peak > empty.peak && peak < pages * 65_536);
	const inMebibytes = (bytes: number): string => (bytes / mebibyte).toFixed(1);
	t.diagnostic(
		`peak heap ${inMebibytes(peak - empty.peak)} MiB, with engine and stack ${inMebibytes(peak)} of 16; bundle ${code.length} bytes`,
	);
	t.diagnostic(`bytes of messages ${JSON.stringify(sizes)}`);
});

test("there, too, a forged answer is no reason to release", async () => {
	const { outcome } = await run(paying({ ...given, isForged: true }));
	assert.match(outcome, /signature-invalid/);
});

test("the bound on memory is a bound: what needs more ends", async () => {
	const { outcome } = await run("const held = []; for (;;) held.push(new Uint8Array(65_536).fill(1))");
	assert.match(outcome, /out of memory|null/);
});
