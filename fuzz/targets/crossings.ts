/**
 * What is read of a payment across operators: agreements, quotes and what seals show, signed or not, and the file of an
 * outcome. Nothing is thrown, and no changed file says another end.
 */
import {
	agreement,
	type Bytes,
	isRefusal,
	outcome,
	parse,
	refuseQuote,
	serialize,
	signedQuote,
	toHex,
	verifyAgreement,
	verifyOutcome,
	verifyQuote,
} from "@tenten/protocol";
import { outcomes } from "../../packages/protocol/test/crossing/support/outcomes.ts";
import { moment } from "../../packages/protocol/test/crossing/support/scene.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";

const { scene, files } = await outcomes();
const agreed = await scene.agreed();

/** How each payment of the valid files ended. */
const ends = new Map(
	Object.values(files).map((each) => {
		const said = verifyOutcome(serialize(outcome, each), scene.keys);
		if (isRefusal(said)) throw new Broken(said.code);
		return [toHex(said.quote.transfer), said.end.kind];
	}),
);

function target(
	name: string,
	seeds: readonly Bytes[],
	run: (input: Bytes) => Outcome,
	weight: number,
): Target {
	return { name: `crossing/${name}`, weight, open: async () => ({ seeds, form: "items", run }) };
}

function signedAgreement(input: Bytes): Outcome {
	const read = parse(agreement, input);
	return isRefusal(read) ? read.code : outcomeOf(verifyAgreement(read, scene.keys));
}

/** Also one that nobody has signed yet, as it is asked for. */
function quoted(input: Bytes): Outcome {
	const read = parse(signedQuote, input);
	if (isRefusal(read)) return read.code;
	refuseQuote(read.body, agreed, { ...moment, since: moment.now });
	return outcomeOf(verifyQuote(read, agreed, scene.keys));
}

function file(input: Bytes): Outcome {
	const said = verifyOutcome(input, scene.keys);
	if (isRefusal(said)) return said.code;
	const read = parse(outcome, input, input.length);
	if (isRefusal(read)) throw new Broken("verified, and not read");
	mustBeSame(serialize(outcome, read), input);
	if (ends.get(toHex(said.quote.transfer)) !== said.end.kind) throw new Broken("another end");
	return "accepted";
}

export const crossingTargets: readonly Target[] = [
	target("agreement", [serialize(agreement, files.alone.agreement)], signedAgreement, 2),
	target(
		"quote",
		[files.alone.quote, files.aborted.quote].map((each) => serialize(signedQuote, each)),
		quoted,
		2,
	),
	target(
		"outcome",
		Object.values(files).map((each) => serialize(outcome, each)),
		file,
		4,
	),
];
