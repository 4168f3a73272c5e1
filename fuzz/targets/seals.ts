/**
 * What is read of another operator's log and of its proofs: nothing is thrown, what is accepted is as it was written,
 * and the rules of a seal say of whatever stands in one which of them it breaks.
 */
import {
	type Bytes,
	brokenRule,
	checkSeal,
	isRefusal,
	parse,
	parseLeaf,
	refusalBody,
	sealProof,
	serialize,
	serializeLeaf,
	serializeProof,
	verifyCosignature,
	verifyProof,
	verifySealRefusal,
} from "@tenten/protocol";
import { sealScene } from "../../packages/protocol/test/seal/support/proofs.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";

const scene = await sealScene();

function target(name: string, seeds: readonly Bytes[], run: (input: Bytes) => Outcome, weight = 2): Target {
	return { name: `seal/${name}`, weight, open: async () => ({ seeds, form: "items", run }) };
}

function leaf(input: Bytes): Outcome {
	const read = parseLeaf(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(serializeLeaf(read), input);
	if (read.kind !== "seal") return read.kind;
	const broken = checkSeal(read.seal, scene.against);
	for (const rule of broken.slice(0, 16)) serialize(brokenRule, rule);
	const order = broken.map((rule) => (brokenRule.write(rule) as readonly [number, unknown])[0]);
	if (order.some((number, at) => at > 0 && number < (order[at - 1] as number)))
		throw new Broken("rules out of order");
	return broken[0]?.rule ?? "accepted";
}

function proof(input: Bytes): Outcome {
	const proved = verifyProof(input);
	if (isRefusal(proved)) return proved.code;
	const read = parse(sealProof, input);
	if (isRefusal(read)) throw new Broken("proved, and not read");
	mustBeSame(serializeProof(read), input);
	return "accepted";
}

function refusal(input: Bytes): Outcome {
	const read = verifySealRefusal(input, scene.expected);
	if (!isRefusal(read)) serialize(refusalBody, read);
	return outcomeOf(read);
}

export const sealTargets: readonly Target[] = [
	target("leaf", scene.leaves, leaf, 4),
	target("proof", scene.proofs, proof, 4),
	target("cosignature", [scene.cosigned], (input) => outcomeOf(verifyCosignature(input, scene.expected))),
	target("refusal", [scene.refused], refusal),
];
