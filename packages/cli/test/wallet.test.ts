/** A wallet and an operator from the command line alone: every command, and what each says about the money. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isRefusal, keyId } from "@tenten/protocol";
import { addRequestRoute, handoverApp, listenOnLoopback } from "@tenten/wallet";
import { WalletFolder } from "../src/wallet/folder.ts";
import { ended } from "./support/processes.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
const { well, tenten, start, folder } = shell;
const file = (name: string): string => join(folder, name);
const other = ["--wallet", file("other")] as const;
let operator: string;

/** An operator on a free port, two wallets, 5,000 on the account of one and 2,000 of them in it. */
before(async () => {
	await well("issuer", "init", "--data", file("bank"), "--name", "Bank", "--asset", "EUR:2", "--port", "0");
	const server = start("issuer", "serve", "--data", file("bank"));
	operator = await says(server, /listens at (\S+)/);
	await well("wallet", "init");
	await well("wallet", "init", ...other);
	const { account } = await well("wallet", "join", operator);
	await well("wallet", "join", operator, ...other);
	const { balance } = await well("issuer", "deposit", account, "500000", "--data", file("bank"));
	assert.deepEqual(balance, { value: "500000", asset: "EUR", scale: 2 });
	const toppedUp = await well("wallet", "topup", "2000");
	assert.deepEqual([toppedUp.available, toppedUp.account, toppedUp.fundsState], [200_000, 300_000, "safe"]);
});

after(() => shell.close());

const available = async (...where: readonly string[]): Promise<number> =>
	(await well("wallet", "balance", ...where)).balances[0].available;

test("pay over HTTP: an address is enough, and the receipt proves it without a network", async () => {
	const payee = start("wallet", "receive", "--amount", "12.34", "--memo", "flowers", ...other);
	const address = await says(payee, /Listening at (\S+)/);
	const unagreed = await tenten("wallet", "pay", address);
	assert.equal(unagreed.status, 2);
	assert.match(unagreed.stderr, /12\.34 EUR \(Bank\) to "flowers", a person certified by Bank/);
	const wrong = await tenten("wallet", "pay", address, "--amount", "1");
	assert.deepEqual([wrong.status, wrong.json.code, wrong.json.fundsState], [1, "amount-mismatch", "safe"]);
	const paid = await well("wallet", "pay", address, "--yes");
	assert.deepEqual([paid.amount, paid.fundsState, paid.available], [1_234, "spent", 198_766]);
	assert.equal(await ended(payee), null);
	assert.equal(await available(...other), 1_234);

	await well("wallet", "receipt", "export", paid.payment.slice(0, 8), file("receipt.cbor"));
	await well("issuer", "trust-list", operator, file("list.cbor"));
	const proof = await well(
		"wallet",
		"receipt",
		"verify",
		file("receipt.cbor"),
		"--trust-list",
		file("list.cbor"),
	);
	assert.deepEqual([proof.amount, proof.asset, proof.memo], [1_234, "EUR@Bank", "flowers"]);
	const forged = Buffer.from(readFileSync(file("receipt.cbor")));
	forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
	writeFileSync(file("forged.cbor"), forged);
	const denied = await tenten(
		"wallet",
		"receipt",
		"verify",
		file("forged.cbor"),
		"--trust-list",
		file("list.cbor"),
	);
	assert.deepEqual([denied.status, denied.json.code], [1, "release-mismatch"]);
});

test("pay on what was received, and redeem it: every unit is accounted for", async () => {
	const before = await available(...other);
	const payee = start("wallet", "receive");
	const address = await says(payee, /Listening at (\S+)/);
	await well("wallet", "pay", address, "--amount", "2.34", ...other);
	await ended(payee);
	const redeemed = await well("wallet", "redeem", ...other);
	assert.equal(redeemed.credited, before - 234);
	const { assets } = await well("issuer", "totals", "--data", file("bank"));
	assert.deepEqual(assets[0].broken, []);
	assert.equal(assets[0].totals.outstanding.value, String(await available()));
});

test("two-phase by files: set aside, reserved, paid, received, each said in turn", async () => {
	const before = await available();
	await well("wallet", "request", "--amount", "5", "--memo", "bread", "--out", file("request"), ...other);
	const sent = await well("wallet", "send", file("request"), "--out", file("1"), "--yes");
	assert.equal(sent.fundsState, "inFlight");
	assert.ok((await available()) <= before - 500);
	const step = async (from: string, to: string, ...where: readonly string[]) =>
		(await well("wallet", "accept", file(from), "--out", file(to), ...where)).payments[0]?.words;
	assert.match(await step("1", "2", ...other), /reserved/);
	assert.match(await step("2", "3"), /paid/);
	assert.match(await step("3", "4", ...other), /received/);
	assert.equal(await step("3", "4", ...other), undefined);
	assert.equal(await available(...other), 500);
	assert.equal(await available(), before - 500);
});

test("what is given up is spendable again, and the late answer moves nothing", async () => {
	const before = await available();
	await well("wallet", "request", "--amount", "7", "--out", file("late"), ...other);
	const { payment } = await well("wallet", "send", file("late"), "--out", file("late.1"), "--yes");
	await well("wallet", "accept", file("late.1"), "--out", file("late.2"), ...other);
	const cancelled = await well("wallet", "cancel", payment.slice(0, 10));
	assert.equal(cancelled.fundsState, "safe");
	assert.equal(await available(), before);
	const late = await tenten("wallet", "accept", file("late.2"), "--out", file("late.3"));
	assert.equal(late.status, 0);
	assert.equal(await available(), before);
	// The answer to it is the cancel, which frees the payee.
	const freed = await well("wallet", "accept", file("late.3"), ...other);
	assert.equal(freed.payments[0].fundsState, "safe");
	assert.equal((await tenten("wallet", "cancel", payment)).json.code, "attempt-decided");
});

test("a payment whose answer is lost is set aside, said to be so, and ended by recover or cancel", async () => {
	const opened = await WalletFolder.open(file("third"), {
		unlock: { kind: "passphrase", passphrase: "third", cost: "interactive" },
	});
	assert.ok(!isRefusal(opened));
	const profile = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	const entry = await opened.join(operator, profile);
	assert.ok(!isRefusal(entry));
	const { wallet } = opened;
	const asset = { operator: keyId(entry.root), code: "EUR" };
	let line: "whole" | "cut" = "cut";
	const app = handoverApp(async (messages) => {
		const answers = await wallet.handle(messages);
		if (line === "cut") throw new Error("the answer is lost");
		return answers;
	});
	addRequestRoute(app, async ({ amount = 0n }) => {
		const made = await wallet.request({ asset, amount });
		return isRefusal(made) ? made : made.messages;
	});
	const server = await listenOnLoopback(app);
	const before = await available();

	const lost = await tenten("wallet", "pay", server.url, "--amount", "3");
	assert.deepEqual([lost.status, lost.json.fundsState], [1, "inFlight"]);
	assert.match(lost.stderr, /set aside, with its change: neither paid nor lost/);
	const { balances, fundsState } = await well("wallet", "balance");
	assert.equal(fundsState, "inFlight");
	assert.equal(balances[0].available + balances[0].locked, before);
	assert.equal(wallet.balance(asset).reserved, 300n);
	const still = await tenten("wallet", "recover");
	assert.deepEqual([still.status, still.json.open.length], [1, 1]);
	assert.match(still.stderr, /a refund can be asked for from \d{4}-\d\d-\d\d until \d{4}-\d\d-\d\d/);
	line = "whole";
	await well("wallet", "recover");
	assert.equal(await available(), before - 300);
	assert.equal(wallet.balance(asset).available, 300n);

	line = "cut";
	const second = await tenten("wallet", "pay", server.url, "--amount", "4");
	const early = await tenten("wallet", "refund", second.json.payment);
	assert.deepEqual([early.status, early.json.code], [1, "ruling-early"], "nothing was signed");
	assert.match(early.stderr, /a refund can be asked for from/);
	await well("wallet", "cancel", second.json.payment);
	assert.equal(await available(), before - 300);
	assert.equal(wallet.balance(asset).available, 300n);
	await server.stop();
	await opened.close();
});

test("direct by link, to a printed request, again and again; the same link counts once", async () => {
	const before = await available(...other);
	const { link } = await well("wallet", "request", "--static", "--memo", "tips", ...other);
	const first = await well("wallet", "send", link, "--amount", "1.50", "--yes");
	assert.equal(first.fundsState, "spent");
	const second = await well("wallet", "send", link, "--amount", "0.50", "--yes");
	for (const { link: payment } of [first, second, first]) await well("wallet", "accept", payment, ...other);
	assert.equal(await available(...other), before + 200);
	// Whoever else opens the link gets nothing.
	const stranger = await tenten("wallet", "accept", first.link);
	assert.deepEqual([stranger.status, stranger.json.refusals], [1, ["request-mismatch"]]);
	// What is not wanted goes back, whole.
	const third = await well("wallet", "send", link, "--amount", "4", "--yes");
	const mine = await available();
	const { payments } = await well("wallet", "accept", third.link, ...other);
	const back = await well("wallet", "return", payments[0].payment, "--out", file("back"), ...other);
	assert.equal(back.fundsState, "spent");
	const returned = await well("wallet", "accept", file("back"));
	assert.deepEqual([returned.fundsState, await available()], ["safe", mine + 400]);
	assert.equal(await available(...other), before + 200);
});

test("history tells both sides, newest first, found by its words", async () => {
	const { entries } = await well("wallet", "history", "--text", "BREAD", ...other);
	assert.deepEqual(
		entries.map(({ kind, amount, note }: Record<string, unknown>) => [kind, amount, note]),
		[["received", 500, "bread"]],
	);
	const { entries: own, isMore } = await well("wallet", "history", "--kind", "paid", "--limit", "1");
	// The newest was sent back.
	assert.deepEqual([own.length, own[0].fundsState, isMore], [1, "safe", true]);
});

test("with the operator out of reach: payments go on, orders say that nothing moved", async () => {
	copyFileSync(file("wallet/wallet.json"), file("wallet.json.kept"));
	const away = readFileSync(file("wallet/wallet.json"), "utf8").replace(operator, "http://127.0.0.1:9");
	writeFileSync(file("wallet/wallet.json"), away);
	const before = await available();
	try {
		for (const order of [
			["topup", "1"],
			["redeem", "1"],
			["refresh", "--all"],
		]) {
			const { status, json } = await tenten("wallet", ...order);
			assert.deepEqual([status, json.code, json.fundsState], [1, "channel-failed", "safe"], order[0]);
		}
		const payee = start("wallet", "receive", ...other);
		const address = await says(payee, /Listening at (\S+)/);
		await well("wallet", "pay", address, "--amount", "1");
		await ended(payee);
	} finally {
		copyFileSync(file("wallet.json.kept"), file("wallet/wallet.json"));
	}
	const { settled, fundsState } = await well("wallet", "recover");
	assert.deepEqual([settled, fundsState], [0, "safe"]);
	assert.equal(await available(), before - 100);
});

test("refresh makes the same money young again", async () => {
	const before = await available();
	const { orders } = await well("wallet", "refresh", "--all");
	assert.ok(orders >= 1);
	assert.equal(await available(), before);
});

test("an older backup brings back what nobody has, says where each amount is, and accuses nobody", async () => {
	const cases = async (): Promise<number> =>
		(await well("issuer", "case-files", "--data", file("bank"))).cases.length;
	const before = await cases();
	await well("wallet", "topup", "40");
	await well("wallet", "backup", file("older.backup"));
	const [{ available: held, account }] = (await well("wallet", "balance")).balances;
	const payee = start("wallet", "receive", ...other);
	const address = await says(payee, /Listening at (\S+)/);
	await well("wallet", "pay", address, "--amount", "1");
	await ended(payee);
	await well("wallet", "redeem", ...other);
	const older = ["--wallet", file("older")];
	const restored = await well("wallet", "restore", file("older.backup"), "--yes", ...older);
	const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
	const awaited = sum(restored.awaited.map(({ amount }: { readonly amount: number }) => amount));
	const spent = sum(Object.values(restored.spent));
	assert.equal(awaited + spent, held, "each unit of the backup is told of once");
	assert.ok(spent >= 100, "at least what was paid");
	assert.equal(restored.fundsState, awaited > 0 ? "inFlight" : "safe");
	for (const { from, until } of restored.awaited) assert.ok(from <= until && from > Date.now() / 1000);
	const again = await well("wallet", "refresh", ...older);
	assert.equal(sum(again.awaited.map(({ amount }: { readonly amount: number }) => amount)), awaited);
	const [{ available, account: now, awaited: shown }] = (await well("wallet", "balance", ...older)).balances;
	assert.deepEqual([available + now, shown], [account, awaited], "the old account's money is here");
	const { entries } = await well("wallet", "history", "--kind", "spent", ...older);
	assert.equal(sum(entries.map(({ amount }: { readonly amount: number }) => amount)), spent);
	assert.equal(await cases(), before);
});

test("a backup brings everything back under new keys; what does not open makes nothing", async () => {
	await well("wallet", "backup", file("mine.backup"));
	assert.equal(statSync(file("mine.backup")).mode & 0o077, 0);
	const [{ available: held, account }] = (await well("wallet", "balance")).balances;
	const again = ["--wallet", file("again")];
	const unsure = await tenten("wallet", "restore", file("mine.backup"), ...again);
	assert.equal(unsure.status, 2);
	assert.match(unsure.stderr, /Only if the old wallet is lost/);
	const words = await tenten("wallet", "restore", file("mine.backup"), "--nothing-paid-since", ...again);
	assert.match(words.stderr, /Only if the old wallet is lost/);
	assert.equal(existsSync(file("again")), false);
	await well("wallet", "restore", file("mine.backup"), "--nothing-paid-since", "--yes", ...again);
	const { balances } = await well("wallet", "balance", ...again);
	assert.equal(balances[0].available + balances[0].account, held + account);
	assert.equal((await tenten("wallet", "restore", file("mine.backup"), "--yes")).status, 2);
	writeFileSync(file("bad.backup"), "no backup");
	const bad = await tenten("wallet", "restore", file("bad.backup"), "--yes", "--wallet", file("never"));
	assert.deepEqual([bad.status, bad.json.code], [1, "state-damaged"]);
	assert.equal(existsSync(file("never")), false);
	// The old wallet still has its copy. Paying from it is a double spend, which its operator proves.
	const payee = start("wallet", "receive", ...other);
	const address = await says(payee, /Listening at (\S+)/);
	await well("wallet", "pay", address, "--amount", "1");
	await ended(payee);
	const forked = await tenten("wallet", "redeem", ...other);
	assert.deepEqual([forked.status, forked.json.forks], [1, 1]);
	const { cases } = await well("issuer", "case-files", "--data", file("bank"));
	assert.equal(cases.length, 1);
	await well("issuer", "export", "evidence", cases[0].id, file("case.cbor"), "--data", file("bank"));
	await well("issuer", "trust-list", operator, file("list.cbor"));
	const proof = await well("evidence", "verify", file("case.cbor"), "--trust-list", file("list.cbor"));
	assert.deepEqual([proof.kind, proof.culprit], ["fork", cases[0].culprit]);
	const { assets } = await well("issuer", "totals", "--data", file("bank"));
	assert.deepEqual(assets[0].broken, []);
});

test("bad input ends with 2, says what to mend, and moves nothing", async () => {
	await well("wallet", "request", "--amount", "1", "--out", file("asked"), ...other);
	const before = await available();
	const cases: readonly (readonly [RegExp, ...string[]])[] = [
		[/no amount/, "wallet", "topup", "many"],
		[/EUR has 2 decimals/, "wallet", "topup", "1.234"],
		[/above zero/, "wallet", "topup", "0"],
		[/no such asset: JPY. Known: EUR@Bank/, "wallet", "topup", "1", "--asset", "JPY"],
		[/no payment begins with abc/, "wallet", "cancel", "abc"],
		[/no address|https only/, "wallet", "pay", "http://", "--amount", "1"],
		[/--to <address>/, "wallet", "pay", file("asked")],
		[/there is a wallet already/, "wallet", "init"],
		[/no wallet here/, "wallet", "balance", "--wallet", file("nowhere")],
		[/64 hexadecimal digits/, "issuer", "deposit", "abc", "1", "--data", file("bank")],
		[/whole number of minor units/, "issuer", "deposit", "0".repeat(64), "1.5", "--data", file("bank")],
		[/no operator here/, "issuer", "totals", "--data", file("nowhere")],
		[/nobody agreed/, "wallet", "send", file("asked")],
		[/port [0-9]+ is taken/, "wallet", "receive", "--port", new URL(operator).port],
		[/70000 is no port/, "wallet", "receive", "--port", "70000"],
		[/asks for money/, "wallet", "accept", file("asked")],
		[/no-such-file: ENOENT/, "wallet", "accept", file("no-such-file")],
		[/no-such-file: ENOENT/, "wallet", "lists", "import", file("no-such-file")],
		[/is an address: give the file or the link/, "wallet", "meter", "pay", "http://127.0.0.1:9"],
		[/is an address: give the file or the link/, "wallet", "send", "https://shop.example"],
	];
	for (const [words, ...args] of cases) {
		const { status, stderr, json } = await tenten(...args);
		assert.deepEqual([status, json?.ok], [2, false], args.join(" "));
		assert.match(stderr, words, args.join(" "));
	}
	assert.equal(await available(), before);
});

test("refusals end with 1 and say that the money is safe", async () => {
	writeFileSync(file("nonsense"), "no bundle");
	const cases: readonly (readonly [string, ...string[]])[] = [
		["funds-insufficient", "wallet", "topup", "99999"],
		["funds-insufficient", "wallet", "redeem", "99999"],
		["channel-failed", "wallet", "pay", "http://127.0.0.1:9", "--amount", "1"],
		["malformed", "wallet", "accept", file("nonsense")],
		["malformed", "wallet", "accept", "tenten:AAAA"],
	];
	for (const [code, ...args] of cases) {
		const { status, json } = await tenten(...args);
		assert.deepEqual([status, json.code, json.fundsState], [1, code, "safe"], args.join(" "));
	}
});

test("another passphrase opens nothing; an open wallet is not opened twice", async () => {
	writeFileSync(file("wrong"), "wrong\n");
	const wrong = await tenten("wallet", "balance", "--passphrase-file", file("wrong"));
	assert.deepEqual([wrong.status, wrong.json.code], [1, "unlock-failed"]);
	const payee = start("wallet", "receive");
	await says(payee, /Listening at (\S+)/);
	const twice = await tenten("wallet", "balance");
	assert.deepEqual([twice.status, twice.json.code], [1, "wallet-in-use"]);
	payee.kill("SIGTERM");
	await ended(payee);
	await well("wallet", "balance");
});
