/** What a lost device owned, claimed by command from copies of its tokens: told of each what became of it, and paid once. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { serialize, toHex, token as tokenShape, type VerifiedToken } from "@tenten/protocol";
import { closeMeter, openMeter } from "../../module/test/support/meter.ts";
import { day, pay } from "../../module/test/support/world.ts";
import { startServer } from "../../operator/src/index.ts";
import { assertBalanced } from "../../operator/test/support/balanced.ts";
import { addParty, enrolDevice, sliceOf } from "../../operator/test/support/device-scene.ts";
import {
	balance,
	createEcosystem,
	enrolHolder,
	redeem,
	withdrawTo,
} from "../../operator/test/support/ecosystem.ts";
import { cases, doubtUntil, forBooks } from "../../operator/test/support/rulings.ts";
import { openRailKey } from "../src/server/rail-key.ts";
import { unlock } from "./support/paying.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (...names: readonly string[]): string => join(shell.folder, ...names);
const quiet = { error: (fields: object) => assert.fail(JSON.stringify(fields)) };

type Told = {
	readonly file: string;
	readonly kind: string;
	readonly code?: string;
	readonly amount?: string;
};

test("of each token of a lost device its party is told what became of it, and is paid what nobody claimed, once", async (t) => {
	const ecosystem = await createEcosystem({ conditions: [forBooks] });
	const { operator, world, clock } = ecosystem;
	// A clock that stands until somebody is turned away: whoever waits finds all of its room again.
	let [ms, turnedAway] = [0, 0];
	const info = (line: object): void => {
		if (!("status" in line) || line.status !== 429) return;
		turnedAway++;
		ms += 10_000;
	};
	const value = { perSecond: 1, burst: 10 };
	const rates = { value, reading: { perSecond: 1, burst: 1_000 }, management: value };
	const clients = { rates, trustedProxies: [], clock: () => ms };
	const server = await startServer({ operator, port: 0, log: { ...quiet, info }, clients });
	t.after(() => server.close());
	await shell.eachWell(["device", "key", at("party.key")], ["device", "key", at("other.key")]);
	const signer = await openRailKey(at("party.key"), async () => unlock, assert.fail);
	const company = await addParty(ecosystem, 1_000n, signer);
	const { device, certificate } = await enrolDevice(ecosystem, company, [0n, 500n]);
	const robot = { signer: device, certificate };
	const books = await enrolHolder(ecosystem, { role: "merchant", class: "books" });
	const person = await enrolHolder(ecosystem);
	const [free, bound, spent, metered, counted] = (await withdrawTo(
		...([ecosystem, robot, 100n, 70n, 60n, 250n, 250n] as const),
	)) as [VerifiedToken, VerifiedToken, VerifiedToken, VerifiedToken, VerifiedToken];
	const payment = await pay(world, spent, robot, books, 60n, { spent: sliceOf(company.reset, 0n, 60n) });
	await redeem(ecosystem, books, payment.paid);
	const meter = await openMeter(world, metered, robot, books);
	const closed = await openMeter(world, counted, robot, books);
	const close = await closeMeter(world, closed, 40, sliceOf(company.reset, 60n, 160n));
	await redeem(ecosystem, books, close.paid as VerifiedToken);

	const keep = (folder: string, ...kept: readonly VerifiedToken[]): void => {
		mkdirSync(at(folder));
		for (const { outputId, token } of kept)
			writeFileSync(at(folder, `${toHex(outputId)}.token`), serialize(tokenShape, token));
	};
	keep("car", free, spent, meter.token, closed.token, close.rest as VerifiedToken);
	keep("bound", bound);
	writeFileSync(at("nonsense"), "no token");
	const common = ["--operator", server.url, "--pin", toHex(operator.id)] as const;
	const claim = (from: string, account = books, key = "party.key"): readonly string[] => [
		...["device", "claim", at(from), "--key", at(key), "--account", toHex(account.certificate.hash)],
		...common,
	];
	/** What is told of each of these outputs. */
	const told = ({ tokens }: { tokens: readonly Told[] }, ...kept: readonly VerifiedToken[]) =>
		kept.map(({ outputId }) => {
			const one = tokens.find(({ file }) => file.endsWith(`${toHex(outputId)}.token`));
			return [one?.kind, one?.code ?? one?.amount].filter((said) => said !== undefined).join(" ");
		});
	const all = [free, spent, meter.token, closed.token, close.rest as VerifiedToken] as const;

	const [early, stranger, nonsense, pinned, none] = await shell.each([
		claim("car"),
		claim("car", books, "other.key"),
		claim("nonsense"),
		[...claim("car"), "--pin", toHex(robot.certificate.hash)],
		claim("nowhere"),
	]);
	assert.deepEqual(
		[early, stranger, nonsense, pinned, none].map((ran) => ran?.status),
		[0, 1, 1, 2, 2],
	);
	assert.deepEqual(told(early?.json, ...all), ["early", "spent", "early", "spent", "early"]);
	assert.deepEqual(told(stranger?.json, ...all), new Array(5).fill("refused signature-invalid"));

	clock.now += doubtUntil + day;
	const [paid, again] = await shell.eachWell(claim("car"), claim("car"));
	assert.deepEqual(told(paid, ...all), ["paid 100", "spent", "paid 250", "spent", "paid 150"]);
	assert.deepEqual(again, paid, "asked again, the same is told");
	assert.equal(await balance(ecosystem, books), 60n + 100n + 100n + 250n + 150n);
	const [taken] = await shell.each([claim("car", person)]);
	const gone = "refused ruling-taken";
	assert.deepEqual(told(taken?.json, ...all), [gone, "spent", gone, "spent", gone]);

	// A person's account may not take what is for books: it comes in a token of the device, to be claimed once more.
	const [fresh, once] = (await shell.each([claim("bound", person), claim("bound")])).map(({ json }) => json);
	assert.deepEqual(told(fresh, bound), ["paid 70"]);
	const [{ fresh: files }] = fresh.tokens;
	assert.deepEqual(
		once.tokens.map(({ file, kind }: Told) => [file, kind]).toSorted(),
		[
			[at("bound", `${toHex(bound.outputId)}.token`), "refused"],
			[files[0], "early"],
		].toSorted(),
	);
	clock.now += doubtUntil + day;
	const last = await shell.well(...claim(files[0].slice(shell.folder.length)));
	assert.deepEqual(
		last.tokens.map(({ kind, amount }: Told) => [kind, amount]),
		[["paid", "70"]],
	);
	assert.ok(turnedAway > 0, "many are asked about");
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { outstanding: 0n });
});
