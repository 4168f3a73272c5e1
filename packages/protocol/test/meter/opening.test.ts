/** Opening a meter: each reason for which its payer drafts none, its payee takes none, and neither takes the other's word. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	acceptMeter,
	type Bytes,
	draftMeter,
	Freezes,
	type Hop,
	limits,
	type MeterRequestBody,
	parseMeterMessage,
	type RefusalCode,
	releaseToken,
	signedMeter,
	stepMeterPayee,
	stepMeterPayer,
	Trust,
	type VerifiedMeterRequest,
	type VerifiedToken,
} from "@tenten/protocol";
import { createDevice, createParty } from "../../../module/test/support/devices.ts";
import { freezing } from "../../../module/test/support/freezes.ts";
import { closeMeter, openMeter } from "../../../module/test/support/meter.ts";
import {
	createHolder,
	day,
	expectRefusal,
	expectValue,
	type Holder,
	issueTo,
} from "../../../module/test/support/world.ts";
import { alice, bob, codeOf, scene, started, world } from "./support/scene.ts";

const { now, trust } = world;
const { request } = (await scene()).payee;
const never = (): boolean => false;

const withBody = (change: Partial<MeterRequestBody>, of = request): VerifiedMeterRequest => ({
	...of,
	body: { ...of.body, ...change },
});

type Opened = { readonly locked: VerifiedToken; readonly release: Bytes };

/** What `payer` opens for this request, signed. */
async function openedBy(payer: Holder, asked = request): Promise<Opened> {
	const input = { token: await issueTo(world, payer, 1000n), after: [] };
	const entropy = { release: world.random(), seed: world.random(), changeRequest: world.random() };
	const draft = expectValue(draftMeter({ request: asked, input, patience: 60 }, entropy, { trust, now }));
	const signature = await payer.signer.sign("link", draft.link.payload);
	return { locked: expectValue(signedMeter(draft, signature)).token, release: entropy.release };
}

const judged = ({ token }: VerifiedToken, asked = request, context = { trust, now }) =>
	acceptMeter(token, asked, never, context);

test("a payee opens a meter of its own price, ticks, time, offer, digest and purpose alone", async () => {
	const { locked } = await openedBy(alice);
	assert.equal(expectValue(judged(locked)).verified, "token");
	const { body } = request;
	for (const change of [
		{ units: body.units + 1n },
		{ perTicks: body.perTicks + 1 },
		{ ticks: body.ticks + 1 },
		{ until: body.until + 1 },
		{ offer: world.random() },
		{ purpose: null },
	])
		expectRefusal(judged(locked, withBody(change)), "request-mismatch");
	expectRefusal(judged(locked, { ...request, digest: world.random() }), "request-mismatch");
	const carol = await createHolder(world);
	expectRefusal(judged(locked, { ...request, payee: carol.certificate }), "request-mismatch");
	expectRefusal(judged(locked, withBody({ asset: world.otherAsset })), "asset-mismatch");
});

test("a payee opens no meter that is released already, or whose payer may not pay all of it", async () => {
	const { locked, release } = await openedBy(alice);
	expectRefusal(judged(expectValue(releaseToken(locked, release))), "lock-mismatch");
	const cap = (perTransfer: bigint) => ({
		profile: { limits: { perTransfer, offlineTotal: null, holding: null } },
	});
	const most = 150n;
	expectRefusal(judged((await openedBy(await createHolder(world, cap(most - 1n)))).locked), "limit-exceeded");
	expectValue(judged((await openedBy(await createHolder(world, cap(most)))).locked));
	const brief = await openedBy(await createHolder(world, { expiresAt: now + 1 }));
	expectRefusal(judged(brief.locked, request, { trust, now: now + 1 }), "certificate-expired");
	const device = await createDevice(world, { levels: [{ by: createParty(world) }] });
	expectRefusal(judged((await openedBy(device)).locked), "status-list-expired");
});

test("neither side opens a meter of what is frozen, and no payee under a freeze list that is over", async () => {
	const { locked } = await openedBy(alice);
	const input = await issueTo(world, alice, 1000n);
	const frozen = new Trust(world.list, trust.verify);
	const source = locked.path[0]?.input as Bytes;
	frozen.freezes = Freezes.none.with(freezing(world, [source, input.outputId]));
	expectRefusal(judged(locked, request, { trust: frozen, now }), "frozen");
	const entropy = { release: source, seed: source, changeRequest: source };
	const plan = { request, input: { token: input, after: [] }, patience: 60 };
	expectRefusal(draftMeter(plan, entropy, { trust: frozen, now }), "frozen");
	frozen.freezes = Freezes.none.with(freezing(world, [], { expiresAt: now }));
	expectRefusal(judged(locked, request, { trust: frozen, now }), "freeze-list-expired");
});

test("what would cost too many signatures is refused before any is checked", async () => {
	const { locked } = await openedBy(alice);
	const [lock, certificate, signature] = [world.random(), world.random(), world.random()];
	const cancel = { lock, certificate, purpose: null, request: lock, signature };
	const data = { ticks: 1, signature };
	const hop = { ...(locked.token.hops[0] as Hop), after: Array.from({ length: 4 }, () => cancel), data };
	const hops = Array.from({ length: limits.hops + 2 }, () => hop);
	let isReady = false;
	const none = new Trust(world.list, (...asked) =>
		isReady ? assert.fail("a signature was checked") : trust.verify(...asked),
	);
	isReady = true;
	const certificates = Array.from({ length: 59 }, () => world.random());
	const verdict = acceptMeter({ ...locked.token, hops, certificates }, request, never, { trust: none, now });
	expectRefusal(verdict, "too-many");
});

test("a payer opens no meter that its token does not cover, or once that may not be spent", async () => {
	const token = await issueTo(world, alice, 149n);
	const entropy = { release: world.random(), seed: world.random(), changeRequest: world.random() };
	const plan = { request, input: { token, after: [] }, patience: 60 };
	expectRefusal(draftMeter(plan, entropy, { trust, now }), "funds-insufficient");
	const { spendUntil } = token.issue;
	const later = withBody({ until: spendUntil + day, expiresAt: spendUntil + day });
	expectRefusal(draftMeter({ ...plan, request: later }, entropy, { trust, now: spendUntil }), "expired");
});

test("a payer releases only on the word of its payee, of this very opening, while its token may be spent", async () => {
	const here = await scene();
	const { payer, payee } = here;
	await payer.run(started(here));
	for (const frame of payer.sent.splice(0)) await payee.run(payee.hear(frame));
	const message = expectValue(parseMeterMessage(payee.sent[0] as Bytes));
	assert.ok(message.kind === "opened" && payer.state.kind === "locked");
	const spendUntil = payer.state.token.issue.issue.spendUntil;
	const cases: readonly (readonly [object, RefusalCode, number?])[] = [
		[{ link: world.random() }, "request-mismatch"],
		[{ signature: new Uint8Array(64) }, "signature-invalid"],
		[{}, "expired", spendUntil],
	];
	const said = { kind: "received", changeRequest: world.random(), counts: new Map() } as const;
	for (const [change, code, at = now] of cases) {
		const event = { ...said, message: { ...message, ...change } };
		const step = stepMeterPayer(payer.state, event, { trust, now: at });
		assert.deepEqual([codeOf(step.refusal), step.state.kind, step.effects], [code, "locked", []]);
	}
	await payer.run(payer.hear(payee.sent[0] as Bytes));
	assert.equal(payer.state.kind, "open");
});

test("a payee takes its own part of a Close, at its count", async () => {
	const meter = await openMeter(world, await issueTo(world, alice, 1000n), alice, bob);
	const { paid, rest } = await closeMeter(world, meter, 41);
	assert.ok(paid && rest);
	const { id } = meter.meter;
	const said = { meter: id, token: meter.token.token, preimage: world.random(), signature: world.random() };
	const taken = ({ token }: VerifiedToken, ticks: number) => {
		const event = { kind: "received", message: { kind: "close", meter: id, token } } as const;
		const policy = { step: 1, keepEvery: 1 };
		return stepMeterPayee({ kind: "counted", ...said, ticks }, event, policy, { trust, now });
	};
	assert.equal(taken(paid, 41).state.kind, "closed");
	for (const { refusal, state, effects } of [taken(paid, 40), taken(rest, 41)])
		assert.deepEqual([codeOf(refusal), state.kind, effects], ["meter-mismatch", "counted", []]);
});
