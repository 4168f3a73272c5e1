/**
 * What passes between holders and a real operator, and what it keeps: enrolments, orders, claims, replies,
 * statements, rulings, evidence, and every row of its store.
 */
import {
	accountReply,
	appealId,
	type Bytes,
	falseStatementEvidence,
	isRefusal,
	lockHash,
	ownOutput,
	type Saying,
	serialize,
	serializeRulingRequest,
	serializeStatement,
	signAppeal,
	signEnrolment,
	signedOrder,
	signOrder,
	signStatement,
} from "@tenten/protocol";
import { openMeter } from "../packages/module/test/support/meter.ts";
import { type Holder, pay, signerFrom } from "../packages/module/test/support/world.ts";
import type { Acting } from "../packages/operator/src/access.ts";
import type { Operator } from "../packages/operator/src/index.ts";
import { addParty, enrolDevice } from "../packages/operator/test/support/device-scene.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	makeClaim,
	makeOrder,
	withdrawTo,
} from "../packages/operator/test/support/ecosystem.ts";
import { doubtUntil, refundTo } from "../packages/operator/test/support/rulings.ts";

/** What was sent to an operator, by the method that takes it, and everything that came back. */
export type Traffic = {
	readonly enrol: readonly Bytes[];
	readonly withdraw: readonly Bytes[];
	readonly claim: readonly Bytes[];
	readonly rule: readonly Bytes[];
	readonly account: readonly Bytes[];
	readonly appeal: readonly Bytes[];
	readonly replies: readonly Bytes[];
	/** 32 bytes: locks of which it knows the release */
	readonly locks: readonly Bytes[];
	/** holders, and the ids of accounts and cases in hexadecimal */
	readonly holders: readonly Holder[];
	readonly falseStatements: readonly Bytes[];
};

type Mutable = { -readonly [K in keyof Traffic]: Traffic[K] extends readonly (infer E)[] ? E[] : never };

/** A day at the operator: everything that it can be asked, asked once. */
export async function dayAtOperator(ecosystem: Ecosystem): Promise<Traffic> {
	const { operator, world } = ecosystem;
	const traffic: Mutable = {
		enrol: [],
		withdraw: [],
		claim: [],
		rule: [],
		account: [],
		appeal: [],
		replies: [],
		locks: [],
		holders: [],
		falseStatements: [],
	};
	const signer = signerFrom(world.random(), "Ed25519");
	const asked = { role: "merchant", class: "shop", merchantCategory: 5411, region: "JP-13" } as const;
	await send(traffic, operator, "enrol", await signEnrolment(operator.id, asked, world.random(), signer));
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	traffic.holders.push(alice, bob);
	const tokens = await withdrawTo(ecosystem, alice, 100n, 100n, 100n, 100n, 100n);
	const [first, second, third, fourth, fifth] = tokens;
	if (!first || !second || !third || !fourth || !fifth) throw new Error("five tokens were withdrawn");
	await operator.deposit(world.random(), alice.certificate.hash, "JPY", 60n);
	const order = await makeOrder(ecosystem, {
		kind: "withdraw",
		account: alice.certificate.hash,
		outputs: [
			ownOutput(20n, alice.certificate, world.random()),
			ownOutput(30n, alice.certificate, world.random()),
		],
	});
	const withdrawal = serialize(signedOrder, await signOrder(order, alice.certificate.encoded, alice.signer));
	await send(traffic, operator, "withdraw", withdrawal);
	const release = world.random();
	const { paid } = await pay(world, first, alice, bob, 60n, { release });
	const account = { kind: "account", account: bob.certificate.hash } as const;
	await send(traffic, operator, "claim", await makeClaim(ecosystem, bob, [paid], account));
	traffic.locks.push(lockHash(release));
	const fresh = ownOutput(100n, alice.certificate, world.random());
	const refresh = { kind: "refresh", outputs: [fresh] } as const;
	await send(traffic, operator, "claim", await makeClaim(ecosystem, alice, [second], refresh));
	// A double spend: the first link again, otherwise, and both redeemed.
	const forked = await pay(world, first, alice, bob, 70n);
	await send(traffic, operator, "claim", await makeClaim(ecosystem, bob, [forked.paid], account));
	const shown = world.random();
	await send(traffic, operator, "rule", serializeRulingRequest({ kind: "release", release: shown }));
	await send(
		traffic,
		operator,
		"rule",
		serializeRulingRequest({ kind: "question", subject: lockHash(shown) }),
	);
	const statement = await signed(ecosystem, alice, { kind: "balance", account: alice.certificate.hash });
	await send(traffic, operator, "account", serializeStatement(statement));
	await askForRefunds(ecosystem, traffic, { alice, bob, tokens: [third, fourth, fifth] });
	await loseDevice(ecosystem, traffic, alice);
	await appealOnce(ecosystem, traffic, alice);
	for (const { id } of await operator.caseFiles(null)) {
		const evidence = await operator.evidence(id);
		if (evidence === undefined) continue;
		traffic.replies.push(evidence);
		await send(traffic, operator, "rule", serializeRulingRequest({ kind: "evidence", evidence }));
	}
	return traffic;
}

/** Something that is frozen, and the appeal of its owner, which is decided. */
async function appealOnce(ecosystem: Ecosystem, traffic: Mutable, alice: Holder): Promise<void> {
	const { operator, clock } = ecosystem;
	const [token] = await withdrawTo(ecosystem, alice, 5n);
	if (token === undefined) throw new Error("a token was withdrawn");
	const { outputId: output } = token;
	const [one, other] = ["key:one", "key:other"].map((actor) => ({ actor, requestId: "seeds" })) as [
		Acting,
		Acting,
	];
	const asked = { output, act: "freeze", reason: "stolen", case: output, appealSeconds: 86_400 } as const;
	await operator.freezing.propose(one, asked);
	await operator.freezing.confirm(other, output);
	const said = { ground: "mistaken", statement: null, issuedAt: clock.now } as const;
	const body = { operator: operator.id, frozen: output, output, ...said };
	const appeal = await signAppeal(body, token.token, alice.signer);
	await operator.appeal(appeal);
	for (const acting of [one, other]) await operator.freezing.decide(acting, appealId(body), "upheld");
	await send(traffic, operator, "appeal", appeal);
}

async function signed({ operator, world, clock }: Ecosystem, holder: Holder, says: Saying) {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	return signStatement(body, holder.certificate.encoded, holder.signer);
}

type Doubts = {
	readonly alice: Holder;
	readonly bob: Holder;
	readonly tokens: readonly Parameters<typeof pay>[1][];
};

/** A lock that was never released, an exchange that no release reached, a direct link without a word, and a lie. */
async function askForRefunds(ecosystem: Ecosystem, traffic: Mutable, { alice, bob, tokens }: Doubts) {
	const { operator, world, clock } = ecosystem;
	const [third, fourth, fifth] = tokens as [Doubts["tokens"][0], Doubts["tokens"][0], Doubts["tokens"][0]];
	const secret = world.random();
	const locked = await pay(world, third, alice, bob, 50n, { release: secret, released: false });
	const foreign = await pay(world, fourth, alice, bob, 50n, {
		release: world.random(),
		released: false,
		payeeDecides: true,
	});
	const direct = await pay(world, fifth, alice, bob, 50n);
	const refund = refundTo(alice);
	const lock = (payment: typeof locked) => payment.paid.pending?.hash as Bytes;
	const sayings: readonly (readonly [Saying, typeof locked])[] = [
		[{ kind: "neverReleased", lock: lock(locked), ...refund }, locked],
		[
			{ kind: "noReleaseReached", lock: lock(foreign), inputs: [foreign.link.input.outputId], ...refund },
			foreign,
		],
		[{ kind: "noWord", link: direct.link.id, ...refund }, direct],
	];
	const before = clock.now;
	clock.now += doubtUntil;
	for (const [says, { paid }] of sayings) {
		const statement = await signed(ecosystem, alice, says);
		const request = { kind: "statement", statement, tokens: [paid.token] } as const;
		await send(traffic, operator, "rule", serializeRulingRequest(request));
		if (says.kind === "neverReleased")
			traffic.falseStatements.push(falseStatementEvidence(statement, secret));
	}
	// What was spent, and what nobody claimed.
	clock.now += 86_400;
	for (const holder of [bob, alice]) {
		const token = holder === bob ? direct.paid : third;
		const { outputId: output } = token;
		const statement = await signed(ecosystem, holder, { kind: "unclaimed", output, ...refundTo(holder) });
		const request = { kind: "statement", statement, tokens: [token.token] } as const;
		const reply = await operator.rule(serializeRulingRequest(request));
		traffic.rule.push(serializeRulingRequest(request));
		if (!isRefusal(reply)) traffic.replies.push(reply);
	}
	clock.now = before;
}

/** What a device owned goes to who answers for it, of a meter that it paid, too. */
async function loseDevice(ecosystem: Ecosystem, traffic: Mutable, alice: Holder): Promise<void> {
	const { operator, world, clock } = ecosystem;
	const company = await addParty(ecosystem);
	const { device: signer, certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
	const robot = { signer, certificate };
	const [token, ticked] = await withdrawTo(ecosystem, robot, 40n, 250n);
	if (token === undefined || ticked === undefined) throw new Error("two tokens were withdrawn");
	const meter = await openMeter(world, ticked, robot, alice);
	const before = clock.now;
	clock.now += doubtUntil + 86_400;
	for (const lost of [token, meter.token]) {
		const says = { kind: "lost", output: lost.outputId, ...refundTo(alice) } as const;
		const statement = await signed(ecosystem, { ...robot, signer: company.signer }, says);
		const request = { kind: "statement", statement, tokens: [lost.token] } as const;
		await send(traffic, operator, "rule", serializeRulingRequest(request));
	}
	clock.now = before;
}

type Method = "enrol" | "withdraw" | "claim" | "rule" | "account" | "appeal";

async function send(traffic: Mutable, operator: Operator, method: Method, bytes: Bytes): Promise<void> {
	traffic[method].push(bytes);
	const reply = await operator[method](bytes);
	if (isRefusal(reply)) throw new Error(`${method} refused: ${reply.code} ${reply.detail}`);
	traffic.replies.push(reply);
}

/** Every blob in every table. */
async function rowsOf(operator: Operator): Promise<readonly Bytes[]> {
	const tables = [
		"registry",
		"issues",
		"claims",
		"settlements",
		"replies",
		"withdrawals",
		"balances",
		"lines",
		"draws",
		"case_files",
		"releases",
		"rulings",
		"certificates",
		"enrolments",
		"trust_lists",
		"freeze_lists",
		"appeals",
		"direct_issues",
		"direct_proofs",
		"unvouched",
		"idempotency_keys",
	] as const;
	const blobs: Bytes[] = [];
	for (const table of tables) {
		const rows = await operator.store.run((transaction) =>
			transaction.selectFrom(table).selectAll().execute(),
		);
		for (const row of rows)
			for (const value of Object.values(row))
				if (value instanceof Uint8Array) blobs.push(Uint8Array.from(value));
	}
	return blobs;
}

/** The operator of the material: the same keys every time. */
export function fuzzEcosystem(): Promise<Ecosystem> {
	return createEcosystem({ seed: "fuzz" });
}

export async function operatorMaterial(): Promise<readonly Bytes[]> {
	const ecosystem = await fuzzEcosystem();
	const { operator } = ecosystem;
	const { holders, locks, ...sent } = await dayAtOperator(ecosystem);
	const account = serialize(accountReply, {
		account: holders[0]?.certificate.hash ?? new Uint8Array(32),
		balances: [{ asset: ecosystem.world.asset, amount: 5n }],
	});
	const all = [...Object.values(sent).flat(), ...(await rowsOf(operator)), account];
	await operator.close();
	return all;
}
