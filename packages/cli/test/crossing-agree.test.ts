/** Two operators agree from the command line: each signs in its own folder, and what one altered the other refuses. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startServer } from "@tenten/operator";
import { assetHash, fromHex, isRefusal, toHex } from "@tenten/protocol";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { listPeers } from "../src/server/peers.ts";
import { passphraseCost } from "../src/wallet/folder.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const unlock = { kind: "passphrase", passphrase: "correct horse", cost: passphraseCost } as const;
const ids: Record<string, string> = {};

/** Each listed the other while it served. */
before(async () => {
	const running = [];
	for (const name of ["west", "east"]) {
		const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
		ids[name] = await createIssuer(at(name), { name, assets, port: 0 }, unlock);
		const issuer = await openIssuer(at(name), unlock);
		if (isRefusal(issuer)) throw new Error(issuer.code);
		const log = { info: () => undefined, error: console.error };
		const { operator, settings } = issuer;
		running.push({ name, issuer, server: await startServer({ operator, port: settings.port, log }) });
	}
	const [west, east] = running;
	if (west === undefined || east === undefined) throw new Error("nobody runs");
	await listPeers(at("west"), west.issuer.operator, [east.server.url]);
	await listPeers(at("east"), east.issuer.operator, [west.server.url]);
	for (const { issuer, server } of running) {
		await server.close();
		await issuer.close();
	}
});

const assetOf = (name: string): string =>
	toHex(assetHash({ operator: fromHex(ids[name] ?? "") ?? new Uint8Array(32), code: "JPY" }));

function json(name: string, value: object): string {
	writeFileSync(at(name), JSON.stringify(value));
	return at(name);
}

test("both sign one file after the other, keep it, and put it into their rule books", async () => {
	const terms = json("terms.json", {
		...{ source: ids["west"], destination: ids["east"], version: 1 },
		...{ paid: assetOf("west"), credited: assetOf("east"), exposure: "100000" },
		...{ fee: { fixed: "10", perMillion: 2_500 }, quoteLifetime: 300, seals: 100, freshness: 60 },
		...{ liable: "source", settlement: 86_400, from: "2026-01-01T00:00:00Z", until: "2036-01-01T00:00:00Z" },
	});
	const half = await shell.well("crossing", "agree", terms, at("half.cbor"), "--data", at("west"));
	assert.equal(half.isWhole, false);
	const rate = { credited: "100", paid: "155" };
	const rules = (of: object | null): string =>
		json("rules.json", {
			...{ from: "2026-01-01T00:00:00Z", rules: "Quotes of the day." },
			agreements: [{ agreement: half.agreement, rate: of }],
		});
	const early = await shell.tenten("crossing", "rules", rules(rate), "--data", at("east"));
	assert.deepEqual([early.status, early.json.code], [1, "agreement-unknown"]);
	const forged = readFileSync(at("half.cbor"));
	forged.writeUInt8((forged.at(-10) ?? 0) ^ 1, forged.length - 10);
	writeFileSync(at("forged.cbor"), forged);
	const unsigned = await shell.tenten(
		"crossing",
		"agree",
		at("forged.cbor"),
		at("no.cbor"),
		"--data",
		at("east"),
	);
	assert.deepEqual([unsigned.status, unsigned.json.code], [1, "signature-invalid"]);
	const whole = await shell.well(
		"crossing",
		"agree",
		at("half.cbor"),
		at("whole.cbor"),
		"--data",
		at("east"),
	);
	assert.deepEqual([whole.isWhole, whole.agreement], [true, half.agreement]);
	await shell.well("crossing", "agree", at("whole.cbor"), at("kept.cbor"), "--data", at("west"));
	assert.deepEqual(readFileSync(at("kept.cbor")), readFileSync(at("whole.cbor")));
	assert.equal((await shell.well("crossing", "rules", rules(rate), "--data", at("east"))).version, 1);
	assert.equal((await shell.well("crossing", "rules", rules(null), "--data", at("west"))).version, 1);
	assert.equal((await shell.well("crossing", "rules", rules(null), "--data", at("west"))).version, 2);
	const none = await shell.tenten(
		"crossing",
		"agree",
		json("none.json", {}),
		at("no.cbor"),
		"--data",
		at("west"),
	);
	assert.equal(none.status, 2);
});
