/**
 * kill -9 of the real payer or payee, before and after every durable write of a hand-over over HTTP.
 *
 * Both sides are processes on SQLite files. After each kill both files are opened as a restart would: the two
 * states are ones that the protocol allows, and no value is gone or there twice. One exchange of status then
 * ends every doubt, and the operator's own books say that every unit exists exactly once.
 */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { admitAsAsked, Operator } from "@tenten/operator";
import { type AssetId, type Bytes, toHex } from "@tenten/protocol";
import { handoverApp, httpChannel, listenOnLoopback, type Wallet } from "@tenten/wallet";
import { ran } from "../../../test/support/ran.ts";
import { now, random } from "../src/surroundings.ts";
import { must, openWallet, type Plan, type Scenario } from "./support/hand-over-process.ts";
import type { Kill } from "./support/killing-store.ts";
import { ended, firstLine, startProgram } from "./support/processes.ts";

const program = join(import.meta.dirname, "support/hand-over-process.ts");
const root = mkdtempSync(join(tmpdir(), "tenten-kill-"));
const money = 1_000n;
const price = 700n;
const day = 86_400;

const signer = () => signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
const keys = { root: signer(), authority: signer(), issuing: signer(), ruling: signer(), desk: signer() };
const deviceKeys = { payer: toHex(random(32)), payee: toHex(random(32)) };

function openOperator(folder: string): Promise<Operator> {
	return Operator.open({
		database: join(folder, "operator.sqlite"),
		keys,
		policy: {
			name: "Kill",
			url: "http://127.0.0.1",
			assets: [{ code: "JPY", scale: 0, name: "yen", spendWindow: day, redeemWindow: 2 * day, grace: day }],
			certificateValidity: day,
			trustListValidity: day,
			forkLimit: 0n,
			admit: admitAsAsked(null),
			licensing: { kind: "none" },
			conditionsOf: () => [],
		},
		verify,
		now,
		entropy: random,
	});
}

let asset: AssetId;

/** The world before the hand-over: the payer has its money in two tokens, so paying needs both and makes change. */
before(async () => {
	const operator = await openOperator(root);
	asset = { operator: operator.id, code: "JPY" };
	for (const side of ["payer", "payee"] as const) {
		const wallet = await openWallet(join(root, `${side}.sqlite`), deviceKeys[side], null);
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		assert.equal(await wallet.join(operator, operator.id, asked), undefined);
		if (side === "payer") {
			const [own] = wallet.module.certificates();
			assert.ok(own);
			assert.equal(await operator.deposit(random(32), own.hash, "JPY", money), undefined);
			must(await wallet.topUp(asset, money, 2));
		}
		await wallet.close();
	}
	await operator.close();
});

after(() => rmSync(root, { recursive: true, force: true }));

let runs = 0;

function freshWorld(): string {
	const folder = join(root, `run-${++runs}`);
	for (const name of ["payer.sqlite", "payee.sqlite", "operator.sqlite"])
		cpSync(join(root, name), join(folder, name));
	return folder;
}

function start(folder: string, plan: Pick<Plan, "side" | "scenario" | "address" | "kill">): ChildProcess {
	const whole: Plan = {
		...plan,
		file: join(folder, `${plan.side}.sqlite`),
		deviceKey: deviceKeys[plan.side],
		operator: toHex(asset.operator),
		code: asset.code,
		amount: price.toString(),
	};
	return startProgram(program, whole);
}

/** Whether the planned write was reached: else there is nothing left to kill. */
async function handOverWithKill(
	folder: string,
	scenario: Scenario,
	side: "payer" | "payee",
	kill: Kill,
): Promise<boolean> {
	const payee = start(folder, { side: "payee", scenario, address: "", kill: side === "payee" ? kill : null });
	const address = await firstLine(payee);
	const payer = start(folder, { side: "payer", scenario, address, kill: side === "payer" ? kill : null });
	const payerEnd = await ended(payer);
	payee.kill("SIGTERM");
	const payeeEnd = await ended(payee);
	return (side === "payer" ? payerEnd : payeeEnd) === "SIGKILL";
}

type States = { readonly payer: string; readonly payee: string };

const statesOf = (payer: Wallet, payee: Wallet): States => ({
	payer: payer.module.attempts()[0]?.state ?? "none",
	payee: payee.module.attempts()[0]?.state ?? "none",
});

/** What a crash may leave: the payee never ahead of the payer, a release never without a reservation. */
const allowed: ReadonlySet<string> = new Set([
	"none none",
	"locked none",
	"locked reserved",
	"released reserved",
	"released owned",
	"cancelled none",
	"cancelled reserved",
	"cancelled cancelled",
	"sent none",
	"sent owned",
]);

/** Where nothing is in doubt. */
const settled: ReadonlySet<string> = new Set([
	"none none",
	"released owned",
	"cancelled none",
	"cancelled cancelled",
	"sent owned",
]);

function assertConserved(
	payer: Wallet,
	payee: Wallet,
	{ payer: paid, payee: got }: States,
	where: string,
): void {
	const [mine, theirs] = [payer.balance(asset), payee.balance(asset)];
	// What the payer has let go and the payee does not own yet is in the reservation, or on its way.
	const underWay = (paid === "released" || paid === "sent") && got !== "owned" ? price : 0n;
	assert.equal(mine.available + mine.locked + theirs.available + underWay, money, where);
	assert.ok(mine.available + theirs.available <= money, where);
	assert.equal(theirs.reserved, got === "reserved" ? price : 0n, where);
}

/** Opens both files as a restart does, checks them, asks once, and lets the operator count. */
async function restartAndAsk(folder: string, where: string): Promise<States> {
	const payer = await openWallet(join(folder, "payer.sqlite"), deviceKeys.payer, null);
	const payee = await openWallet(join(folder, "payee.sqlite"), deviceKeys.payee, null);
	const found = statesOf(payer, payee);
	assert.ok(allowed.has(`${found.payer} ${found.payee}`), `${where}: ${found.payer} ${found.payee}`);
	assertConserved(payer, payee, found, where);

	await askOver(payer, payee);
	// A payee that still waits asks too: a payer that has cancelled says so again.
	await askOver(payee, payer);

	const agreed = statesOf(payer, payee);
	assert.ok(settled.has(`${agreed.payer} ${agreed.payee}`), `${where}: ${agreed.payer} ${agreed.payee}`);
	assertConserved(payer, payee, agreed, where);
	await assertCountedOnce(folder, [payer, payee], where);
	return found;
}

let mostExchanges = 0;

/** Whoever has an open attempt asks the other side about it, over HTTP. */
async function askOver(asking: Wallet, asked: Wallet): Promise<void> {
	const open = asking.module.open();
	if (open.length === 0) return;
	const server = await listenOnLoopback(handoverApp(asked.handle));
	const channel = must(httpChannel(server.url, { rules: { loopback: true } }));
	for (const attempt of open) {
		let exchanges = 0;
		const counted = (messages: readonly Bytes[]) => {
			mostExchanges = Math.max(mostExchanges, ++exchanges);
			return channel.exchange(messages);
		};
		must(await asking.recover(attempt, { exchange: counted }));
	}
	channel.close();
	await server.stop();
}

/** Both redeem everything: the operator pays the whole, to the unit, and nobody twice. */
async function assertCountedOnce(folder: string, wallets: readonly Wallet[], where: string): Promise<void> {
	const operator = await openOperator(folder);
	for (const wallet of wallets) {
		wallet.connect(operator.id, operator);
		const { evidence, refused } = must(await wallet.redeem(asset));
		assert.deepEqual([evidence, refused], [[], []], where);
		await wallet.close();
	}
	const { totals, broken } = await operator.audit(asset.code);
	assert.deepEqual([totals.outstanding, totals.held, totals.drawn, broken], [0n, money, 0n, []], where);
	await operator.close();
}

let kills = 0;

for (const scenario of ["pay", "cancel", "direct"] as const)
	for (const side of ["payer", "payee"] as const)
		test(`${scenario}: the ${side} is killed before and after every durable write`, async (t) => {
			const found = new Set<string>();
			let write = 1;
			for (let reached = true; reached; write++)
				for (const when of ["before", "after"] as const) {
					const where = `${scenario}, ${side} killed ${when} write ${write}`;
					const folder = freshWorld();
					reached = await handOverWithKill(folder, scenario, side, { write, when });
					const { payer, payee } = await restartAndAsk(folder, where);
					if (!reached) break;
					kills++;
					found.add(`${payer}/${payee}`);
				}
			assert.ok(write > 3, `the ${side} wrote ${write - 2} times only`);
			t.diagnostic(`${write - 2} writes; found after the kills (payer/payee): ${[...found].join(", ")}`);
		});

test("every kill was one", (t) => {
	t.diagnostic(`every doubt ended within ${mostExchanges} exchanges`);
	ran(t, "kills", { kills });
	assert.ok(kills >= 30);
	// The question with its answer, and where that is a reservation, the release with its own.
	assert.ok(mostExchanges <= 2);
});
