/** A meter while power fails: a claim that is kept, a Close that is shown, and both sides paid by what stands. */
import assert from "node:assert/strict";
import { type Saying, serializeRulingRequest, signStatement, type VerifiedToken } from "@tenten/protocol";
import { closeMeter, openMeter } from "../../../module/test/support/meter.ts";
import { day, expectValue, type Holder } from "../../../module/test/support/world.ts";
import type { Scene } from "./claim-scenes.ts";
import { addParty, enrolDevice } from "./device-scene.ts";
import { type Ecosystem, enrolHolder, withdrawTo } from "./ecosystem.ts";

async function metered(ecosystem: Ecosystem) {
	const { operator, world, clock } = ecosystem;
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 250n);
	const meter = await openMeter(world, token as VerifiedToken, alice, bob);
	const stated = async (by: Holder, says: Saying): Promise<Uint8Array> => {
		const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
		const statement = await signStatement(body, by.certificate.encoded, by.signer);
		return serializeRulingRequest({ kind: "statement", statement, tokens: [meter.token.token] });
	};
	const { outputId } = meter.token;
	const to = (holder: Holder) => ({ account: holder.certificate.hash, fallback: null });
	const preimage = meter.chains.preimage(40).slice();
	const ticked = await stated(bob, { kind: "ticked", meter: outputId, ticks: 40, preimage, ...to(bob) });
	const rest = await stated(alice, { kind: "rest", meter: outputId, ...to(alice) });
	const closed = await closeMeter(world, meter, 40);
	const close = serializeRulingRequest({ kind: "close", token: (closed.rest as VerifiedToken).token });
	return { alice, bob, ticked, rest, close, clock };
}

export const meterScenes: Readonly<Record<string, Scene>> = {
	"a meter that both sides claim": async (ecosystem) => {
		const { alice, bob, ticked, rest, clock } = await metered(ecosystem);
		const start = clock.now;
		return {
			ask: async (operator) => {
				clock.now = start;
				expectValue(await operator.rule(ticked));
				clock.now = start + 3 * day;
				const replies = [expectValue(await operator.rule(ticked)), expectValue(await operator.rule(rest))];
				assert.equal(await operator.balance(bob.certificate.hash, "JPY"), 100n);
				assert.equal(await operator.balance(alice.certificate.hash, "JPY"), 150n);
				return replies;
			},
			check: (replies) => assert.ok(Array.isArray(replies)),
		};
	},
	"a meter whose payer is lost": async (ecosystem) => {
		const { operator, world, clock } = ecosystem;
		const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
		const company = await addParty(ecosystem);
		const { device, certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
		const robot = { signer: device, certificate };
		const [token] = await withdrawTo(ecosystem, robot, 250n);
		const meter = await openMeter(world, token as VerifiedToken, robot, bob);
		const { outputId } = meter.token;
		const says = { kind: "lost", output: outputId, account: alice.certificate.hash, fallback: null } as const;
		const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
		const statement = await signStatement(body, certificate.encoded, company.signer);
		const lost = serializeRulingRequest({ kind: "statement", statement, tokens: [meter.token.token] });
		clock.now += 32 * day;
		return {
			ask: async (opened) => {
				const reply = expectValue(await opened.rule(lost));
				assert.equal(await opened.balance(alice.certificate.hash, "JPY"), 250n);
				return reply;
			},
			check: (reply) => assert.ok(reply instanceof Uint8Array),
		};
	},
	"a meter whose Close is shown against a claim": async (ecosystem) => {
		const { bob, ticked, close, clock } = await metered(ecosystem);
		const start = clock.now;
		return {
			ask: async (operator) => {
				clock.now = start;
				expectValue(await operator.rule(ticked));
				const shown = expectValue(await operator.rule(close));
				clock.now = start + 3 * day;
				const reply = expectValue(await operator.rule(ticked));
				assert.equal(await operator.balance(bob.certificate.hash, "JPY"), 100n);
				return [shown, reply];
			},
			check: (replies) => assert.ok(Array.isArray(replies)),
		};
	},
};
