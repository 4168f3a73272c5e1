/**
 * Two implementations, one protocol: the wallet in Python, written from docs/spec alone, enrols with our operator, pays
 * our wallets and is paid by them over HTTP, cheats and is refused, forks and is convicted.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startServer } from "@tenten/operator";
import {
	fromHex,
	isRefusal,
	parseMessage,
	type SuiteName,
	serialize,
	signedRequest,
	toHex,
} from "@tenten/protocol";
import {
	addRequestRoute,
	handoverApp,
	httpChannel,
	linkOf,
	listenOnLoopback,
	type Wallet,
} from "@tenten/wallet";
import { ran } from "./support/ran.ts";
import { mypyMissing, type ReaderWallet, readerMissing, readerWallet, runPython } from "./support/reader.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-reader-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const ends: (() => unknown)[] = [];
after(async () => {
	for (const end of ends.reverse()) await end();
});

/** Our wallet at an address, asking for exactly this. */
async function serve(town: Town, wallet: Wallet, amount: bigint, drop?: () => boolean): Promise<string> {
	const app = handoverApp(async (messages) => {
		if (drop?.() === true) throw new Error("the line is cut");
		return wallet.handle(messages);
	});
	addRequestRoute(app, async () => {
		const made = await wallet.request({ asset: town.asset, amount });
		return isRefusal(made) ? made : made.messages;
	});
	const server = await listenOnLoopback(app);
	ends.push(server.stop);
	return server.url;
}

/** Our wallet asks at an address, and pays. */
async function payAt(town: Town, wallet: Wallet, address: string, amount: bigint): Promise<string> {
	const channel = ok(httpChannel(address, { rules: { loopback: true } }));
	ends.push(channel.close);
	const messages = ok(await channel.ask({ asset: town.asset, amount }));
	const asked = messages.map((encoded) => ok(parseMessage(encoded))).find(({ kind }) => kind === "request");
	assert.ok(asked?.kind === "request");
	const request = serialize(signedRequest, asked.request);
	return ok(await wallet.pay({ request, messages, amount }, channel)).fundsState;
}

test("types and names hold: mypy --strict finds nothing", { skip: mypyMissing }, async () => {
	const cache = join(tmpdir(), "tenten-reader-types");
	const { status, text } = await runPython("-m", "mypy", "--strict", "--cache-dir", cache, "tenten_reader");
	assert.equal(status, 0, text);
});

test("every vector gets the same verdict from the second implementation", {
	skip: readerMissing,
}, async (t) => {
	const { status, text } = await runPython("-m", "tenten_reader", "vectors", "../vectors");
	assert.equal(status, 0, text);
	const [, vectors] = /^(\d+) vectors in \d+ files, 0 differences$/m.exec(text) ?? [];
	ran(t, "second reader", { vectors: Number(vectors) });
});

for (const suite of ["Ed25519", "ES256"] as const)
	describe(`a wallet in Python, with a key of ${suite}`, { skip: readerMissing }, () => {
		let [town, address]: [Town, string] = [undefined as never, ""];
		before(async () => {
			town = await openTown({ now: Math.floor(Date.now() / 1000) });
			const server = await startServer({
				operator: town.operator,
				port: 0,
				log: silent,
			});
			ends.push(town.close, server.close);
			address = server.url;
		});

		/** A wallet in Python that has enrolled and topped up. */
		const wallet = async (name: string, amount: bigint): Promise<ReaderWallet> => {
			const reader = readerWallet(join(folder, `${suite}-${name}`));
			const pin = toHex(town.operator.id);
			const [{ account }] = await reader.run("enrol", address, "--pin", pin, "--suite", suite);
			const bytes = fromHex(account) as Uint8Array;
			assert.equal(await town.operator.deposit(random(32), bytes, town.asset.code, amount), undefined);
			await reader.run("topup", amount.toString());
			return reader;
		};

		test("is paid by ours, pays ours with what it was paid, gives change, and the books end at nothing", async () => {
			const other: SuiteName = suite === "Ed25519" ? "ES256" : "Ed25519";
			const [ann, bob] = [await town.wallet(1_000n, { suite: other }), await town.wallet(0n, { suite })];
			const reader = await wallet("hand", 50n);

			const receiving = await reader.receive("--amount", "600");
			assert.equal(await payAt(town, ann, receiving.address, 600n), "spent");
			assert.equal((await receiving.came).amount, 600);

			// 600 are larger than 50, so they are spent first: on what Ann signed stand what Python and then Bob sign.
			const [paid] = await reader.run("pay", await serve(town, bob, 250n), "--amount", "250");
			assert.deepEqual([paid.state, paid.finished], ["RELEASED", true]);
			assert.equal(bob.balance(town.asset).available, 250n);

			const again = await reader.receive("--amount", "120");
			assert.equal(await payAt(town, bob, again.address, 120n), "spent");
			await again.came;
			const [holds] = await reader.run("balance");
			assert.deepEqual([holds.available, holds.links], [520, [2, 3, 0]]);

			const [back] = await reader.run("pay", await serve(town, ann, 515n), "--amount", "515");
			assert.equal(back.state, "RELEASED");
			assert.deepEqual(
				[ann, bob].map((each) => each.balance(town.asset).available),
				[915n, 130n],
			);

			for (const each of [ann, bob]) ok(await each.redeem(town.asset));
			assert.deepEqual((await reader.run("redeem"))[0].results, ["Paid"]);
			const [{ account, available }] = await reader.run("balance", "--account");
			assert.deepEqual([account, available], [5, 0]);
			assert.deepEqual(
				[await ann.account(town.asset), await bob.account(town.asset), await town.outstanding()],
				[915n, 130n, 0n],
			);
		});

		// What is left differs by no suite.
		if (suite === "ES256") return;

		test("pays and is paid directly, and refreshes what it holds", async () => {
			const ann = await town.wallet(0n, { suite });
			const reader = await wallet("direct", 300n);
			const request = ok(await ann.request({ asset: town.asset, amount: 80n, mode: "direct" }));
			const at = await serve(town, ann, 0n);
			const [paid] = await reader.run("pay", linkOf(request.messages), "--to", at, "--amount", "80");
			assert.deepEqual([paid.state, paid.finished], ["SENT", true]);
			const receiving = await reader.receive("--amount", "30", "--direct");
			assert.equal(await payAt(town, ann, receiving.address, 30n), "spent");
			assert.equal((await receiving.came).state, "OWNED");
			assert.deepEqual((await reader.run("refresh"))[0].results, ["Refreshed", "Refreshed"]);
			const [holds] = await reader.run("balance");
			assert.deepEqual([holds.available, holds.links], [250, [0]]);
		});

		test("loses no line: what was cut off before and after each message is said again, and counts once", async () => {
			const ann = await town.wallet(0n, { suite });
			const reader = await wallet("cut", 100n);
			let calls = 0;
			const at = await serve(town, ann, 10n, () => [1, 3, 5].includes(++calls));
			assert.equal(await reader.refused("pay", at, "--amount", "10"), "internal");
			assert.equal((await reader.run("balance"))[0].locked, 1);
			// The transfer arrives, then the release is lost; then it arrives twice.
			assert.equal(await reader.refused("recover"), "internal");
			assert.equal(ann.balance(town.asset).reserved, 10n);
			const [recovered] = await reader.run("recover");
			assert.deepEqual([recovered.state, recovered.finished], ["RELEASED", true]);
			assert.equal(ann.balance(town.asset).available, 10n);
			assert.equal((await reader.run("balance"))[0].available, 90);
		});

		test("gives up a payment that did not arrive: all of it is spendable again", async () => {
			const ann = await town.wallet(0n, { suite });
			const reader = await wallet("cancel", 100n);
			let open = true;
			const at = await serve(town, ann, 10n, () => !open);
			open = false;
			assert.equal(await reader.refused("pay", at, "--amount", "10"), "internal");
			const [before] = await reader.run("balance");
			assert.deepEqual([before.available, before.locked], [0, 1]);
			open = true;
			const [{ payments }] = await reader.run("payments");
			await reader.run("cancel", payments[0].attempt);
			const [holds] = await reader.run("balance");
			assert.deepEqual([holds.available, holds.locked], [100, 0]);
			assert.equal((await reader.run("pay", at, "--amount", "10"))[0].state, "RELEASED");
			assert.equal(ann.balance(town.asset).available, 10n);
		});
	});

describe("a wallet in Python that cheats", { skip: readerMissing }, () => {
	let town: Town;
	let address: string;
	before(async () => {
		town = await openTown({ now: Math.floor(Date.now() / 1000) });
		const server = await startServer({
			operator: town.operator,
			port: 0,
			log: silent,
		});
		ends.push(town.close, server.close);
		address = server.url;
	});
	const wallet = async (name: string, amount: bigint): Promise<ReaderWallet> => {
		const reader = readerWallet(join(folder, name));
		const [{ account }] = await reader.run("enrol", address, "--pin", toHex(town.operator.id));
		const bytes = fromHex(account) as Uint8Array;
		assert.equal(await town.operator.deposit(random(32), bytes, town.asset.code, amount), undefined);
		await reader.run("topup", amount.toString());
		return reader;
	};

	test("is refused with the code of what is wrong, and moves nothing", async () => {
		const ann = await town.wallet();
		const reader = await wallet("cheat", 100n);
		const at = await serve(town, ann, 10n);
		const expected: readonly (readonly [cheat: string, ...heard: readonly string[]])[] = [
			["one-less", "amount-mismatch"],
			["more-than-it-has", "sum-mismatch"],
			["another-key", "signature-invalid"],
			["altered-amount", "signature-invalid"],
			["no-lock", "lock-mismatch"],
			["request-twice", "ReservedMessage", "attempt-pending"],
			// What opens no lock is not worth an answer.
			["other-release", "ReservedMessage"],
		];
		const cheats = expected.map(([cheat]) => cheat);
		const said = await reader.run("hostile", ...cheats, "--payee", at, "--amount", "10");
		const heard = cheats.map((cheat, i) => {
			const next = cheats[i + 1];
			const from = said.findIndex((line) => line.cheat === cheat);
			const to = next === undefined ? said.length : said.findIndex((line) => line.cheat === next);
			return [cheat, ...said.slice(from + 1, to).flatMap((line) => line.heard)];
		});
		assert.deepEqual(heard, expected);
		assert.deepEqual([ann.balance(town.asset).available, ann.balance(town.asset).reserved], [0n, 20n]);
	});

	test("is convicted of a fork by its own signatures, which Python reads as we do", async () => {
		const [ann, bob] = [await town.wallet(), await town.wallet()];
		const reader = await wallet("fork", 100n);
		copyFileSync(reader.file, `${reader.file}-copy`);
		const copy = readerWallet(`${reader.file}-copy`);
		assert.equal(
			(await reader.run("pay", await serve(town, ann, 60n), "--amount", "60"))[0].state,
			"RELEASED",
		);
		assert.equal((await copy.run("pay", await serve(town, bob, 70n), "--amount", "70"))[0].state, "RELEASED");

		const first = ok(await ann.redeem(town.asset));
		const second = ok(await bob.redeem(town.asset));
		assert.deepEqual([first.credited, first.evidence.length, second.evidence.length], [60n, 0, 1]);
		const [caseFile] = await town.operator.caseFiles(null);
		const [{ account }] = await reader.run("account");
		assert.equal(toHex(caseFile?.culprit ?? new Uint8Array()), account);

		const [evidence, trustList] = [join(folder, "evidence"), join(folder, "trust-list")];
		writeFileSync(evidence, second.evidence[0] as Uint8Array);
		writeFileSync(trustList, await town.operator.trustList());
		const pin = toHex(town.operator.id);
		const read = await runPython(
			"-m",
			"tenten_reader",
			"evidence",
			evidence,
			"--trust-list",
			trustList,
			"--pin",
			pin,
		);
		assert.deepEqual([read.status, read.said[0].kind, read.said[0].culprit], [0, "fork", account]);
	});
});
