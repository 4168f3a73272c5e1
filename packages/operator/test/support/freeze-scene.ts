/** Power that fails while something is frozen, appealed against, decided and published. */
import assert from "node:assert/strict";
import {
	appealId,
	appealOutcome,
	freezeList,
	isRefusal,
	parse,
	parseLeaf,
	signAppeal,
	type VerifiedToken,
} from "@tenten/protocol";
import { expectValue } from "../../../module/test/support/world.ts";
import { effects, longestEffects } from "../../src/sealing/effects.ts";
import type { Transaction } from "../../src/store/store.ts";
import type { Scene } from "./claim-scenes.ts";
import { type Ecosystem, enrolHolder, withdrawTo } from "./ecosystem.ts";

/** The kinds of leaves that wait for the next seal, each as often as it does. */
async function leavesWaiting(transaction: Transaction): Promise<readonly string[]> {
	const rows = await transaction.selectFrom("unsealed").select("effects").execute();
	return rows
		.flatMap((row) => expectValue(parse(effects, row.effects, longestEffects)))
		.flatMap((each) => (each.kind === "leaf" ? [expectValue(parseLeaf(each.leaf)).kind] : []))
		.sort();
}

export async function freezeScene(ecosystem: Ecosystem): ReturnType<Scene> {
	const { operator, clock } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const [token] = (await withdrawTo(ecosystem, alice, 5n)) as [VerifiedToken];
	const output = token.outputId;
	const said = { ground: "goodFaith", statement: null, issuedAt: clock.now } as const;
	const body = { operator: operator.id, frozen: output, output, ...said };
	const appeal = await signAppeal(body, token.token, alice.signer);
	const [one, other] = [
		{ actor: "one", requestId: "test" },
		{ actor: "other", requestId: "test" },
	];
	const asked = { output, act: "freeze", reason: "deceived", case: output, appealSeconds: 60 } as const;
	return {
		ask: async (opened) => {
			const id = appealId(body);
			const before = await opened.freezing.recordOf(id);
			if (before === undefined) {
				await opened.freezing.propose(one, asked);
				assert.equal((await opened.freezing.proposalsAfter(new Uint8Array())).length, 1);
				assert.equal(await opened.freezing.confirm(other, output), undefined);
			}
			const heard = await opened.appeal(appeal);
			assert.ok(!isRefusal(heard) || heard.code === "attempt-pending");
			assert.equal((await opened.freezing.appealsAfter(new Uint8Array())).length, 1);
			await opened.freezing.decide(one, id, "upheld");
			assert.equal(await opened.freezing.decide(other, id, "upheld"), true);
			const outcome = expectValue(parse(appealOutcome, expectValue(await opened.appeal(appeal))));
			const list = expectValue(parse(freezeList, await opened.freezeList()));
			const waiting = await opened.store.read((transaction) => leavesWaiting(transaction));
			return [outcome.body.verdict, list.body.entries.length, waiting];
		},
		check: (reply) =>
			assert.deepEqual(reply, ["upheld", 1, ["appeal", "freezeList", "outcome", "trustList"]]),
	};
}
