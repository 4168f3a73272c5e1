/**
 * kill -9 of a real operator before and after every commit, while a wallet withdraws, refreshes and redeems.
 *
 * The wallet does not know what happened: it sends the same bytes again when the operator is back. Every unit
 * is then on the account or in the wallet, once, and the books agree.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type FailPoint, startServer } from "@tenten/operator";
import { type AssetId, isRefusal, toHex } from "@tenten/protocol";
import { httpOperatorClient, type Wallet } from "@tenten/wallet";
import { ran } from "../../../test/support/ran.ts";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { random } from "../src/surroundings.ts";
import { must, openWallet } from "./support/hand-over-process.ts";
import type { OperatorPlan } from "./support/operator-process.ts";
import { ended, firstLine, startProgram } from "./support/processes.ts";

const program = join(import.meta.dirname, "support/operator-process.ts");
const root = mkdtempSync(join(tmpdir(), "tenten-kill-operator-"));
const deviceKey = toHex(random(32));
const unlock = { kind: "device", key: random(32) } as const;
const silent = { info: () => undefined, error: console.error };
const money = 1_000n;
const inWallet = 600n;
let asset: AssetId;

/** A wallet with two tokens, and the rest of its money on its account. */
before(async () => {
	const folder = join(root, "operator");
	const yen = { code: "JPY", scale: 0, name: "yen", ...usualWindows };
	await createIssuer(folder, { name: "Kill", assets: [yen], port: 0 }, unlock);
	const { operator, close } = must(await openIssuer(folder, unlock));
	asset = { operator: operator.id, code: "JPY" };
	const wallet = await openWallet(join(root, "wallet.sqlite"), deviceKey, null);
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	assert.equal(await wallet.join(operator, operator.id, asked), undefined);
	const [own] = wallet.module.certificates();
	assert.ok(own);
	assert.equal(await operator.deposit(random(32), own.hash, "JPY", money), undefined);
	must(await wallet.topUp(asset, inWallet, 2));
	await wallet.close();
	await close();
});

after(() => rmSync(root, { recursive: true, force: true }));

type Work = {
	readonly name: string;
	readonly ask: (wallet: Wallet) => Promise<unknown>;
	/** in the wallet at the end, minor units */
	readonly expected: bigint;
};

const works: readonly Work[] = [
	{ name: "withdrawal", ask: (wallet) => wallet.topUp(asset, 100n), expected: 700n },
	{ name: "redemption", ask: (wallet) => wallet.redeem(asset, 500n), expected: 100n },
	{
		name: "refresh",
		ask: (wallet) => wallet.upkeep({ links: 0, bytes: 0, time: Number.MAX_SAFE_INTEGER, count: 1 }),
		expected: 600n,
	},
];

let runs = 0;
let kills = 0;

/** Whether the planned commit was reached. */
async function workWithKill(
	folder: string,
	{ ask }: Work,
	plan: Pick<OperatorPlan, "commit" | "point">,
): Promise<boolean> {
	const whole: OperatorPlan = { ...plan, folder: join(folder, "operator"), deviceKey: toHex(unlock.key) };
	const child = startProgram(program, whole);
	const url = await firstLine(child);
	const wallet = await openWallet(join(folder, "wallet.sqlite"), deviceKey, null);
	wallet.connect(asset.operator, httpOperatorClient({ url, timeout_ms: 5_000 }));
	const answer = await ask(wallet);
	child.kill("SIGTERM");
	const isKilled = (await ended(child)) === "SIGKILL";
	assert.ok(isKilled || !isRefusal(answer), "what nobody killed is done");
	await wallet.close();
	return isKilled;
}

/** The operator is back, and the wallet, restarted too, sends again what was not answered. */
async function settleAndCount(
	folder: string,
	expected: bigint,
	isDone: boolean,
	where: string,
): Promise<void> {
	const issuer = must(await openIssuer(join(folder, "operator"), unlock));
	const { operator } = issuer;
	const server = await startServer({ operator, port: 0, log: silent });
	const wallet = await openWallet(join(folder, "wallet.sqlite"), deviceKey, null);
	wallet.connect(operator.id, httpOperatorClient({ url: server.url }));
	const pending = (await wallet.module.pendingOrders()).length;
	assert.equal(await wallet.settlePending(), pending, where);
	assert.equal((await wallet.module.pendingOrders()).length, 0, where);
	const { available } = wallet.balance(asset);
	if (isDone || pending > 0) assert.equal(available, expected, where);
	assert.equal(available + must(await wallet.account(asset)), money, where);
	const { totals, broken } = await operator.audit("JPY");
	assert.deepEqual([totals.outstanding, totals.held, broken], [available, money - available, []], where);
	await wallet.close();
	await server.close();
	await issuer.close();
}

for (const work of works)
	test(`the operator is killed before and after every commit of a ${work.name}`, async (t) => {
		let commit = 1;
		for (let reached = true; reached; commit++)
			for (const point of ["beforeCommit", "afterCommit"] as const satisfies readonly FailPoint[]) {
				const folder = join(root, `run-${++runs}`);
				cpSync(join(root, "operator"), join(folder, "operator"), { recursive: true });
				cpSync(join(root, "wallet.sqlite"), join(folder, "wallet.sqlite"));
				reached = await workWithKill(folder, work, { commit, point });
				await settleAndCount(folder, work.expected, !reached, `${work.name}, ${point} ${commit}`);
				if (!reached) break;
				kills++;
			}
		t.diagnostic(`${commit - 2} commits`);
		assert.ok(commit > 2);
	});

test("every kill was one", (t) => {
	ran(t, "kills", { kills });
	assert.ok(kills >= 12);
});
