/** Devices at an operator that serves, by commands alone: whose attestation counts, and what each step refuses. */
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
	applicationOf,
	decodeItem,
	deviceApplication,
	encodeItem,
	fromHex,
	type Item,
	parse,
	signDelegation,
} from "@tenten/protocol";
import { bringApplication } from "../src/device/party.ts";
import { must } from "../src/ecosystem.ts";
import { openRailKey } from "../src/server/rail-key.ts";
import { pays, unlock } from "./support/paying.ts";
import { openShell, type Ran, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const data = ["--data", at("bank")] as const;
let [url, operator] = ["", ""];
let [maker, company]: Ran["json"][] = [];

type Command = readonly string[];

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
	const init = ["operator", "init", ...data, "--name", "Bank", "--asset", "JPY:0", "--port", "0"];
	const [made, ...keys] = await shell.eachWell(init, key("company"), key("maker"), key("stranger"));
	operator = made.id;
	[company, maker] = keys;
	const makers = [{ name: "Maker", key: maker.key, assurance: "secureElement" }];
	writeFileSync(at("makers.json"), JSON.stringify({ makers, limits: { software: { perTransfer: "5" } } }));
	const served = shell.start("operator", "serve", ...data, "--makers", at("makers.json"));
	url = await says(served, / listens at (http:\S+) /);
});

test("a device's maker attests its key once, and a pinned maker's word is its level", async () => {
	const names = ["car", "bike"] as const;
	await shell.eachWell(
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
	const [said, car, again, plain, bike] = await shell.eachWell(
		...[attest("bike", "stranger"), attested("car"), attested("car"), evidence("car"), attested("bike")],
		...[delegate("car", "company", "--slice", "1:0-50"), delegate("bike", "company")],
		...[apply("car"), apply("bike")],
	);
	assert.equal(Math.round((said.expiresAt - Date.now() / 1000) / 86_400), 30, "days, where none are said");
	assert.deepEqual(
		[car.isAttested, again.device, plain.isAttested, bike.isAttested],
		[true, car.device, true, true],
	);
	const [known, shownCar, shownBike] = await shell.eachWell(
		["operator", "parties", "show", company.party, ...data],
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
	assert.deepEqual(
		known.devices.map(({ device, assurance }: { device: string; assurance: string }) => [device, assurance]),
		[
			[bike.device, "software"],
			[car.device, "secureElement"],
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

/** A payment of that many yen, and what became of it. */
const pay = (payer: string, payee: string, amount: bigint): Promise<string> =>
	pays(at(payer), at(payee), { operator: fromHex(operator) as Uint8Array, code: "JPY" }, amount);

const appoint = (to: Ran["json"], chain: string, by_: string, ...terms: Command): Command => [
	...["device", "appoint", to.key, at(chain), ...by(by_)],
	...terms,
];
const from = (chain: string): Command => ["--from", at(chain)];
const order = (party: string, kind: string, ...of: Command): Command => [
	...["device", "order", kind, ...of],
	...asked(party),
];

test("delegations go down four levels, each narrower, and a manager in the middle is suspended with all below it", async () => {
	const keys = ["owner", "site", "fleet", "shift", "crew"];
	const [owner, site, fleet, shift, crew] = await shell.eachWell(...keys.map(key));
	const [, granted, , , , ann] = await shell.eachWell(
		["operator", "parties", "add", owner.key, "register 2", ...data],
		["operator", "parties", "grant", owner.party, "100", ...data],
		...["ann", "bob", "van"].map((name): Command => ["wallet", "init", ...wallet(name)]),
		["wallet", "join", url, ...wallet("ann")],
		["wallet", "join", url, ...wallet("bob")],
	);
	const slice = (to: number): Command => ["--slice", `${granted.reset}:0-${to}`];
	const days = (number: number): Command => ["--days", `${number}`];
	const down = [
		appoint(site, "1", "owner", "--of", operator, ...slice(90), ...days(30), "--per-transfer", "50"),
		appoint(fleet, "2", "site", ...from("1"), ...slice(60), ...days(20), "--purpose", "charging", "parking"),
		appoint(shift, "3", "fleet", ...from("2"), ...slice(40), "--purpose", "charging"),
		evidence("van"),
		[...delegate("van", "shift", ...from("3"), ...slice(30)), ...days(10), "--per-transfer", "20"],
	];
	const refused = [
		["1: more of the budget", appoint(fleet, "x", "site", ...from("1"), ...slice(91))],
		["1: longer", appoint(fleet, "x", "site", ...from("1"), ...slice(60), ...days(31))],
		["1: more a payment", appoint(fleet, "x", "site", ...from("1"), ...slice(60), "--per-transfer", "51")],
		["2: other purposes", appoint(shift, "x", "fleet", ...from("2"), ...slice(60), "--purpose", "food")],
		[
			"what stands above was delegated to another key",
			appoint(shift, "x", "shift", ...from("2"), ...slice(60)),
		],
		[
			"what stands above is of another operator",
			appoint(fleet, "x", "site", ...from("1"), "--of", owner.party),
		],
		[
			"at most 4 bind a device, and its own is one of them",
			appoint(crew, "x", "shift", ...from("3"), ...slice(10)),
		],
		["3: more of the budget", [...delegate("van", "shift", ...from("3"), ...slice(41)), ...days(5)]],
	] as const;
	const unread = [
		appoint(site, "x", "owner", ...slice(90), ...days(30)),
		appoint(site, "x", "owner", "--of", operator, ...slice(90)),
		appoint(fleet, "x", "site", ...from("van.evidence")),
		apply("ann", "van"),
	];
	const said = await shell.each([
		...down,
		...refused.map(([, each]) => each),
		...unread,
		["operator", "deposit", ann.account, "60", ...data],
		["wallet", "topup", "60", ...wallet("ann")],
		apply("van"),
	]);
	assert.deepEqual(
		said.map(({ status, json }) => (json?.code === "delegation-invalid" ? json.detail : status)),
		[0, 0, 0, 0, 0, ...refused.map(([why]) => why), ...unread.map(() => 2), 0, 0, 0],
	);
	const { device } = said.at(-1)?.json ?? {};
	// What is wrong is what was typed, and no file.
	const typed = [appoint(site, "x", "owner", "--of", operator, ...days(30)), delegate("van", "owner")];
	for (const { status, stderr } of await shell.each(
		typed.map((command) => [...command, "--purpose", "a".repeat(33)]),
	)) {
		assert.equal(status, 2);
		assert.match(stderr, /^tenten: malformed \(expected text up to 32\)/);
	}

	// What no command writes, its operator refuses as well.
	const signer = await openRailKey(at("shift.key"), async () => unlock, assert.fail);
	const read = must(parse(deviceApplication, new Uint8Array(readFileSync(at("van.application")))));
	const { operator: id, key: robot } = read.evidence.body;
	const wider = { purposes: null, perTransfer: null, slice: null, until: read.delegations[0]?.until ?? 0 };
	const levels = [...read.delegations.slice(0, 3), await signDelegation(id, robot, wider, signer)];
	const evidenceBytes = new Uint8Array(readFileSync(at("van.evidence")));
	const [said_, delegations] = must(
		decodeItem(new Uint8Array(readFileSync(at("van.application")))),
	) as Item[][];
	const five = encodeItem([said_ as Item[], [...(delegations as Item[]), delegations?.[3] as Item]]);
	for (const [code, application] of [
		["delegation-invalid", must(applicationOf(evidenceBytes, levels))],
		["too-many", five],
	] as const)
		assert.equal(((await bringApplication(url, application)) as { code?: string }).code, code);

	assert.equal(await pay("ann", "van", 60n), "spent");
	assert.equal(await pay("van", "bob", 21n), "limit-exceeded");
	assert.equal(await pay("van", "bob", 5n), "spent");
	const lists = ["bob", "van"].map((name): Command => ["wallet", "lists", "fetch", ...wallet(name)]);
	const [stopped, again, , , shown] = await shell.eachWell(
		...[order("owner", "suspend-below", fleet.key), order("owner", "suspend-below", fleet.key), ...lists],
		["device", "show", fleet.party, ...asked("owner")],
	);
	assert.deepEqual([stopped.standing, stopped.number, again.number], ["suspended", 1, 1]);
	assert.deepEqual(
		[shown.standing, shown.manages],
		["none", { standing: "suspended", number: 1, devices: 1 }],
	);
	assert.equal(await pay("van", "bob", 5n), "device-suspended");
	assert.deepEqual(
		await codes(
			...[
				evidence("van"),
				[...delegate("van", "shift", ...from("3"), ...slice(30)), ...days(10)],
				apply("van"),
			],
			...[order("site", "suspend-below", shift.key), order("owner", "resume-below", "00")],
			...[order("owner", "resume-below", fleet.key), ...lists],
		),
		[0, 0, "device-suspended", "authority-unknown", 2, 0, 0, 0],
	);
	assert.equal(await pay("van", "bob", 5n), "spent");
	assert.equal((await shell.eachWell(["device", "show", device, ...asked("owner")]))[0]?.standing, "active");
});

test("a device goes over to another owner, who accepts it, with its history, and its old owner says nothing of it any more", async () => {
	const [seller, buyer] = await shell.eachWell(key("seller"), key("buyer"));
	const [, , granted] = await shell.eachWell(
		["operator", "parties", "add", seller.key, "register 3", ...data],
		["operator", "parties", "add", buyer.key, "register 4", ...data],
		["operator", "parties", "grant", buyer.party, "100", ...data],
		["wallet", "init", ...wallet("drill")],
		...[evidence("drill"), delegate("drill", "seller")],
	);
	const [{ device }] = await shell.eachWell(apply("drill"));
	const show = (party: string): Command => ["device", "show", device, ...asked(party)];
	const sell = order("seller", "transfer", device, buyer.key);
	// Out of turn: nobody has sold it yet.
	assert.deepEqual(
		await codes(
			evidence("drill"),
			delegate("drill", "buyer"),
			apply("drill"),
			show("buyer"),
			order("buyer", "end", device),
		),
		[0, 0, "authority-unknown", "owner-mismatch", "owner-mismatch"],
	);
	const [sold, again, seen] = await shell.eachWell(sell, sell, show("buyer"));
	assert.deepEqual([sold.standing, sold.movesTo, sold.number, again.number], ["moving", buyer.party, 2, 2]);
	assert.deepEqual(
		seen.history.map(({ kind }: { kind: string }) => kind),
		["certified", "transfer"],
	);
	// Until it is accepted its seller may sell it to another or end it, and neither lets it work.
	const moving = [
		order("seller", "suspend", device),
		order("seller", "resume", device),
		order("buyer", "suspend", device),
	];
	assert.deepEqual(await codes(...moving, delegate("drill", "seller"), apply("drill")), [
		"order-mismatch",
		"order-mismatch",
		"authority-unknown",
		0,
		"authority-unknown",
	]);
	const accept = delegate("drill", "buyer", "--slice", `${granted.reset}:0-50`);
	const [, accepted, once, before, old] = await shell.eachWell(
		accept,
		apply("drill"),
		apply("drill"),
		show("buyer"),
		show("seller"),
	);
	assert.deepEqual([accepted.device, once.certificate], [device, accepted.certificate]);
	assert.deepEqual(
		before.history.map(({ kind, party }: { kind: string; party: string }) => [kind, party]),
		[
			["certified", seller.party],
			["transfer", seller.party],
			["certified", buyer.party],
		],
	);
	assert.deepEqual([before.standing, before.tenures.length, before.tenures[0].granted], ["active", 1, "50"]);
	// Its seller knows it up to the sale, and says nothing of it any more.
	assert.deepEqual([old.history.length, old.standing, old.tenures[0].endedAt !== null], [2, "moving", true]);
	const late = ["suspend", "resume", "end"].map((kind) => order("seller", kind, device));
	assert.deepEqual(
		await codes(
			...late,
			order("seller", "transfer", device, seller.key),
			delegate("drill", "seller"),
			apply("drill"),
		),
		[
			"authority-unknown",
			"authority-unknown",
			"authority-unknown",
			"authority-unknown",
			0,
			"authority-unknown",
		],
	);
	assert.deepEqual((await shell.eachWell(show("buyer")))[0], before);
});
