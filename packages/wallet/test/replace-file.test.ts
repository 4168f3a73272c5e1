/**
 * A file that is replaced: every call to the system on the way fails before and after it, and every write is
 * cut off at any byte. Whoever reads it afterwards finds the old content or the new, whole.
 */
import assert from "node:assert/strict";
import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { replaceFile } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-replace-"));
const file = join(folder, "settings.json");
const [old, fresh] = ["the old content", "the new content, somewhat longer"];
after(() => rmSync(folder, { recursive: true, force: true }));

const calls = ["openSync", "writeFileSync", "fsyncSync", "closeSync", "renameSync", "rmSync"] as const;

const real = Object.fromEntries(calls.map((name) => [name, fs[name]]));

function mend(): void {
	Object.assign(fs, real);
	syncBuiltinESMExports();
}

afterEach(mend);

class Fault extends Error {}

type Plan = { readonly call: number; readonly when: "before" | "after" | number };

/** Fails the n-th call, and all that follow where the machine is gone; a number cuts a write off at that byte. */
function fail({ call, when }: Plan, isGone: boolean): { readonly made: () => readonly string[] } {
	const made: string[] = [];
	let failed = false;
	for (const name of calls) {
		const original = real[name] as (...input: unknown[]) => unknown;
		const failing = (...input: unknown[]): unknown => {
			if (failed && isGone) throw new Fault(`${name} after the end`);
			made.push(name);
			if (made.length !== call) return original(...input);
			failed = true;
			if (when === "before") throw new Fault(`before ${name}`);
			if (typeof when === "number") {
				if (name === "writeFileSync") original(input[0], (input[1] as Uint8Array).subarray(0, when));
				throw new Fault(`${name} cut off at ${when}`);
			}
			original(...input);
			throw new Fault(`after ${name}`);
		};
		Object.assign(fs, { [name]: failing });
	}
	syncBuiltinESMExports();
	return { made: () => made };
}

/** What is in the file after a try that failed as planned; undefined where nothing failed. */
function tryWith(
	plan: Plan,
	isGone: boolean,
): { readonly content: string; readonly name: string } | undefined {
	writeFileSync(file, old);
	const { made } = fail(plan, isGone);
	let thrown: unknown;
	try {
		replaceFile(file, new TextEncoder().encode(fresh));
	} catch (error) {
		thrown = error;
	}
	mend();
	const name = made()[plan.call - 1];
	if (name === undefined) {
		assert.equal(thrown, undefined);
		return undefined;
	}
	assert.ok(thrown instanceof Fault, `${name} failed, and nobody was told`);
	return { content: readFileSync(file, "utf8"), name };
}

for (const isGone of [true, false])
	test(`a replacement ${isGone ? "during which the machine goes" : "of which one call fails"} leaves the old content or the new`, (t) => {
		let points = 0;
		for (const when of ["before", "after"] as const)
			for (let call = 1; ; call++) {
				const found = tryWith({ call, when }, isGone);
				if (found === undefined) break;
				points++;
				const where = `${when} call ${call}, ${found.name}`;
				assert.ok(found.content === old || found.content === fresh, `${where}: ${found.content}`);
				const isRenamed = call > 4 && (call > 5 || when === "after");
				assert.equal(found.content, isRenamed ? fresh : old, where);
				if (!isGone) assert.deepEqual(readdirSync(folder), ["settings.json"], where);
				for (const name of readdirSync(folder)) if (name.endsWith(".part")) rmSync(join(folder, name));
			}
		ran(t, "cuts", { "of a replaced file": points });
		// open, write, sync, close, rename, and open, sync, close of the folder
		assert.equal(points, 16);
	});

test("a write cut off at any byte is never seen", () => {
	for (let byte = 0; byte <= fresh.length; byte++) {
		const found = tryWith({ call: 2, when: byte }, true);
		assert.equal(found?.name, "writeFileSync");
		assert.equal(found?.content, old, `cut off at ${byte}`);
	}
});
