/**
 * Freeze lists, appeals and their outcomes as anyone may hand them on, under a verifier that believes every signature;
 * and proofs of issues of another ecosystem, under its witnesses' own keys. What is accepted says what was written.
 */
import {
	type Bytes,
	Freezes,
	freezeList,
	isRefusal,
	parse,
	refuseToTake,
	serialize,
	statesOf,
	Trust,
	verifyAppeal,
	verifyAppealOutcome,
	verifyFreezeList,
	verifyLoggedIssue,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { issue, policy } from "../../packages/protocol/test/crossing/support/logged.ts";
import { freezeScene } from "../freeze-material.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";

const scene = await freezeScene();
const { world, paid, list } = scene;
const { now } = world;
const trust = new Trust(world.list, () => true);

function listed(input: Bytes): Outcome {
	const body = verifyFreezeList(input, { trust, newest: () => null, now });
	if (isRefusal(body)) return body.code;
	const read = parse(freezeList, input);
	if (isRefusal(read)) throw new Broken("taken, and not read");
	mustBeSame(serialize(freezeList, read), input);
	const freezes = Freezes.none.with(body);
	const entry = freezes.entryOn(paid.asset.operator, statesOf(paid));
	const refusal = refuseToTake(paid, freezes, now);
	if ((entry === undefined) !== (refusal === undefined)) throw new Broken("frozen, and taken");
	return entry === undefined ? "free" : "accepted";
}

const appealed = (input: Bytes): Outcome => outcomeOf(verifyAppeal(input, { trust, list, now }));
const decided = (input: Bytes): Outcome => outcomeOf(verifyAppealOutcome(input, trust));
const logged = (input: Bytes): Outcome => outcomeOf(verifyLoggedIssue(input, issue, policy, verify));

function target(name: string, seeds: readonly Bytes[], run: (input: Bytes) => Outcome): Target {
	return { name: `freeze/${name}`, weight: 2, open: async () => ({ seeds, form: "items", run }) };
}

export const freezeTargets: readonly Target[] = [
	target("list", scene.lists, listed),
	target("appeal", [scene.appeal], appealed),
	target("outcome", [scene.outcome], decided),
	target("logged issue", [scene.logged], logged),
];
