/** Crowds over one token at a real operator over HTTP and SQLite: one payout each time. And the judge sees. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseReply, reply, serialize } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { must } from "../src/ecosystem.ts";
import type { Variant } from "../src/races/race.ts";
import { races } from "../src/races/races.ts";
import { variants } from "../src/races/variants.ts";
import { startPostgres } from "../src/server/postgres-server.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-races-test-"));
after(() => rmSync(root, { recursive: true, force: true }));

const variant = (name: string): Variant => {
	const found = variants[name];
	assert.ok(found, name);
	return found;
};

let folders = 0;

async function run(parallel: number, chosen: Readonly<Record<string, Variant>>, database?: string) {
	const rounds = Object.keys(chosen).length;
	const folder = join(root, `${++folders}`);
	return races({
		folder,
		...(database === undefined ? {} : { database, processes: 2 }),
		parallel,
		variants: chosen,
		goOn: (done) => done < rounds,
		progress: () => undefined,
	});
}

const full = ["one claim repeated", "different claims", "two branches of a fork"];

for (const [parallel, names] of [
	[1000, full],
	[200, Object.keys(variants).filter((name) => !full.includes(name))],
] as const)
	test(`${parallel} requests at once: ${names.join(", ")}`, async (t) => {
		const report = await run(parallel, Object.fromEntries(names.map((name) => [name, variant(name)])));
		t.diagnostic(JSON.stringify(report.answers));
		ran(t, "races", { rounds: names.length, requests: report.requests });
		assert.deepEqual(report.wrong, []);
		assert.equal(report.requests, parallel * names.length);
	});

test("1000 and 100 requests at once at two operators over one PostgreSQL server", async (t) => {
	const server = await startPostgres();
	if (typeof server === "string") return t.skip(server);
	try {
		for (const [parallel, names] of [
			[1000, ["different claims"]],
			[100, Object.keys(variants).filter((name) => name !== "different claims")],
		] as const) {
			const chosen = Object.fromEntries(names.map((name) => [name, variant(name)]));
			const url = new URL(server.url);
			url.searchParams.set("schema", `races_${parallel}`);
			const report = await run(parallel, chosen, url.href);
			t.diagnostic(JSON.stringify(report.answers));
			ran(t, "races", { rounds: names.length, requests: report.requests });
			assert.deepEqual(report.wrong, []);
		}
	} finally {
		await server.stop();
	}
});

test("a token that is paid twice is seen", async () => {
	const paidTwice: Variant = async (track, parallel) => {
		const race = await variant("one claim repeated")(track, parallel);
		return {
			...race,
			judge: (answers) =>
				race.judge(
					answers.map((answer, i) => {
						if (answer.kind !== "reply" || i > 0) return answer;
						const other = { ...must(parseReply(answer.bytes)), order: new Uint8Array(32) };
						return { ...answer, bytes: serialize(reply, other) };
					}),
				),
		};
	};
	const { wrong } = await run(4, { paidTwice });
	assert.ok(wrong.some((words) => words.includes("2 payouts of one token")));
	assert.ok(wrong.some((words) => words.includes("answered in 2 ways")));
});

test("a crowd that was not answered is seen", async () => {
	const broken: Variant = async (track, parallel) => {
		const race = await variant("one claim repeated")(track, parallel);
		return { ...race, entries: race.entries.map((entry) => ({ ...entry, body: new Uint8Array(0) })) };
	};
	assert.notDeepEqual((await run(4, { broken })).wrong, []);
});
