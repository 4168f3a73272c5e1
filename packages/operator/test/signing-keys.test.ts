/** Keys are rotated while the operator works: what each signed counts for as long as anybody holds it, and no longer. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
	type Bytes,
	equalBytes,
	type IssueProof,
	isRefusal,
	issueBatch,
	keyId,
	lockHash,
	ownOutput,
	parse,
	parseReply,
	parseRulingReply,
	serialize,
	serializeRulingRequest,
	signedOrder,
	signOrder,
	Trust,
	toHex,
	trustList,
	type VerifiedToken,
	verifyParsedToken,
	verifyRuling,
	verifyTrustList,
} from "@tenten/protocol";
import {
	day,
	expectRefusal,
	expectValue,
	type Holder,
	pay,
	verify,
} from "../../module/test/support/world.ts";
import type { Operator } from "../src/index.ts";
import type { Purpose } from "../src/store/signing-keys.ts";
import {
	balance,
	claimed,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	kinds,
	makeClaim,
	makeOrder,
	openIssue,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { refundsEnd } from "./support/rulings.ts";

const acting = { actor: "key:test", requestId: "one" };

function fileFor(t: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "tenten-signing-keys-"));
	t.after(() => rmSync(folder, { recursive: true }));
	return join(folder, "operator.sqlite");
}

/** The same ecosystem, as whoever fetched the trust list just now sees it. */
async function upToDate(ecosystem: Ecosystem): Promise<Ecosystem> {
	const { operator, world, clock } = ecosystem;
	const encodedList = await operator.trustList();
	const context = { verify, pinnedSigner: operator.id, minimumVersion: 0, now: clock.now };
	const list = expectValue(verifyTrustList(encodedList, context));
	const trust = new Trust(list, verify);
	const own = expectValue(trust.certificate(operator.entry.desk));
	const party = { ...world.operator, desk: { ...world.operator.desk, certificate: own } };
	const fresh = { ...world, encodedList, list, trust, operator: party };
	// Its clock goes on with the other's.
	Object.defineProperty(fresh, "now", { get: () => clock.now });
	return { ...ecosystem, world: fresh };
}

/** Rotates a key, to sign `lead` seconds from now; its id. */
async function rotated(operator: Operator, purpose: Purpose, lead: number | null = 0): Promise<string> {
	const from = lead === null ? null : operator.now() + lead;
	const made = await operator.signingKeys.rotate(acting, purpose, from);
	assert.equal(made.kind, "changed");
	return made.kind === "changed" ? toHex(made.key.id) : "";
}

function signerOf(token: VerifiedToken): Bytes {
	return token.token.issue.keyHint;
}

const hint = (id: string): string => id.slice(0, 16);

test("tokens of before, during and after a rotation are paid on, split and redeemed", async () => {
	const old = await createEcosystem();
	const { operator, clock } = old;
	const alice = await enrolHolder(old);
	const bob = await enrolHolder(old);
	const [before] = await withdrawTo(old, alice, 100n);
	const id = await rotated(operator, "issuing", 10 * day);
	const now = await upToDate(old);
	const [during] = await withdrawTo(now, alice, 100n);
	clock.now += 10 * day;
	await operator.tend();
	const later = await upToDate(old);
	const [after] = await withdrawTo(later, alice, 100n);
	const tokens = [before, during, after] as readonly VerifiedToken[] as readonly [
		VerifiedToken,
		VerifiedToken,
		VerifiedToken,
	];
	assert.equal(toHex(signerOf(tokens[2])), hint(id));
	assert.deepEqual(signerOf(tokens[0]), signerOf(tokens[1]));
	assert.notEqual(toHex(signerOf(tokens[0])), hint(id));
	const statuses = operator.entry.keys.filter(({ purpose }) => purpose === "issuing");
	assert.deepEqual(
		statuses.map(({ status }) => status),
		["retired", "current"],
	);
	for (const token of tokens) {
		const { paid, change } = await pay(later.world, token, alice, bob, 40n);
		assert.deepEqual(kinds(await redeem(later, bob, paid)), ["paid"]);
		assert.deepEqual(kinds(await redeem(later, alice, change as VerifiedToken)), ["paid"]);
	}
	assert.deepEqual([await balance(later, alice), await balance(later, bob)], [180n, 120n]);
	assert.deepEqual((await operator.audit("JPY")).broken, []);
});

test("a new key is listed before it signs: once no list without it is valid, where nobody says otherwise", async () => {
	const { operator, clock } = await createEcosystem();
	const rotating = await operator.signingKeys.rotate(acting, "issuing", null);
	assert.ok(rotating.kind === "changed");
	assert.equal(rotating.key.signsFrom, clock.now + 10 * 365 * day);
	assert.equal(rotating.key.state, "listed");
	const keys = operator.entry.keys.map(({ key }) => toHex(keyId(key)));
	assert.ok(keys.includes(toHex(rotating.key.id)));
	assert.equal((await operator.signingKeys.rotate(acting, "issuing", null)).kind, "pending");
});

test("whoever has a list of before the rotation is told to fetch the current one", async () => {
	const old = await createEcosystem();
	const alice = await enrolHolder(old);
	await rotated(old.operator, "issuing");
	const [token] = await withdrawTo(await upToDate(old), alice, 10n);
	assert.ok(token);
	const refusal = verifyParsedToken(token.token, old.world.trust);
	expectRefusal(refusal, "issuer-unknown");
});

test("the old key signs no more, in no process over the database, and all agree on the new one", async (t) => {
	const first = await createEcosystem({ database: fileFor(t) });
	const other = await first.reopen();
	t.after(() => Promise.all([first.operator.close(), other.close()]));
	const id = await rotated(first.operator, "issuing", 60);
	await other.tend();
	first.clock.now += 60;
	for (const operator of [first.operator, other]) {
		await operator.tend();
		const signing = operator.signingKeys
			.list()
			.filter(({ purpose, state }) => purpose === "issuing" && state === "signing");
		assert.deepEqual(
			signing.map((key) => toHex(key.id)),
			[id],
		);
		const now = await upToDate({ ...first, operator });
		const [token] = await withdrawTo(now, await enrolHolder(now), 10n);
		assert.equal(toHex(signerOf(token as VerifiedToken)), hint(id));
	}
	assert.deepEqual(await other.trustList(), await first.operator.trustList());
});

test("certificates and rulings go on counting under the keys of before", async () => {
	const old = await createEcosystem();
	const { operator } = old;
	const alice = await enrolHolder(old);
	const release = old.world.random();
	const ask = serializeRulingRequest({ kind: "release", release });
	const before = expectValue(await operator.rule(ask));
	await rotated(operator, "authority");
	await rotated(operator, "ruling");
	const now = await upToDate(old);
	const bob = await enrolHolder(now);
	assert.notDeepEqual(
		bob.certificate.claims.authorityHint,
		alice.certificate.claims.authorityHint,
		"another authority certified bob",
	);
	const [token] = await withdrawTo(now, alice, 50n);
	const { paid } = await pay(now.world, token as VerifiedToken, alice, bob, 50n);
	assert.deepEqual(kinds(await redeem(now, bob, paid)), ["paid"]);
	assert.deepEqual(await operator.rule(ask), before, "the same ruling, byte for byte");
	const ruled = expectValue(parseRulingReply(before));
	assert.ok(ruled.kind === "ruled" && !isRefusal(verifyRuling(ruled.ruling, now.world.trust)));
});

test("a key is retired once nothing that it signed counts, and not before", async () => {
	const { operator, clock, world } = await createEcosystem();
	const first = toHex(keyId(world.operator.issuing.key));
	assert.equal((await operator.signingKeys.retire(acting, first)).kind, "needed", "it signs");
	await rotated(operator, "issuing");
	clock.now += refundsEnd - 1;
	assert.equal((await operator.signingKeys.retire(acting, first)).kind, "needed", "a second too early");
	clock.now += 1;
	assert.equal((await operator.signingKeys.retire(acting, first)).kind, "changed");
	assert.ok(!operator.entry.keys.some(({ key }) => toHex(keyId(key)) === first));
	assert.equal((await operator.signingKeys.retire(acting, first)).kind, "changed", "asked again");
	const authority = toHex(keyId(world.operator.authority.key));
	await rotated(operator, "authority");
	clock.now += 100 * 365 * day;
	assert.equal((await operator.signingKeys.retire(acting, authority)).kind, "needed", "for ever");
	const said = (await operator.auditLog(0)).map(({ act, outcome }) => `${act} ${outcome}`);
	assert.deepEqual(said, [
		"signingKeyRetired signing-key-needed",
		"signingKeyRotated done",
		"signingKeyRetired signing-key-needed",
		"signingKeyRetired done",
		"signingKeyRetired done",
		"signingKeyRotated done",
		"signingKeyRetired signing-key-needed",
	]);
});

type Leaked = {
	readonly old: Ecosystem;
	readonly now: Ecosystem;
	readonly alice: Holder;
	readonly id: string;
};

/** An operator whose first issuing key leaked, was rotated, and is believed no more. */
async function leaked(before: (ecosystem: Ecosystem, alice: Holder) => Promise<void>): Promise<Leaked> {
	const old = await createEcosystem();
	const { operator, clock, world } = old;
	const alice = await enrolHolder(old);
	await before(old, alice);
	const id = toHex(keyId(world.operator.issuing.key));
	assert.equal((await operator.signingKeys.distrust(acting, id, clock.now)).kind, "needed", "it signs");
	await rotated(operator, "issuing");
	assert.equal((await operator.signingKeys.distrust(acting, id, clock.now + day)).kind, "changed");
	assert.ok(
		operator.entry.keys.some(({ key }) => toHex(keyId(key)) === id),
		"believed until that day",
	);
	clock.now += day;
	await operator.tend();
	return { old, now: await upToDate(old), alice, id };
}

test("what a leaked key signed is believed by nobody from that day on; what is in the books is still paid", async () => {
	let held: readonly VerifiedToken[] = [];
	const { old, now, alice, id } = await leaked(async (ecosystem, holder) => {
		held = await withdrawTo(ecosystem, holder, 30n, 20n);
	});
	const { operator, world } = old;
	assert.ok(!operator.entry.keys.some(({ key }) => toHex(keyId(key)) === id));
	const [first, second] = held as [VerifiedToken, VerifiedToken];
	expectRefusal(verifyParsedToken(first.token, now.world.trust), "issuer-unknown");
	const refresh = { kind: "refresh", outputs: [ownOutput(30n, alice.certificate, world.random())] } as const;
	const fresh = await claimed(now, await makeClaim(old, alice, [first], refresh));
	assert.deepEqual(kinds(fresh), ["refreshed"]);
	assert.notEqual(toHex(fresh.issues[0]?.proof.keyHint as Bytes), hint(id));
	assert.deepEqual(kinds(await redeem(old, alice, second)), ["paid"]);
	// The thief's own: signed as well as any, and in no book.
	const issue = { ...first.issue, nonce: world.random().subarray(0, 16) };
	const [proof] = await issueBatch([issue], world.operator.issuing);
	const stolen = openIssue(old, proof as IssueProof, first.owner);
	expectRefusal(verifyParsedToken(stolen.token, now.world.trust), "issuer-unknown");
	assert.deepEqual(kinds(await redeem(old, alice, stolen)), ["refused"]);
	assert.equal(await balance(old, alice), 20n);
	assert.deepEqual((await operator.audit("JPY")).broken, []);
});

test("an answer that never arrived is given again under a key that counts", async () => {
	let order: Bytes = new Uint8Array();
	const requests: Bytes[] = [];
	const { old, now, alice } = await leaked(async (ecosystem, holder) => {
		const { operator, world } = ecosystem;
		const account = holder.certificate.hash;
		await operator.deposit(world.random(), account, "JPY", 30n);
		requests.push(world.random());
		const outputs = [ownOutput(30n, holder.certificate, requests[0] as Bytes)];
		const asked = await makeOrder(ecosystem, { kind: "withdraw", account, outputs });
		order = serialize(signedOrder, await signOrder(asked, holder.certificate.encoded, holder.signer));
		expectValue(await operator.withdraw(order));
	});
	const reply = expectValue(parseReply(expectValue(await old.operator.withdraw(order))));
	const owner = { certificate: alice.certificate, purpose: null, request: requests[0] as Bytes };
	const token = openIssue(now, reply.issues[0]?.proof as IssueProof, owner);
	assert.deepEqual(kinds(await redeem(now, alice, token)), ["paid"]);
	assert.equal(await balance(old, alice), 30n, "paid once");
	assert.deepEqual((await old.operator.audit("JPY")).broken, []);
});

test("a ruling whose key leaked is given again under one that counts, with the same verdict", async () => {
	const old = await createEcosystem();
	const { operator, clock, world } = old;
	const release = world.random();
	const ask = serializeRulingRequest({ kind: "release", release });
	const before = expectValue(parseRulingReply(expectValue(await operator.rule(ask))));
	const id = toHex(keyId(world.operator.ruling.key));
	await rotated(operator, "ruling");
	await operator.signingKeys.distrust(acting, id, clock.now);
	const { world: fresh } = await upToDate(old);
	const after = expectValue(parseRulingReply(expectValue(await operator.rule(ask))));
	assert.ok(before.kind === "ruled" && after.kind === "ruled");
	expectRefusal(verifyRuling(before.ruling, fresh.trust), "signature-invalid");
	assert.deepEqual(expectValue(verifyRuling(after.ruling, fresh.trust)), before.ruling.body);
	const question = serializeRulingRequest({ kind: "question", subject: lockHash(release) });
	assert.deepEqual(parseRulingReply(expectValue(await operator.rule(question))), after);
});

test("an authority is not distrusted: its certificates are on the path of every token", async () => {
	const { operator, clock, world } = await createEcosystem();
	const id = toHex(keyId(world.operator.authority.key));
	await rotated(operator, "authority");
	assert.equal((await operator.signingKeys.distrust(acting, id, clock.now)).kind, "needed");
});

test("a rotation outlasts a restart, and the list never lacks a key that another process made", async (t) => {
	const first = await createEcosystem({ database: fileFor(t) });
	const id = await rotated(first.operator, "issuing");
	await first.operator.trustList();
	const again = await first.reopen();
	t.after(() => Promise.all([first.operator.close(), again.close()]));
	const list = parse(trustList, await again.trustList());
	assert.ok(!isRefusal(list));
	const keys = list.body.operators[0]?.keys ?? [];
	assert.ok(keys.some(({ key }) => toHex(keyId(key)) === id));
	assert.ok(equalBytes(await again.trustList(), await first.operator.trustList()));
});
