/** Rotating what an operator signs with, from the command line, with wallets that hold what the old key signed. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startServer } from "@tenten/operator";
import { type AssetId, isRefusal, toHex } from "@tenten/protocol";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { random } from "../src/surroundings.ts";
import { must, openWallet } from "./support/hand-over-process.ts";
import type { OperatorPlan } from "./support/operator-process.ts";
import { ended, firstLine, startProgram } from "./support/processes.ts";
import { openShell } from "./support/tenten.ts";

const program = join(import.meta.dirname, "support/operator-process.ts");
const shell = openShell({}, "together");
const root = mkdtempSync(join(tmpdir(), "tenten-signing-keys-"));
const folder = join(root, "bank");
const unlock = { kind: "device", key: random(32) } as const;
const deviceKey = toHex(random(32));
const log = { info: () => undefined, error: console.error };

before(async () => {
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	await must(await openIssuer(folder, unlock)).close();
});
after(() => {
	shell.close();
	rmSync(root, { recursive: true });
});

async function tenten(data: string, ...args: readonly string[]) {
	const { status, stderr, json } = await shell.tenten("operator", "signing-keys", ...args, "--data", data);
	return { status, err: stderr, result: json };
}

test("an issuing key is rotated, and distrusted when it leaks: a wallet goes on paying and is paid out", async (t) => {
	const data = join(root, "rotated");
	cpSync(folder, data, { recursive: true });
	const issuer = must(await openIssuer(data, unlock));
	const { operator } = issuer;
	const server = await startServer({ operator, port: issuer.settings.port, log });
	const wallet = await openWallet(join(root, "wallet.sqlite"), deviceKey, null);
	t.after(async () => {
		await wallet.close();
		await server.close();
		await issuer.close();
	});
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	assert.equal(await wallet.join(operator, operator.id, asked), undefined);
	const asset: AssetId = { operator: operator.id, code: "JPY" };
	const [own] = wallet.module.certificates();
	assert.equal(await operator.deposit(random(32), own?.hash ?? random(32), "JPY", 300n), undefined);
	must(await wallet.topUp(asset, 100n));

	const listed = await tenten(data, "list");
	const [first] = listed.result.signingKeys.filter(
		({ purpose }: { purpose: string }) => purpose === "issuing",
	);
	assert.equal(first.state, "signing");
	const needed = await tenten(data, "distrust", first.id);
	assert.deepEqual([needed.status, needed.result.code], [1, "signing-key-needed"]);
	const rotated = await tenten(data, "rotate", "issuing", "--from", "now");
	assert.equal(rotated.status, 0, rotated.err);
	assert.equal((await tenten(data, "retire", first.id)).result.code, "signing-key-needed");
	must(await wallet.topUp(asset, 100n));
	assert.equal((await tenten(data, "distrust", first.id)).result.signingKey.state, "distrusted");
	must(await wallet.topUp(asset, 100n));
	assert.equal(wallet.balance(asset).available, 300n);
	must(await wallet.redeem(asset, 300n));
	assert.equal(must(await wallet.account(asset)), 300n);
	const { totals, broken } = await operator.audit("JPY");
	assert.deepEqual([totals.outstanding, broken], [0n, []]);
});

test("kill -9 in the middle of a rotation leaves an operator that works, with the old key or with both", async (t) => {
	let kills = 0;
	for (let commit = 1, isReached = true; isReached; commit++)
		for (const point of ["beforeCommit", "afterCommit"] as const) {
			const data = join(root, `killed-${commit}-${point}`);
			cpSync(folder, data, { recursive: true });
			const plan: OperatorPlan = { folder: data, deviceKey: toHex(unlock.key), commit, point };
			const child = startProgram(program, plan);
			const url = await firstLine(child);
			const key = readFileSync(join(data, "api-key"), "utf8").trim();
			const asked = await fetch(`${url}/v1/signing-keys`, {
				method: "POST",
				headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
				body: JSON.stringify({ purpose: "issuing", signsFrom: null }),
			}).catch(() => undefined);
			child.kill("SIGTERM");
			isReached = (await ended(child)) === "SIGKILL";
			if (isReached) kills++;
			const { operator, close } = must(await openIssuer(data, unlock));
			const issuing = operator.signingKeys.list().filter(({ purpose }) => purpose === "issuing");
			const states = issuing.map(({ state }) => state).join();
			assert.match(states, asked?.status === 201 ? /^signing,listed$/ : /^signing(,listed)?$/);
			const acting = { actor: "test", requestId: "test" };
			const again = await operator.signingKeys.rotate(acting, "issuing", null);
			assert.equal(again.kind, states === "signing" ? "changed" : "pending");
			assert.equal(operator.entry.keys.length, 4);
			const owner = random(32);
			const terms = { conditions: [], caveats: [] };
			const issue = { id: random(32), code: "JPY", outputs: [{ amount: 1n, owner }], terms };
			assert.ok(!isRefusal(await operator.issue(issue)));
			await close();
			if (!isReached) break;
		}
	t.diagnostic(`${kills} kills`);
	assert.ok(kills >= 2);
});
