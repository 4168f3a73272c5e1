/** Devices at an operator that serves, by commands alone: whose attestation counts, and what each step refuses. */
import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort } from "../src/server/port.ts";
import { openShell, type Ran, says } from "./support/tenten.ts";

const shell = openShell();
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const data = ["--data", at("bank")] as const;
let [url, operator] = ["", ""];
let [maker, company]: Ran["json"][] = [];

type Command = readonly string[];

/** All of them do what they are asked. */
async function all(...commands: readonly Command[]): Promise<readonly Ran["json"][]> {
	const ran = await shell.each(commands);
	for (const [index, { status, stderr }] of ran.entries())
		assert.equal(status, 0, `${commands[index]?.join(" ")}: ${stderr}`);
	return ran.map(({ json }) => json);
}

/** What each of them says: its code, or its exit code where there is none. */
async function codes(...commands: readonly Command[]): Promise<readonly unknown[]> {
	return (await shell.each(commands)).map(({ status, json }) => json?.code ?? status);
}

const wallet = (name: string) => ["--wallet", at(name)] as const;
const key = (name: string): Command => ["device", "key", at(`${name}.key`)];
const by = (name: string) => ["--key", at(`${name}.key`)] as const;
const asked = (name: string) => [...by(name), "--operator", url, "--pin", operator] as const;
const evidence = (name: string, ...more: Command): Command => [
	...["device", "evidence", url, at(`${name}.evidence`), "--pin", operator],
	...wallet(name),
	...more,
];
const attested = (name: string, of = name) => evidence(name, "--attestation", at(`${of}.attestation`));
const attest = (name: string, by_: string): Command => [
	...["device", "attest", at(`${name}.evidence`), at(`${name}.attestation`)],
	...by(by_),
];
const delegate = (name: string, party: string, ...terms: Command): Command => [
	...["device", "delegate", at(`${name}.evidence`), at(`${name}.application`), "--days", "30"],
	...by(party),
	...terms,
];
const apply = (name: string, of = name): Command => [
	...["device", "apply", at(`${of}.application`)],
	...wallet(name),
];

before(async () => {
	const init = [
		"operator",
		"init",
		...data,
		"--name",
		"Bank",
		"--asset",
		"JPY:0",
		"--port",
		`${await freePort()}`,
	];
	const [made, ...keys] = await all(init, key("company"), key("maker"), key("stranger"));
	operator = made.id;
	[company, maker] = keys;
	const makers = [{ name: "Maker", key: maker.key, assurance: "secureElement" }];
	writeFileSync(at("makers.json"), JSON.stringify({ makers, limits: { software: { perTransfer: "5" } } }));
	const served = shell.start("operator", "serve", ...data, "--makers", at("makers.json"));
	url = await says(served, / listens at (http:\S+) /);
});

test("a device's maker attests its key once, and a pinned maker's word is its level", async () => {
	const names = ["car", "bike"] as const;
	await all(
		["operator", "parties", "add", company.key, "register 1", ...data],
		["operator", "parties", "grant", company.party, "100", ...data],
		...names.map((name): Command => ["wallet", "init", ...wallet(name)]),
	);
	writeFileSync(at("none.attestation"), "");
	writeFileSync(at("other.attestation"), '{"fmt":"android-key"}');
	assert.deepEqual(
		await codes(
			...[evidence("car"), attest("car", "maker"), evidence("bike"), attest("bike", "stranger")],
			...[
				attested("bike", "car"),
				attested("bike", "none"),
				attested("bike", "other"),
				attested("bike", "lost"),
			],
			["device", "attest", at("makers.json"), at("x"), ...by("maker")],
			[...attest("car", "maker"), "--days", "0"],
		),
		[0, 0, 0, 0, 2, 2, 2, 2, 2, 2],
	);
	const [car, again, plain, bike] = await all(
		...[attested("car"), attested("car"), evidence("car"), attested("bike")],
		...[delegate("car", "company", "--slice", "1:0-50"), delegate("bike", "company")],
		...[apply("car"), apply("bike")],
	);
	assert.deepEqual(
		[car.isAttested, again.device, plain.isAttested, bike.isAttested],
		[true, car.device, true, true],
	);
	const [shownCar, shownBike] = await all(
		["device", "show", car.device, ...asked("company")],
		["device", "show", bike.device, ...asked("company")],
	);
	assert.deepEqual(
		[shownCar, shownBike].map(({ history: [{ assurance, reason }] }) => [assurance, reason]),
		[
			["secureElement", null],
			["software", "no maker that is known here signed the attestation"],
		],
	);
	// Answered: nothing waits to be attested, and what comes next has a nonce of its own.
	copyFileSync(at("car.attestation"), at("old.attestation"));
	assert.deepEqual(
		await codes(
			attested("car"),
			evidence("car"),
			attested("car", "old"),
			attest("car", "maker"),
			attested("car"),
		),
		[2, 0, 2, 0, 0],
	);
});

test("a file of makers that does not say who they are is refused, and nothing is served", async () => {
	const good = { name: "Maker", key: maker.key, assurance: "tee" };
	const files = [
		"",
		"[]",
		"{}",
		'{"makers":[]}',
		JSON.stringify({ makers: [{ ...good, key: "00" }] }),
		JSON.stringify({ makers: [{ ...good, assurance: "software" }] }),
		JSON.stringify({ makers: [{ ...good, more: 1 }] }),
		JSON.stringify({ makers: [good, { ...good, assurance: "hsm" }] }),
		JSON.stringify({ makers: [good], limits: { tee: { perTransfer: "99999999999999999999" } } }),
		JSON.stringify({ makers: [good], limits: { tee: { perTransfer: 5 } } }),
	];
	const commands = files.map((content, index): Command => {
		writeFileSync(at(`makers.${index}`), content);
		return ["operator", "serve", ...data, "--makers", at(`makers.${index}`)];
	});
	const refused = await codes(...commands, ["operator", "serve", ...data, "--makers", at("absent")]);
	assert.deepEqual(
		refused,
		[...files, ""].map(() => 2),
	);
});
