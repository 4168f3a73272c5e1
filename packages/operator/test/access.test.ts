/** API keys open what their roles allow and nothing else, and everything that is done with them stands in a log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, toHex } from "@tenten/protocol";
import { sql } from "kysely";
import { expectRefusal } from "../../module/test/support/world.ts";
import { partsOfKey } from "../src/access.ts";
import { type ApiRole, newKey, type Operator } from "../src/index.ts";
import { type AuditEntry, chainBeginning, followChain } from "../src/store/audit-log.ts";
import { createEcosystem, enrolHolder } from "./support/ecosystem.ts";

const acting = { actor: "key:test", requestId: "request 1" };
const first = newKey((length) => new Uint8Array(length).fill(9));
const year = 365 * 86_400;

async function open() {
	const ecosystem = await createEcosystem();
	await ecosystem.operator.keepFirstKey(first);
	const add = (roles: readonly ApiRole[], expiresAt: number | null = null) =>
		ecosystem.operator.addKey(acting, { name: "till", roles, expiresAt });
	return { ...ecosystem, add };
}

async function wholeLog(operator: Operator): Promise<readonly AuditEntry[]> {
	const entries: AuditEntry[] = [];
	for (let page = await operator.auditLog(0); page.length > 0; ) {
		entries.push(...page);
		page = await operator.auditLog(entries.length);
	}
	return entries;
}

test("a key opens until it ends or is revoked; a changed one, another's secret and a made-up one never do", async () => {
	const { operator, clock, add } = await open();
	const { text, key } = await add(["cashier"], clock.now + year);
	assert.deepEqual((await operator.keyBehind(text))?.roles, ["cashier"]);
	const other = await add(["viewer"]);
	const swapped = text.slice(0, 24) + other.text.slice(24);
	for (const wrong of [swapped, `${text}0`, text.slice(0, -1), text.toUpperCase(), "", "tenten__"])
		assert.equal(await operator.keyBehind(wrong), undefined, wrong);
	clock.now += year;
	assert.equal(await operator.keyBehind(text), undefined);
	await operator.revokeKey(acting, other.key.id);
	assert.equal(await operator.keyBehind(other.text), undefined);
	assert.equal((await operator.listKeys("")).find(({ id }) => id === key.id)?.revokedAt, null);
});

test("nothing that is kept or listed opens anything: no row holds a secret", async () => {
	const { operator, add } = await open();
	const { text } = await add(["cashier"]);
	const secret = text.slice(24);
	const rows = await operator.store.read((transaction) =>
		transaction.selectFrom("api_keys").selectAll().execute(),
	);
	const readable = JSON.stringify(rows, (_, value: unknown) =>
		typeof value === "bigint" ? `${value}` : value instanceof Uint8Array ? toHex(value) : value,
	);
	assert.ok(!readable.includes(secret));
	assert.ok(!JSON.stringify(await operator.listKeys("")).includes(secret));
	assert.ok(!JSON.stringify(await operator.auditLog(0)).includes(secret));
});

test("the folder's key is kept once: revoked, it does not come back with a restart", async () => {
	const { operator, add } = await open();
	await add(["administrator"]);
	const id = partsOfKey(first)?.id ?? "";
	assert.equal((await operator.revokeKey(acting, id)).kind, "revoked");
	await operator.keepFirstKey(first);
	assert.equal(await operator.keyBehind(first), undefined);
});

test("the last key that could make another is not revoked, nor are two of them at once", async () => {
	const { operator, clock, add } = await open();
	const second = await add(["administrator"], clock.now + year);
	const ids = (await operator.listKeys("")).map(({ id }) => id);
	const outcomes = await Promise.all(ids.map((id) => operator.revokeKey(acting, id)));
	assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["last", "revoked"]);
	const left = (await operator.keyBehind(first)) ?? (await operator.keyBehind(second.text));
	assert.ok(left);
	assert.equal((await operator.revokeKey(acting, "0".repeat(16))).kind, "unknown");
});

test("when a key was last used is known to within an hour, and costs no write a request", async () => {
	const { operator, clock } = await open();
	const used = async () => (await operator.listKeys(""))[0]?.lastUsedAt;
	assert.equal(await used(), null);
	await operator.keyBehind(first);
	const began = clock.now;
	clock.now += 3_599;
	await operator.keyBehind(first);
	assert.equal(await used(), began);
	clock.now += 1;
	await operator.keyBehind(first);
	assert.equal(await used(), clock.now);
});

test("each act is logged with who, when, on what and how it ended: a repeated deposit is none", async () => {
	const ecosystem = await open();
	const { operator, world, add } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const account = alice.certificate.hash;
	const { key } = await add(["cashier"]);
	const content = world.random();
	const under = () => operator.under({ scope: "deposits", key: "one", content });
	const id = world.random();
	for (let i = 0; i < 2; i++) assert.equal(await under().deposit(acting, id, account, "JPY", 10n), undefined);
	expectRefusal(
		await operator
			.under({ scope: "deposits", key: "two", content })
			.deposit(acting, world.random(), account, "XYZ", 1n),
		"asset-unknown",
	);
	await operator.noteDenied(acting, "totals");
	await operator.revokeKey(acting, key.id);
	const entries = await wholeLog(operator);
	assert.deepEqual(
		entries.map(({ actor, act, outcome, detail }) => `${actor} ${act} ${outcome} ${detail}`.trim()),
		[
			"folder keyAdded done administrator cashier; no end",
			"key:test keyAdded done cashier; no end",
			"key:test deposit done 10 JPY",
			"key:test deposit asset-unknown 1 XYZ",
			"key:test denied role-missing",
			"key:test keyRevoked done",
		],
	);
	assert.equal(entries[2]?.subject, toHex(account));
	assert.equal(entries[2]?.requestId, "request 1");
	assert.deepEqual(followChain(chainBeginning, entries), {
		end: { position: 6, hash: entries[5]?.hash },
		broken: null,
	});
});

test("acts at once are logged one after another, none lost", async () => {
	const { operator, add } = await open();
	await Promise.all(Array.from({ length: 40 }, () => add(["viewer"])));
	const entries = await wholeLog(operator);
	assert.equal(entries.length, 41);
	assert.equal(followChain(chainBeginning, entries).broken, null);
	assert.equal(new Set(entries.map(({ subject }) => subject)).size, 41);
});

test("an act and its entry are one: where the entry cannot be written, nothing was done", async () => {
	const ecosystem = await open();
	const { operator, world } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	await operator.store.run((transaction) => sql.raw("drop table audit_log").execute(transaction));
	const key = { scope: "deposits", key: "one", content: world.random() };
	const account = alice.certificate.hash;
	await assert.rejects(operator.under(key).deposit(acting, world.random(), account, "JPY", 10n));
	await assert.rejects(operator.addKey(acting, { name: "x", roles: ["viewer"], expiresAt: null }));
	assert.equal(await operator.balance(account, "JPY"), 0n);
	assert.equal((await operator.listKeys("")).length, 1);
});

const changes: Readonly<Record<string, string>> = {
	"an actor": "update audit_log set actor = 'key:nobody' where position = 3",
	"a time": "update audit_log set at = at + 1 where position = 3",
	"a request": "update audit_log set request_id = 'x' where position = 3",
	"an act": "update audit_log set act = 'deposit' where position = 3",
	"a subject": "update audit_log set subject = 'x' where position = 3",
	"an outcome": "update audit_log set outcome = 'x' where position = 3",
	"a detail": "update audit_log set detail = 'x' where position = 3",
	"a hash": "update audit_log set hash = previous where position = 3",
	"what it follows": "update audit_log set previous = hash where position = 3",
	"a place": "update audit_log set position = 30 where position = 3",
	"an entry taken out": "delete from audit_log where position = 3",
	"the first entries taken out": "delete from audit_log where position <= 3",
};

for (const [what, statement] of Object.entries(changes))
	test(`a log in which was changed: ${what}, breaks where it was changed`, async () => {
		const { operator, add } = await open();
		for (let i = 0; i < 5; i++) await add(["viewer"]);
		await operator.store.run((transaction) => sql.raw(statement).execute(transaction));
		const { broken } = followChain(chainBeginning, await operator.auditLog(0));
		assert.equal(broken, what.startsWith("the first") ? 1 : 3);
	});

test("entries cut off at the end are missed by whoever kept the hash of one", async () => {
	const { operator, add } = await open();
	for (let i = 0; i < 3; i++) await add(["viewer"]);
	const kept = (await operator.auditLog(0)).at(-1)?.hash as Bytes;
	await operator.store.run((transaction) =>
		sql.raw("delete from audit_log where position = 4").execute(transaction),
	);
	const entries = await operator.auditLog(0);
	assert.equal(followChain(chainBeginning, entries).broken, null);
	assert.ok(!entries.some(({ hash }) => toHex(hash) === toHex(kept)));
});
