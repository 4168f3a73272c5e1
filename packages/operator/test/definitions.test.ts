/** Definitions and licences: nothing is issued without them, and everything comes back without them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
	decodeItem,
	encodeItem,
	isRefusal,
	ownOutput,
	type Refusal,
	serialize,
	signedOrder,
	signOrder,
} from "@tenten/protocol";
import { day, expectRefusal, expectValue, type Holder } from "../../module/test/support/world.ts";
import { makeJoseKey } from "../src/definitions/jose-key.ts";
import { makeLicence, makeStatusList } from "../src/definitions/licence-making.ts";
import { balance, enrolHolder, kinds, makeOrder, redeem, withdrawTo } from "./support/ecosystem.ts";
import {
	createLicensed,
	type DraftOptions,
	draftOf,
	type Licensed,
	otherKey,
	otherRegulator,
	regulator,
	termsOf,
} from "./support/licensed.ts";

const statusUri = "https://regulator.example/status/1";

async function adopted(licensed: Licensed, options: DraftOptions = {}): Promise<void> {
	expectValue(await licensed.operator.adoptDefinition(await draftOf(licensed, options)));
}

async function refusedDraft(licensed: Licensed, options: DraftOptions): Promise<string> {
	const result = await licensed.operator.adoptDefinition(await draftOf(licensed, options));
	return isRefusal(result) ? `${result.code}: ${result.detail}` : "adopted";
}

/** An order to withdraw, sent as its holder would; what was deposited for it stays where it is refused. */
async function withdrawal(licensed: Licensed, holder: Holder, amount: bigint): Promise<Uint8Array | Refusal> {
	const { operator, world } = licensed;
	const account = holder.certificate.hash;
	await operator.deposit(world.random(), account, "JPY", amount);
	const outputs = [ownOutput(amount, holder.certificate, world.random())];
	const order = await makeOrder(licensed, { kind: "withdraw", account, outputs });
	const signed = await signOrder(order, holder.certificate.encoded, holder.signer);
	return operator.withdraw(serialize(signedOrder, signed));
}

const direct = (licensed: Licensed, amount: bigint): ReturnType<Licensed["operator"]["issue"]> => {
	const { operator, world } = licensed;
	const outputs = [{ amount, owner: world.random() }];
	return operator.issue({ id: world.random(), code: "JPY", outputs, terms: { conditions: [], caveats: [] } });
};

test("nothing is issued without a definition in force", async () => {
	const licensed = await createLicensed();
	const holder = await enrolHolder(licensed);
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
	expectRefusal(await direct(licensed, 5n), "issue-stopped");
	await adopted(licensed, { body: { validFrom: licensed.clock.now + 10 } });
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
	licensed.clock.now += 10;
	expectValue(await withdrawal(licensed, holder, 5n));
	expectValue(await direct(licensed, 5n));
});

test("the order that was refused while issuing stopped is carried out when it may be", async () => {
	const licensed = await createLicensed();
	const holder = await enrolHolder(licensed);
	const { operator, world } = licensed;
	const account = holder.certificate.hash;
	await operator.deposit(world.random(), account, "JPY", 5n);
	const outputs = [ownOutput(5n, holder.certificate, world.random())];
	const order = await makeOrder(licensed, { kind: "withdraw", account, outputs });
	const signed = serialize(signedOrder, await signOrder(order, holder.certificate.encoded, holder.signer));
	expectRefusal(await operator.withdraw(signed), "issue-stopped");
	await adopted(licensed);
	const reply = expectValue(await operator.withdraw(signed));
	assert.deepEqual(await operator.withdraw(signed), reply);
});

test("a licence that has ended stops new issues, and never redemption", async () => {
	const licensed = await createLicensed();
	const holder = await enrolHolder(licensed);
	await adopted(licensed, { terms: { until: licensed.clock.now + day } });
	const tokens = await withdrawTo(licensed, holder, 40n, 60n);
	licensed.clock.now += day;
	expectRefusal(await withdrawal(licensed, holder, 1n), "issue-stopped");
	expectRefusal(await direct(licensed, 1n), "issue-stopped");
	assert.deepEqual(kinds(await redeem(licensed, holder, ...tokens)), ["paid", "paid"]);
	assert.equal(await balance(licensed, holder), 101n);
});

test("a licence counts to its last second", async () => {
	const licensed = await createLicensed();
	const holder = await enrolHolder(licensed);
	await adopted(licensed, { terms: { until: licensed.clock.now + 2 } });
	licensed.clock.now += 1;
	expectValue(await withdrawal(licensed, holder, 5n));
	licensed.clock.now += 1;
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
});

test("a licence that was revoked stops new issues, and never redemption", async () => {
	const licensed = await createLicensed();
	const { operator, clock, licensor } = licensed;
	const holder = await enrolHolder(licensed);
	const statusList = (revoked: readonly number[], changes: object = {}): Promise<string> =>
		makeStatusList(
			{
				iss: regulator,
				uri: statusUri,
				size: 64,
				revoked,
				issuedAt: clock.now,
				expiresAt: clock.now + 7 * day,
				...changes,
			},
			licensor.privateKey,
		);
	await adopted(licensed, { terms: { status: { uri: statusUri, idx: 9 } } });
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
	assert.equal(await operator.takeStatusList(await statusList([8, 10])), undefined);
	const tokens = await withdrawTo(licensed, holder, 40n);
	clock.now += day;
	assert.equal(await operator.takeStatusList(await statusList([9])), undefined);
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
	assert.deepEqual(kinds(await redeem(licensed, holder, ...tokens)), ["paid"]);
	const older = await statusList([], { issuedAt: clock.now - day });
	assert.equal(await operator.takeStatusList(older), undefined);
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
	assert.equal(await operator.takeStatusList(await statusList([])), undefined);
	expectValue(await withdrawal(licensed, holder, 5n));
	clock.now += 7 * day;
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
	const short = await statusList([], { size: 8 });
	assert.equal(await operator.takeStatusList(short), undefined);
	expectRefusal(await withdrawal(licensed, holder, 5n), "issue-stopped");
	expectRefusal((await operator.takeStatusList(`${short.slice(0, -4)}AAAA`)) as Refusal, "licence-invalid");
	const foreign = await makeStatusList(
		{
			iss: regulator,
			uri: statusUri,
			size: 64,
			revoked: [],
			issuedAt: clock.now,
			expiresAt: clock.now + day,
		},
		makeJoseKey().privateKey,
	);
	expectRefusal((await operator.takeStatusList(foreign)) as Refusal, "licence-invalid");
});

test("what is in circulation stays within the ceiling", async () => {
	const licensed = await createLicensed();
	const holder = await enrolHolder(licensed);
	await adopted(licensed, { body: { ceiling: 100n } });
	const [token] = await withdrawTo(licensed, holder, 60n);
	expectRefusal(await withdrawal(licensed, holder, 41n), "limit-exceeded");
	expectRefusal(await direct(licensed, 41n), "limit-exceeded");
	expectValue(await withdrawal(licensed, holder, 40n));
	expectRefusal(await direct(licensed, 1n), "limit-exceeded");
	// A refresh brings nothing into circulation that was not there.
	assert.ok(token);
	assert.deepEqual(kinds(await redeem(licensed, holder, token)), ["paid"]);
	expectValue(await withdrawal(licensed, holder, 60n));
	const { broken } = await licensed.operator.audit("JPY");
	assert.deepEqual(broken, []);
});

test("many withdrawals at once stay within the ceiling together", async () => {
	const licensed = await createLicensed();
	const holder = await enrolHolder(licensed);
	await adopted(licensed, { body: { ceiling: 100n } });
	const results = await Promise.all(Array.from({ length: 20 }, () => withdrawal(licensed, holder, 30n)));
	assert.equal(results.filter((result) => !isRefusal(result)).length, 3);
});

test("a definition goes under its licence: another operator's, kind's, code's, scale's or a smaller one's is none", async () => {
	const licensed = await createLicensed();
	const refused = (options: DraftOptions): Promise<string> => refusedDraft(licensed, options);
	assert.equal(
		await refused({ terms: { operator: new Uint8Array(32) } }),
		"licence-invalid: for another operator",
	);
	assert.equal(
		await refused({ terms: { assetKind: "ticket" } }),
		"licence-invalid: for assets of kind ticket",
	);
	assert.equal(await refused({ terms: { codes: ["EUR"] } }), "licence-invalid: for other codes");
	assert.equal(await refused({ terms: { scale: 2 } }), "licence-invalid: with 2 decimals");
	assert.equal(await refused({ terms: { ceiling: 9_999n } }), "licence-invalid: up to 9999");
	assert.equal(
		await refused({ terms: { issuedAt: licensed.clock.now - day, until: licensed.clock.now } }),
		"licence-invalid: it has ended",
	);
	assert.equal(await refused({ terms: { codes: ["EUR", "JPY"] } }), "adopted");
});

test("a licence counts from a licensor that is known, with its key's signature and bound by its own key", async () => {
	const licensed = await createLicensed();
	const refused = (options: DraftOptions): Promise<string> => refusedDraft(licensed, options);
	assert.match(await refused({ terms: { iss: "https://nobody.example" } }), /^licence-invalid: a licensor/);
	assert.match(await refused({ licensor: makeJoseKey() }), /^licence-invalid: .*Signature/);
	assert.match(await refused({ binding: makeJoseKey() }), /^licence-invalid: .*Signature/);
});

test("a licence under Ed25519 counts like one under ES256, and only under its licensor's key", async () => {
	const licensed = await createLicensed();
	const refused = (options: DraftOptions): Promise<string> => refusedDraft(licensed, options);
	const terms = { iss: otherRegulator };
	assert.match(await refused({ terms }), /^licence-invalid: another algorithm/);
	assert.match(
		await refused({ terms: { iss: regulator }, licensor: otherKey }),
		/^licence-invalid: another algorithm/,
	);
	assert.equal(
		await refused({ terms: { ...terms, key: otherKey.publicKey }, licensor: otherKey, binding: otherKey }),
		"adopted",
	);
});

test("a licence that was shown for one definition is none for another, and none without its binding", async () => {
	const licensed = await createLicensed();
	const { operator, licensor } = licensed;
	const licence = await makeLicence(termsOf(licensed), licensor.privateKey);
	const parts = async (options: DraftOptions): Promise<unknown[]> =>
		decodeItem(await draftOf(licensed, { licence, ...options })) as unknown as unknown[];
	const [, shownForOther] = await parts({ body: { ceiling: 5n } });
	const [body, , approvals] = await parts({});
	const moved = encodeItem([body, shownForOther, approvals] as never);
	expectRefusal(await operator.adoptDefinition(moved), "licence-invalid");
	const unbound = encodeItem([body, new Uint8Array(Buffer.from(licence, "ascii")), approvals] as never);
	expectRefusal(await operator.adoptDefinition(unbound), "licence-invalid");
});

test("adopting is done once, however often it is asked, and after a restart it stands", async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-definitions-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const licensed = await createLicensed({ database: join(folder, "operator.sqlite") });
	const draft = await draftOf(licensed, { body: { conditions: [{ kind: "hopLimit", hops: 2 }] } });
	const encoded = expectValue(await licensed.operator.adoptDefinition(draft));
	assert.deepEqual(await licensed.operator.adoptDefinition(draft), encoded);
	assert.deepEqual(licensed.operator.definitions(), [encoded]);
	expectRefusal(await licensed.operator.adoptDefinition(await draftOf(licensed)), "order-mismatch");
	const next = { version: 2, grace: 2 * day, ceiling: 7n };
	await adopted(licensed, { body: next });
	assert.equal(licensed.operator.entry.assets[0]?.grace, 2 * day);
	assert.equal(licensed.operator.standing()[0]?.version, 2);
	expectRefusal(
		await licensed.operator.adoptDefinition(
			await draftOf(licensed, { body: { ...next, version: 3, grace: day } }),
		),
		"asset-mismatch",
	);
	const { operator } = licensed;
	const before = { definitions: operator.definitions(), standing: operator.standing() };
	await operator.close();
	const again = await licensed.reopen();
	assert.deepEqual({ definitions: again.definitions(), standing: again.standing() }, before);
	assert.equal(again.entry.assets[0]?.grace, 2 * day);
	await again.close();
});

test("what is withdrawn carries the conditions of the definition", async () => {
	const licensed = await createLicensed();
	const conditions = [{ kind: "hopLimit", hops: 2 }] as const;
	await adopted(licensed, { body: { conditions } });
	const [token] = await withdrawTo(licensed, await enrolHolder(licensed), 5n);
	assert.deepEqual(token?.issue.conditions, conditions);
});

test("approvals of people whose certificates have ended adopt nothing", async () => {
	const licensed = await createLicensed();
	const draft = await draftOf(licensed, { terms: { until: licensed.clock.now + 800 * day } });
	licensed.clock.now += 366 * day;
	expectRefusal(await licensed.operator.adoptDefinition(draft), "certificate-expired");
});
