/** The recovery code, kept until a person has written it down: sealed under a key that does not come out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryShelf, newRecoveryCode } from "@tenten/module";
import { isRefusal } from "@tenten/protocol";
import {
	codeState,
	codeWritten,
	keepCode,
	keptCode,
	memorySettings,
	memoryStore,
	sealedSettings,
	Wallet,
} from "@tenten/wallet";
import { random } from "./support/town.ts";

test("a code is kept sealed, read again, and forgotten once it is written down", async () => {
	const place = { shelf: memoryShelf(), settings: memorySettings() };
	const recoveryCode = newRecoveryCode(random);
	const unlock = { kind: "webcrypto", shelf: place.shelf, recoveryCode } as const;
	assert.equal(await codeState(place), "unknown");
	const wallet = await Wallet.open({ store: memoryStore(), unlock, now: () => 0, random });
	assert.ok(!isRefusal(wallet));
	await keepCode(place, recoveryCode);
	assert.equal(await codeState(place), "kept");
	assert.equal(await keptCode(place), recoveryCode);
	const stored = (await place.settings.get("recovery-code")) ?? "";
	assert.ok(!Buffer.from(stored, "base64url").includes(recoveryCode));

	await codeWritten(place);
	assert.equal(await codeState(place), "written");
	assert.equal(await keptCode(place), undefined);
	await wallet.close();
});

test("a kept code that was changed does not open", async () => {
	const place = { shelf: memoryShelf(), settings: memorySettings() };
	const recoveryCode = newRecoveryCode(random);
	const unlock = { kind: "webcrypto", shelf: place.shelf, recoveryCode } as const;
	const wallet = await Wallet.open({ store: memoryStore(), unlock, now: () => 0, random });
	assert.ok(!isRefusal(wallet));
	await keepCode(place, recoveryCode);
	const bytes = Buffer.from((await place.settings.get("recovery-code")) ?? "", "base64url");
	bytes[20] = (bytes[20] ?? 0) ^ 1;
	for (const changed of [bytes, bytes.subarray(0, 27), bytes.subarray(0, 4), bytes.subarray(0, 0)]) {
		await place.settings.set("recovery-code", changed.toString("base64url"));
		await assert.rejects(keptCode(place));
	}
	await wallet.close();
});

test("settings of their own are sealed under their names, and what does not open is not there", async () => {
	const place = { shelf: memoryShelf(), settings: memorySettings() };
	const unlock = { kind: "webcrypto", shelf: place.shelf, recoveryCode: newRecoveryCode(random) } as const;
	const wallet = await Wallet.open({ store: memoryStore(), unlock, now: () => 0, random });
	assert.ok(!isRefusal(wallet));
	const sealed = sealedSettings(place);
	assert.equal(await sealed.get("rooms"), undefined);
	await sealed.set("rooms", '{"secret":"5a5a"}');
	assert.equal(await sealed.get("rooms"), '{"secret":"5a5a"}');
	const stored = (await place.settings.get("rooms")) ?? "";
	assert.ok(!stored.includes("5a5a") && !Buffer.from(stored, "base64url").includes("5a5a"));

	await place.settings.set("other", stored);
	assert.equal(await sealed.get("other"), undefined, "under another name");
	await place.settings.set("rooms", '{"secret":"5a5a"}');
	assert.equal(await sealed.get("rooms"), undefined, "as it was written before there was a seal");
	const elsewhere = { ...place, shelf: memoryShelf() };
	await place.settings.set("rooms", stored);
	await assert.rejects(sealedSettings(elsewhere).set("rooms", ""));
	await assert.rejects(sealedSettings(elsewhere).get("rooms"));
	await sealed.set("rooms", null);
	assert.equal(await place.settings.get("rooms"), undefined);
	await wallet.close();
});
