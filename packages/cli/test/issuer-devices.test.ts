/** An operator's own bounds of what a party has kept in a day, as its folder says them. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateKey, signerFrom } from "@tenten/module";
import { isRefusal, signDeviceOrder } from "@tenten/protocol";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { random } from "../src/surroundings.ts";

const parent = mkdtempSync(join(tmpdir(), "tenten-issuer-devices-"));
after(() => rmSync(parent, { recursive: true }));

test("operator.json says how many orders and applications of a party a day are taken; nonsense opens no operator", async () => {
	const folder = join(parent, "bank");
	const settings = join(folder, "operator.json");
	const unlock = { kind: "device", key: random(32) } as const;
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	const kept = JSON.parse(readFileSync(settings, "utf8"));
	assert.deepEqual(kept.devices, { applicationsDaily: 10_000, ordersDaily: 10_000 });
	const says = (devices: object): void => writeFileSync(settings, JSON.stringify({ ...kept, devices }));
	for (const nonsense of [
		{},
		{ applicationsDaily: 1, ordersDaily: -1 },
		{ ...kept.devices, ordersDaily: "9" },
	]) {
		says(nonsense);
		await assert.rejects(openIssuer(folder, unlock), /does not describe an operator/);
	}
	says({ applicationsDaily: 1, ordersDaily: 0 });
	const issuer = await openIssuer(folder, unlock);
	if (isRefusal(issuer)) return assert.fail(issuer.code);
	const { operator } = issuer as Issuer;
	const [party, site] = [newSigner(), newSigner()];
	await operator.devices.parties.add(
		{ actor: "an administrator", requestId: "test" },
		party.key,
		"company 1",
	);
	const body = {
		operator: operator.id,
		device: site.key,
		number: 1,
		says: { kind: "suspendBelow" },
	} as const;
	const ordered = await operator.devices.order(await signDeviceOrder({ ...body, issuedAt: 1 }, party));
	assert.equal(isRefusal(ordered) && ordered.code, "too-many");
	await (issuer as Issuer).close();
});

const newSigner = () => signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
