/** A gateway keeps what its devices hold, no more of an issue than was issued, and tells it to their party alone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type Bytes,
	encodeFogAnswer,
	encodeFogQuestion,
	fogAnswerMost,
	isRefusal,
	keyId,
	limits,
	parseFogAnswer,
	parseFogQuestion,
	type Signer,
	serializeToken,
	signDeviceQuestion,
	type VerifiedToken,
} from "@tenten/protocol";
import { createDevice, createParty, sliceOf } from "../../module/test/support/devices.ts";
import { closeMeter, openMeter } from "../../module/test/support/meter.ts";
import { day, issueTo, pay } from "../../module/test/support/world.ts";
import { FogStore } from "../src/fog/index.ts";
import { type NewToken, tokensMost } from "../src/fog/store-tokens.ts";
import { gatewaySigner } from "./support/fog-keys.ts";
import { type FogScene, fogScene, freshId, type OpenGateway, outcomeOf } from "./support/fog-scene.ts";
import { inFolder } from "./support/in-folder.ts";

const scene: FogScene = await fogScene();
const { clock, world, operator } = scene.ecosystem;
const [party, stranger] = [createParty(world), createParty(world)];
const meter = await createDevice(world, { levels: [{ by: party, slice: sliceOf(0n, 10_000n) }] });
const gate = await createDevice(world, { levels: [{ by: party }] });
const device = keyId(meter.signer.key);

function withGateway(
	work: (gateway: OpenGateway, file: string) => Promise<void>,
	options: Parameters<FogScene["open"]>[1] = {},
): Promise<void> {
	return inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const gateway = await scene.open(file, options);
		await gateway.lists.refresh();
		await work(gateway, file);
		gateway.store.close();
	});
}

const keepTokens = (...tokens: readonly VerifiedToken[]) =>
	({ kind: "keepTokens", tokens: tokens.map(serializeToken) }) as const;

async function asking(
	by: Signer,
	over: { readonly device?: Bytes; readonly operator?: Bytes; readonly issuedAt?: number } = {},
	after: Bytes | null = null,
) {
	const body = { operator: operator.id, device, issuedAt: clock.now, ...over };
	return { kind: "tokensOf", question: await signDeviceQuestion(body, by), after } as const;
}

async function told({ ask }: OpenGateway, by: Signer, of: Bytes = device): Promise<readonly Bytes[]> {
	const answer = await ask(await asking(by, { device: of }));
	assert.ok(answer.kind === "tokens", outcomeOf(answer));
	assert.equal(answer.more, false);
	return answer.tokens.map(({ output }) => output);
}

const byBytes = (a: Bytes, b: Bytes): number => Buffer.compare(a, b);
const outputsOf = (...tokens: readonly VerifiedToken[]): readonly Bytes[] =>
	tokens.map(({ outputId }) => outputId).toSorted(byBytes);

describe("tokens of a device", () => {
	test("are kept once, over a restart and with old lists, and told to its party and to nobody else", () =>
		withGateway(async (first, file) => {
			const [one, two] = [await issueTo(world, meter, 100n), await issueTo(world, meter, 250n)];
			const other = await issueTo(world, gate, 7n);
			clock.now += 2 * day;
			assert.equal(outcomeOf(await first.ask({ kind: "list", list: "trustList" })), "list-stale");
			const answer = await first.ask(keepTokens(one, two, other));
			assert.deepEqual(
				answer.kind === "keptTokens" && answer.outputs,
				[one, two, other].map((t) => t.outputId),
			);
			assert.equal(outcomeOf(await first.ask(keepTokens(two))), "keptTokens");
			assert.equal(first.store.tokenCount(), 3);
			first.store.close();
			const again = await scene.open(file);
			assert.deepEqual(await told(again, party), outputsOf(one, two));
			assert.deepEqual(await told(again, party, keyId(gate.signer.key)), outputsOf(other));
			assert.deepEqual(await told(again, stranger), []);
			const answered = await again.ask(await asking(party));
			const encoded = new Map([one, two].map((token) => [`${token.outputId}`, serializeToken(token)]));
			assert.ok(answered.kind === "tokens");
			for (const { output, token } of answered.tokens) assert.deepEqual(token, encoded.get(`${output}`));
			clock.now -= 2 * day;
			again.store.close();
			first.store.close = () => undefined;
		}));

	test("are not told for another's word, nor for an old one", () =>
		withGateway(async (gateway) => {
			const fine = await asking(party);
			const forged = Uint8Array.from(fine.question);
			forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
			const cases = [
				["signature-invalid", { ...fine, question: forged }],
				["authority-unknown", await asking(party, { operator: world.random() })],
				["request-expired", await asking(party, { issuedAt: clock.now - day - 1 })],
				["request-expired", await asking(party, { issuedAt: clock.now + day + 1 })],
				["tokens", await asking(party, { issuedAt: clock.now - day })],
				["malformed", { ...fine, question: Uint8Array.of(1) }],
			] as const;
			for (const [code, question] of cases) assert.equal(outcomeOf(await gateway.ask(question)), code);
		}));

	test("that are nobody's yet, another's, not served, forged or too much to verify are refused, all or none", () =>
		withGateway(
			async (gateway) => {
				const fine = await issueTo(world, meter, 10n);
				const release = world.random();
				const payer = scene.payer;
				const given = await pay(world, await issueTo(world, payer, 30n), payer, meter, 30n, {
					release,
					released: false,
				});
				const changed = Uint8Array.from(serializeToken(fine));
				changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
				let long = await issueTo(world, payer, 900n);
				for (let hop = 0; hop < 20; hop++)
					long = (await pay(world, long, payer, hop === 19 ? meter : payer, 900n)).paid;
				const refused: readonly (readonly [string, readonly Bytes[]])[] = [
					["lock-pending", [given.paid].map(serializeToken)],
					["authority-unknown", [await issueTo(world, payer, 5n)].map(serializeToken)],
					["authority-unknown", [await issueTo(world, gate, 5n)].map(serializeToken)],
					["malformed", [Uint8Array.of(1)]],
					["signature-invalid", [changed]],
					["too-many", new Array<Bytes>(13).fill(serializeToken(long))],
				];
				for (const [code, tokens] of refused) {
					const all = [serializeToken(fine), ...tokens];
					const came = outcomeOf(await gateway.ask({ kind: "keepTokens", tokens: all }));
					// What was changed may be the certificate, or what it signed.
					assert.ok(
						came === code || (code === "signature-invalid" && came !== "keptTokens"),
						`${code}: ${came}`,
					);
					assert.equal(gateway.store.tokenCount(), 0, code);
				}
				assert.equal(outcomeOf(await gateway.ask(keepTokens(fine, long))), "keptTokens");
			},
			{ serves: (id) => !Buffer.compare(id, device) },
		));

	test("make way for what was made of them, and do not come back", () =>
		withGateway(async (gateway) => {
			const token = await issueTo(world, meter, 100n);
			await gateway.ask(keepTokens(token));
			const { change } = await pay(world, token, meter, scene.shop, 40n, {
				spent: { reset: 1, from: 0n, to: 40n },
			});
			assert.ok(change);
			const both = await gateway.ask(keepTokens(token, change));
			assert.equal(both.kind, "keptTokens");
			assert.deepEqual(await told(gateway, party), outputsOf(change));
			assert.equal(outcomeOf(await gateway.ask(keepTokens(token))), "keptTokens");
			assert.deepEqual(await told(gateway, party), outputsOf(change));
			assert.equal(gateway.store.tokenCount(), 1);
		}));

	test("what a meter holds is its payer's, until its Close", () =>
		withGateway(async (gateway) => {
			const token = await issueTo(world, meter, 300n);
			await gateway.ask(keepTokens(token));
			const opened = await openMeter(world, token, meter, scene.shop);
			assert.ok(opened.change);
			assert.equal(outcomeOf(await gateway.ask(keepTokens(opened.token, opened.change))), "keptTokens");
			assert.deepEqual(await told(gateway, party), outputsOf(opened.token, opened.change));
			const { rest } = await closeMeter(world, opened, 8, { reset: 1, from: 0n, to: 20n });
			assert.ok(rest);
			await gateway.ask(keepTokens(rest));
			assert.deepEqual(await told(gateway, party), outputsOf(opened.change, rest));
			const locked = await openMeter(world, await issueTo(world, meter, 300n), meter, scene.shop, {
				released: false,
			});
			assert.equal(outcomeOf(await gateway.ask(keepTokens(locked.token))), "lock-pending");
		}));

	test("are no more of an issue than was issued, however often somebody signs", () =>
		withGateway(async (gateway) => {
			const { payer } = scene;
			const issued = await issueTo(world, payer, 100n);
			const halves = [];
			for (let i = 0; i < 3; i++) halves.push((await pay(world, issued, payer, meter, 50n)).paid);
			const [one, two, three] = halves as [VerifiedToken, VerifiedToken, VerifiedToken];
			assert.equal(outcomeOf(await gateway.ask(keepTokens(one, two))), "keptTokens");
			const fine = await issueTo(world, meter, 10n);
			assert.equal(outcomeOf(await gateway.ask(keepTokens(fine, three))), "sum-mismatch");
			assert.deepEqual(await told(gateway, party), outputsOf(one, two));
		}));

	test("are told in parts that fit an answer, each once, however large", () =>
		withGateway(async (gateway) => {
			const made = [];
			for (let i = 0; i < 40; i++) made.push(await issueTo(world, meter, 1n));
			for (let i = 0; i < 40; i += 10) await gateway.ask(keepTokens(...made.slice(i, i + 10)));
			const all: Bytes[] = [];
			for (let parts = 1; ; parts++) {
				const answer = await gateway.ask(await asking(party, {}, all.at(-1) ?? null));
				assert.ok(answer.kind === "tokens" && answer.tokens.length <= 16);
				all.push(...answer.tokens.map(({ output }) => output));
				if (answer.more) continue;
				assert.equal(parts, 3);
				break;
			}
			assert.deepEqual(all, outputsOf(...made));
			// The longest token there can be fits a question and an answer.
			const [id, token] = [freshId(), new Uint8Array(limits.message - 256)];
			const question = encodeFogQuestion({ kind: "keepTokens", id, tokens: [token] });
			assert.ok(!isRefusal(parseFogQuestion(question)));
			const output = world.random();
			const answer = encodeFogAnswer({ kind: "tokens", id, tokens: [{ output, token }], more: true });
			assert.ok(answer.length <= fogAnswerMost && !isRefusal(parseFogAnswer(answer)));
		}));

	test("that are large are told as many as fit, and one at least", () =>
		withGateway(async ({ store, ask }) => {
			const large = (fill: number, bytes: number): NewToken => fake(fill, { encoded: new Uint8Array(bytes) });
			await store.keepTokens([large(1, 40_000), large(2, 30_000), large(3, 65_000), large(4, 10)]);
			const counts = [];
			let after: Bytes | null = null;
			for (let more = true; more; ) {
				const answer = await ask(await asking(party, {}, after));
				assert.ok(answer.kind === "tokens");
				counts.push(answer.tokens.length);
				after = answer.tokens.at(-1)?.output ?? null;
				more = answer.more;
			}
			assert.deepEqual(counts, [1, 1, 1, 1]);
		}));

	test("have a room of their device's own: of more, those go that can be claimed first", () =>
		withGateway(async ({ store }) => {
			const numbered = (i: number): NewToken => fake(i, { claimableAt: 1_000 + ((i * 7) % 5_000) });
			const all = Array.from({ length: tokensMost + 20 }, (_, i) => numbered(i));
			await store.keepTokens([fake(60_000, { device: world.random(), claimableAt: 1 })]);
			for (let i = 0; i < all.length; i += 16) await store.keepTokens(all.slice(i, i + 16));
			assert.equal(store.tokenCount(), tokensMost + 1);
			const left = store.tokensOf({ device, party: keyId(party.key), after: null }, 2_000);
			const kept = new Set(left.map(({ output }) => `${output}`));
			assert.ok(all.slice(-16).every(({ output }) => kept.has(`${output}`)));
			assert.ok(!kept.has(`${numbered(0).output}`));
		}));

	test("stay for their time after they can be claimed", () =>
		withGateway(async ({ store, ask }) => {
			await store.keepTokens([fake(1, { claimableAt: 1_000 }), fake(2, { claimableAt: 2_000 })]);
			await store.forget(1_000);
			assert.equal(store.tokenCount(), 2);
			await store.forget(1_001);
			assert.equal(store.tokenCount(), 1);
			await store.forget(2_001);
			const token = await issueTo(world, meter, 1n);
			await ask(keepTokens(token));
			const claimableAt = token.issue.redeemUntil + 2 * day;
			await store.forget(claimableAt);
			assert.equal(store.tokenCount(), 1);
			await store.forget(claimableAt + 1);
			assert.equal(store.tokenCount(), 0);
		}));
});

/** One that no gateway takes from anybody, for what its store does with many. */
function fake(fill: number, over: Partial<NewToken> = {}): NewToken {
	const id = new Uint8Array(32);
	new DataView(id.buffer).setUint32(0, fill);
	return {
		output: id,
		encoded: Uint8Array.of(fill),
		amount: 1n,
		inputs: [],
		issue: { id, amount: 1n },
		device,
		party: keyId(party.key),
		claimableAt: clock.now,
		...over,
	};
}
