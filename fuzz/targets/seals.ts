/**
 * What is read of another operator's log and of its proofs: nothing is thrown, what is accepted is as it was written,
 * and the rules of a seal say of whatever stands in one which of them it breaks.
 */
import {
	type Bytes,
	brokenRule,
	checkSeal,
	isRefusal,
	loggedProof,
	loggedSeal,
	parse,
	parseLeaf,
	refusalBody,
	sealCosignature,
	sealProof,
	sealRefusal,
	serialize,
	serializeLeaf,
	serializeLoggedProof,
	serializeProof,
	verifyCosignature,
	verifyLoggedProof,
	verifyProof,
	verifySealRefusal,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { loggedProofs, logKeys } from "../../packages/protocol/test/crossing/support/logged-proofs.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";

const { scene, files } = await loggedProofs();

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

function logged(input: Bytes): Outcome {
	const shown = verifyLoggedProof(input, logKeys, verify);
	if (isRefusal(shown)) return shown.code;
	const read = parse(loggedProof, input, input.length);
	if (isRefusal(read)) throw new Broken("proved, and not read");
	mustBeSame(serializeLoggedProof(read), input);
	return "accepted";
}

/** A seal with one word of each kind. */
function loggedSealOf(): Bytes {
	const place = new Uint8Array([1]);
	const words = [parse(sealCosignature, scene.cosigned), parse(sealRefusal, scene.refused)] as const;
	if (isRefusal(words[0]) || isRefusal(words[1])) throw new Broken("words that were just made");
	return serialize(loggedSeal, {
		leaf: scene.leaves[0] as Bytes,
		place,
		words: [
			{ kind: "cosignature", word: words[0] },
			{ kind: "broken", word: words[1] },
		],
	});
}

function refusal(input: Bytes): Outcome {
	const read = verifySealRefusal(input, scene.expected);
	if (!isRefusal(read)) serialize(refusalBody, read);
	return outcomeOf(read);
}

export const sealTargets: readonly Target[] = [
	target("leaf", scene.leaves, leaf, 4),
	target("proof", scene.proofs, proof, 4),
	target("logged proof", files, logged, 4),
	target("logged seal", [loggedSealOf()], (input) => {
		const read = parse(loggedSeal, input, input.length);
		if (isRefusal(read)) return read.code;
		mustBeSame(serialize(loggedSeal, read), input);
		return "accepted";
	}),
	target("cosignature", [scene.cosigned], (input) => outcomeOf(verifyCosignature(input, scene.expected))),
	target("refusal", [scene.refused], refusal),
];
