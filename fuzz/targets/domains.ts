/**
 * Files of lots and of statuses: nothing is thrown, what is accepted encodes to the same bytes, and no changed file
 * shows another lot, or another status, than keepers and issuers sealed.
 */
import {
	type Bytes,
	isRefusal,
	lotTrace,
	parse,
	recordValue,
	serializeStatusProof,
	serializeTrace,
	shownRecord,
	toHex,
	verifyStatusProof,
	verifyTrace,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { keysOf, start } from "../../packages/protocol/test/domain/support/keeper.ts";
import { beans, credential, credits, statuses } from "../../packages/protocol/test/domain/support/stories.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";

const [{ home, other, certificate }, { farm, roaster, trace }, { issuer, key }] = [
	await credits(),
	await beans(),
	await statuses(),
];
const keys = keysOf(home, other, farm, roaster);
const sealed = new Set(
	[home, other, farm, roaster].flatMap((keeper) => keeper.lots.map((lot) => toHex(recordValue(lot)))),
);
const seals = await Promise.all(
	[1, 2, 3].map(async (number) => serializeStatusProof(await issuer.show(key, number))),
);

function traced(input: Bytes): Outcome {
	const said = verifyTrace(input, keys);
	if (isRefusal(said)) return said.code;
	const read = parse(lotTrace, input, input.length);
	if (isRefusal(read)) throw new Broken("verified, and not read");
	mustBeSame(serializeTrace(read), input);
	if (said.steps.some(({ lot }) => !sealed.has(toHex(recordValue(lot)))))
		throw new Broken("a lot that nobody sealed");
	return "accepted";
}

function status(input: Bytes): Outcome {
	const reader = { operator: issuer.operator, log: issuer.log, verify, now: start + 220, freshness: 50 };
	const said = verifyStatusProof(input, credential, reader);
	if (isRefusal(said)) return said.code;
	const read = parse(shownRecord, input, input.length);
	if (isRefusal(read)) throw new Broken("verified, and not read");
	mustBeSame(serializeStatusProof(read), input);
	if (said.status !== "revoked") throw new Broken("a revoked credential is shown as something else");
	return "accepted";
}

function target(name: string, seeds: readonly Bytes[], run: (input: Bytes) => Outcome): Target {
	return { name: `domain/${name}`, weight: 4, open: async () => ({ seeds, form: "items", run }) };
}

export const domainTargets: readonly Target[] = [
	target("trace", [certificate, trace].map(serializeTrace), traced),
	target("status", seals, status),
];
