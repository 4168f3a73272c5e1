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
	parseSettlements,
	peerWordIn,
	refuseQuote,
	serialize,
	serializeSettlements,
	signedQuote,
	signSettlement,
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

const counted = {
	agreement: agreed.id,
	number: 1,
	previous: null,
	through: 5,
	count: 1,
	credits: 300n,
	crosses: 465n,
	position: { settlement: 1, owes: 465n },
	at: moment.now,
};
const [bySource, byDestination] = [
	await signSettlement(counted, scene.source.ruling),
	await signSettlement(counted, scene.destination.ruling),
];
const shown = { agreement: agreed.body, settlement: { body: counted, bySource, byDestination } };

/** A word is made of what both have signed, and of nothing else. */
function settlements(input: Bytes): Outcome {
	const read = parseSettlements(input);
	if (isRefusal(read)) return read.code;
	const { source, destination } = agreed.body;
	let said: Outcome = "accepted";
	for (const each of read)
		for (const operator of [source, destination]) {
			const word = peerWordIn(each, operator, scene.keys);
			if (isRefusal(word)) said = word.code;
			else if (word.settlement !== 1 || word.owes + word.isOwed !== 465n) throw new Broken("another word");
		}
	return said;
}

export const crossingTargets: readonly Target[] = [
	target("agreement", [serialize(agreement, files.alone.agreement)], signedAgreement, 2),
	target(
		"quote",
		[files.alone.quote, files.aborted.quote].map((each) => serialize(signedQuote, each)),
		quoted,
		2,
	),
	target("settlements", [serializeSettlements([shown, shown])], settlements, 2),
	target(
		"outcome",
		Object.values(files).map((each) => serialize(outcome, each)),
		file,
		4,
	),
];
