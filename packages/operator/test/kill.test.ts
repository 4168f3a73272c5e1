/**
 * A working operator is killed without warning, again and again: whatever it had acknowledged stands, the
 * same bytes get the same answer, and in the end every claim was paid once.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { type Bytes, isRefusal, type OperatorClient } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { httpOperatorClient } from "../../wallet/src/operator-client.ts";
import { assertBalanced } from "./support/balanced.ts";
import { createEcosystem } from "./support/ecosystem.ts";
import { inFolder } from "./support/in-folder.ts";
import { redemptions } from "./support/redemptions.ts";

const kills = 5;
const claimCount = 120;
/** claims under way at once, which are taken together */
const lanes = 12;
const program = join(import.meta.dirname, "support", "operator-process.ts");

async function start(
	database: string,
	run: number,
): Promise<{ child: ChildProcess; client: OperatorClient }> {
	const child = spawn(process.execPath, [program, database, `${run}`], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
	return { child, client: httpOperatorClient({ url: line.toString().trim(), timeout_ms: 10_000 }) };
}

/** Sends what was not acknowledged, a few at a time, until done or the line goes dead. */
async function sendAll(client: OperatorClient, claims: readonly Bytes[], acknowledged: Map<number, Bytes>) {
	const waiting = claims.map((_, position) => position).filter((position) => !acknowledged.has(position));
	const lane = async (): Promise<void> => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const answer = await client.claim(claims[next] as Bytes);
			if (isRefusal(answer)) return assert.equal(answer.code, "channel-failed");
			acknowledged.set(next, answer);
		}
	};
	await Promise.all(Array.from({ length: lanes }, lane));
}

test(`${kills} kills of a working operator lose nothing that it acknowledged`, (t) =>
	inFolder(async (database) => {
		const ecosystem = await createEcosystem({ database });
		const claims: Bytes[] = [];
		while (claims.length < claimCount) claims.push(...(await redemptions(ecosystem, 15)));
		await ecosystem.operator.close();
		const acknowledged = new Map<number, Bytes>();
		for (let run = 1; run <= kills; run++) {
			const { child, client } = await start(database, run);
			const sending = sendAll(client, claims.slice(0, (claims.length * run) / kills), acknowledged);
			setTimeout(() => child.kill("SIGKILL"), 20 + 17 * run);
			await Promise.all([sending, once(child, "exit")]);
		}
		const { child, client } = await start(database, kills + 1);
		t.after(() => child.kill("SIGKILL"));
		const before = new Map(acknowledged);
		// On a slow machine the door turns some away, which come again.
		for (let tries = 0; tries < 50 && acknowledged.size < claims.length; tries++)
			await sendAll(client, claims, acknowledged);
		assert.equal(acknowledged.size, claims.length);
		const again = new Map<number, Bytes>();
		for (let tries = 0; tries < 50 && again.size < claims.length; tries++)
			await sendAll(client, claims, again);
		for (const [position, answer] of before) assert.deepEqual(again.get(position), answer);
		child.kill("SIGKILL");
		await once(child, "exit");
		const operator = await ecosystem.reopen();
		await assertBalanced({ ...ecosystem, operator }, { outstanding: 0n, held: BigInt(claims.length) * 10n });
		await operator.close();
		ran(t, "kills", { kills, operations: claims.length });
	}));
