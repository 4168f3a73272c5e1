/** Pruning while the power fails: see `crash-scenes.ts`. */
import assert from "node:assert/strict";
import { ownOutput, type VerifiedToken } from "@tenten/protocol";
import { day, expectValue } from "../../../module/test/support/world.ts";
import { type Scene, withToken } from "./claim-scenes.ts";
import { type Ecosystem, freshOwner, makeClaim, redeem, withdrawTo } from "./ecosystem.ts";
import { counts, pruneAll } from "./pruning.ts";
import { refundsEnd } from "./rulings.ts";

/** Of what was redeemed, refreshed and never redeemed, and of a batch of the operator's own. */
export async function pruneScene(ecosystem: Ecosystem): ReturnType<Scene> {
	const { operator, world, clock } = ecosystem;
	const { alice, token } = await withToken(ecosystem);
	await redeem(ecosystem, alice, token);
	const [refreshed] = await withdrawTo(ecosystem, alice, 5n, 6n);
	const outputs = [ownOutput(5n, alice.certificate, world.random())];
	const claim = await makeClaim(ecosystem, alice, [refreshed as VerifiedToken], { kind: "refresh", outputs });
	expectValue(await operator.claim(claim));
	const owned = freshOwner(ecosystem, alice).hash;
	const terms = { conditions: [], caveats: [] };
	const batch = { id: world.random(), code: "JPY", outputs: [{ amount: 7n, owner: owned }], terms };
	expectValue(await operator.issue(batch));
	const { totals } = await operator.audit("JPY");
	clock.now += refundsEnd + 2 * day;
	return {
		ask: async (opened) => {
			const before = clock.now - day;
			await pruneAll(opened, { before, isApplied: false });
			await pruneAll(opened, { before, isApplied: true });
			assert.deepEqual(await opened.audit("JPY"), { totals, broken: [] });
			const rows = await counts({ ...ecosystem, operator: opened });
			assert.ok(rows.lines > 0 && rows.audit_log > 0);
			return { ...rows, lines: 0, audit_log: 0 };
		},
		check: (rows) => {
			const left = Object.entries(rows as object).filter(([, count]) => count > 0);
			assert.deepEqual(left, [
				["direct_issues", 1],
				["withdrawals", 2],
				["closings", 1],
			]);
		},
	};
}
