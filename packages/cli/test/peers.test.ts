/** Operators that list each other, from the command line: one wallet holds the money of both. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ended } from "./support/processes.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
const { well, tenten, start, folder } = shell;
const [a, b] = [join(folder, "a"), join(folder, "b")];
after(() => shell.close());

const urlOf = (data: string): string => JSON.parse(readFileSync(join(data, "operator.json"), "utf8")).url;

const serve = async (data: string, ...peers: readonly string[]) => {
	const server = start("issuer", "serve", "--data", data, ...peers.flatMap((peer) => ["--peer", peer]));
	return { server, address: await says(server, /listens at (\S+)/) };
};

test("a wallet joins two operators that list each other, and a restart forgets no peer", async () => {
	for (const [data, name] of [
		[a, "A"],
		[b, "B"],
	] as const)
		await well("issuer", "init", "--data", data, "--name", name, "--asset", "JPY:0", "--port", "0");
	const { address: first } = await serve(a);
	const before = await serve(b, first);
	await well("wallet", "init");
	await well("wallet", "join", before.address);
	const { account } = await well("wallet", "join", first);
	await well("issuer", "deposit", account, "100", "--data", a);

	before.server.kill("SIGTERM");
	await ended(before.server);
	await serve(b);
	await well("wallet", "join", before.address);
	await well("wallet", "topup", "60", "--asset", "JPY@A");
	const { balances } = await well("wallet", "balance");
	assert.deepEqual(
		balances.map(({ asset, available }: Record<string, unknown>) => [asset, available]),
		[
			["JPY@B", 0],
			["JPY@A", 60],
		],
	);
});

test("a payee that asks for money of one operator takes no other for it", async () => {
	const other = ["--wallet", join(folder, "other")];
	const [mine] = (await well("wallet", "balance")).balances;
	assert.equal(mine.asset, "JPY@B");
	await well("wallet", "init", ...other);
	await well("wallet", "join", urlOf(b), ...other);
	const payee = start("wallet", "receive", "--amount", "10", ...other);
	const address = await says(payee, /Listening at (\S+)/);
	const wrong = await tenten("wallet", "pay", address, "--amount", "10", "--asset", "JPY@A");
	assert.deepEqual([wrong.status, wrong.json.code, wrong.json.fundsState], [1, "asset-mismatch", "safe"]);
	const poor = await tenten("wallet", "pay", address, "--yes");
	assert.deepEqual([poor.status, poor.json.code], [1, "funds-insufficient"]);
	payee.kill("SIGTERM");
	await ended(payee);
	// Where no amount is fixed, the payer chooses: money of either operator is taken.
	const open = start("wallet", "receive", ...other);
	const paid = await well("wallet", "pay", await says(open, /Listening at (\S+)/), "--amount", "10");
	assert.deepEqual([paid.fundsState, paid.available], ["spent", 50]);
});

test("an operator that is not the one expected, or not on the pinned list, is not joined", async () => {
	const [mine, stranger] = [join(folder, "mine"), join(folder, "stranger")];
	for (const data of [mine, stranger])
		await well("issuer", "init", "--data", data, "--name", "X", "--asset", "JPY:0", "--port", "0");
	const { address } = await serve(mine);
	const other = await serve(stranger);
	const wallet = ["--wallet", join(folder, "careful")];
	await well("wallet", "init", ...wallet);
	const pinned = await tenten("wallet", "join", address, "--pin", "0".repeat(64), ...wallet);
	assert.equal(pinned.status, 2);
	assert.match(pinned.stderr, /and not 0000/);
	await well("wallet", "join", address, ...wallet);
	const unlisted = await tenten("wallet", "join", other.address, ...wallet);
	assert.deepEqual([unlisted.status, unlisted.json.code], [1, "authority-unknown"]);
});
