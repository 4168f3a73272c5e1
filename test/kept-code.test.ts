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
	await place.settings.set("recovery-code", bytes.toString("base64url"));
	await assert.rejects(keptCode(place));
	await wallet.close();
});
