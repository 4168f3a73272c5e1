/**
 * More scenes of power that fails, apart from the rest because two operators at once cannot play them: one needs an
 * operator with licensors of its own, the other books that somebody alters.
 */
import assert from "node:assert/strict";
import { approval, definitionId, isRefusal, keyId, parse, serialize, trustList } from "@tenten/protocol";
import { day, expectValue, generateKey } from "../../../module/test/support/world.ts";
import type { Acting } from "../../src/access.ts";
import { makeStatusList } from "../../src/definitions/licence-making.ts";
import type { Operator } from "../../src/index.ts";
import { signRequest } from "../../src/peers/message-signature.ts";
import { markRestored, refuseOthers } from "../../src/store/restoring.ts";
import { type Scene, withToken } from "./claim-scenes.ts";
import type { Ecosystem } from "./ecosystem.ts";
import { draftOf, type Licensed, regulator } from "./licensed.ts";
import { signatureOf, signed, unsignedDraft } from "./signing.ts";

/** Of an operator that issues nothing without a licence. */
export async function definitionScene(licensed: Licensed): ReturnType<Scene> {
	const { operator, clock, licensor } = licensed;
	const uri = `${regulator}/status`;
	const draft = await draftOf(licensed, { terms: { status: { uri, idx: 9 } } });
	const list = { iss: regulator, uri, size: 64, revoked: [8], issuedAt: clock.now };
	const token = await makeStatusList({ ...list, expiresAt: clock.now + day }, licensor.privateKey);
	assert.equal(operator.definitions().length, 0);
	return {
		ask: async (opened) => {
			const adopted = expectValue(await opened.adoptDefinition(draft));
			assert.equal(await opened.takeStatusList(token), undefined);
			await opened.tend();
			return [adopted, opened.standing().find(({ code }) => code === "JPY")?.stopped];
		},
		check: (reply) => assert.equal((reply as readonly unknown[])[1], null),
	};
}

/** A definition that people sign over HTTP, one that is withdrawn, and an issue that people stop. */
export async function draftScene(licensed: Licensed): ReturnType<Scene> {
	const draft = await unsignedDraft(licensed);
	const id = definitionId(draft.body);
	const other = await unsignedDraft(licensed, { body: { code: "OTHER" } });
	const otherId = definitionId(other.body);
	const proposal = await signed(licensed, draft, "proposed");
	const otherProposal = await signed(licensed, other, "proposed");
	const approvals: { readonly acting: Acting; readonly by: Uint8Array }[] = [];
	for (const actor of ["second", "third"]) {
		const by = await signatureOf(id, "approved", licensed.operator);
		approvals.push({ acting: { actor, requestId: "test" }, by: serialize(approval, by) });
	}
	const acting = { actor: "first", requestId: "test" };
	const { publicKey } = generateKey("Ed25519");
	return {
		ask: async (opened) => {
			const { drafts } = opened;
			expectValue(await drafts.propose(acting, proposal));
			expectValue(await drafts.propose(acting, otherProposal));
			await drafts.withdraw(acting, otherId);
			for (const { acting: approver, by } of approvals) {
				const missed = await drafts.approve(approver, id, by);
				// What was asked again was published before.
				assert.ok(missed === undefined || missed === "decided", `${missed}`);
			}
			assert.equal(await drafts.publish(acting, id), undefined);
			await opened.certifyPerson(publicKey, "approved", acting);
			await drafts.setStopped(acting, "JPY", true);
			const stopped = opened.standing().find(({ code }) => code === "JPY")?.stopped;
			await drafts.setStopped(acting, "JPY", false);
			const page = await drafts.shownAfter(new Uint8Array());
			const states = page.map(({ state, signed: by }) => `${state} ${by.length}`);
			assert.ok((await drafts.recordOf(id)) !== undefined);
			return [stopped, states, await drafts.recordOf(otherId)];
		},
		check: (reply) => assert.deepEqual(reply, ["first stopped it", ["published 3"], undefined]),
	};
}

/** Books that do not agree, until they do and payouts are allowed again. */
export async function watchScene(ecosystem: Ecosystem): ReturnType<Scene> {
	await withToken(ecosystem);
	const holds = (opened: Operator, amount: bigint): Promise<unknown> =>
		opened.store.run((transaction) =>
			transaction.updateTable("balances").set({ amount }).where("book", "=", "holder").execute(),
		);
	return {
		ask: async (opened) => {
			await holds(opened, 7n);
			await opened.watch.look();
			const stopped = opened.watch.state.stops.length;
			await holds(opened, 0n);
			await opened.watch.recount();
			return [
				stopped,
				await opened.watch.allow("JPY", { actor: "test", requestId: "test" }),
				opened.watch.state.stops.length,
			];
		},
		check: (reply) => assert.deepEqual(reply, [1, undefined, 0]),
	};
}

/** A question of another operator, here of itself: heard once, whatever fails meanwhile. */
export async function peerScene({ operator, world, clock }: Ecosystem): ReturnType<Scene> {
	const headers = new Headers({ "content-type": "application/json" });
	const asked = { method: "POST", target: operator.peers.targetOf("/"), headers, body: new Uint8Array() };
	const moment = { signer: world.operator.ruling, now: clock.now, nonce: "one" };
	const signed = { ...asked, headers: await signRequest(asked, moment) };
	return {
		ask: async (opened) => {
			await opened.peers.hear(signed);
			const again = await opened.peers.hear(signed);
			return [again.kind, await opened.peers.debts(opened.id, new Uint8Array())];
		},
		check: (reply) => assert.deepEqual(reply, ["replayed", { debts: [], last: null }]),
	};
}

/** A new issuing key, which is listed and does not sign yet. */
export async function rotationScene({ clock }: Ecosystem): ReturnType<Scene> {
	const acting = { actor: "test", requestId: "test" };
	return {
		ask: async (opened) => {
			await opened.signingKeys.rotate(acting, "issuing", clock.now + day);
			await opened.tend();
			const issuing = opened.signingKeys.list().filter(({ purpose }) => purpose === "issuing");
			return [issuing.map(({ state }) => state), opened.entry.keys.length];
		},
		check: (reply) => assert.deepEqual(reply, [["signing", "listed"], 4]),
	};
}

/** A copy that takes its operator's place. */
export async function restoredScene(ecosystem: Ecosystem): ReturnType<Scene> {
	await withToken(ecosystem);
	const { clock, means } = ecosystem;
	const desk = keyId(means.keys.desk.key);
	return {
		ask: async (opened) => {
			await refuseOthers(opened.store, desk);
			await markRestored(opened.store, { copiedAt: clock.now - day, at: clock.now });
			await opened.watch.look();
			const list = parse(trustList, await opened.trustList());
			const isAbove = !isRefusal(list) && list.body.version > 1_000_000;
			return [opened.watch.state.stops.map(({ code }) => code), isAbove];
		},
		check: (reply) => assert.deepEqual(reply, [["JPY"], true]),
	};
}
