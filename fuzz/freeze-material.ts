/** Of freezes: a list, an appeal, its outcome; and of issues of another ecosystem a proof. */
import {
	type AppealBody,
	type AppealOutcomeBody,
	type Bytes,
	type FreezeListBody,
	signAppeal,
	signAppealOutcome,
	type VerifiedToken,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	freezing,
	issueTo,
	pay,
	signFreezes,
	type World,
} from "../packages/module/test/support/freezes.ts";
import { proofOf } from "../packages/protocol/test/crossing/support/logged.ts";

export type FreezeScene = {
	readonly world: World;
	/** descends from what `list` freezes */
	readonly paid: VerifiedToken;
	readonly list: FreezeListBody;
	readonly lists: readonly Bytes[];
	readonly appeal: Bytes;
	readonly outcome: Bytes;
	readonly logged: Bytes;
};

export async function freezeScene(): Promise<FreezeScene> {
	const world = await createWorld({ seed: "freezes" });
	const { now, operator } = world;
	const [a, b] = [await createHolder(world), await createHolder(world)];
	const issued = await issueTo(world, a, 1000n);
	const { paid } = await pay(world, issued, a, b, 600n);
	const list = freezing(world, [issued.outputId, world.random()], { cleared: [world.random()] });
	const appealed: AppealBody = {
		operator: operator.id,
		frozen: issued.outputId,
		output: paid.outputId,
		ground: "goodFaith",
		statement: world.random(),
		issuedAt: now,
	};
	const decided: AppealOutcomeBody = {
		operator: operator.id,
		appeal: world.random(),
		frozen: issued.outputId,
		output: paid.outputId,
		verdict: "cleared",
		decidedAt: now,
	};
	const empty = { ...list, entries: [], cleared: [] };
	return {
		world,
		paid,
		list,
		lists: [await signFreezes(list, operator), await signFreezes(empty, operator)],
		appeal: await signAppeal(appealed, paid.token, b.signer),
		outcome: await signAppealOutcome(decided, operator.ruling),
		logged: await proofOf(),
	};
}

export async function freezeMaterial(): Promise<readonly Bytes[]> {
	const { lists, appeal, outcome, logged } = await freezeScene();
	return [...lists, appeal, outcome, logged];
}
