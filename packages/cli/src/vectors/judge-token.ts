/** Judges of value: tokens, evidence, and what an operator's registry makes of a path. */
import {
	dueFor,
	isRefusal,
	judgeRows,
	meterTerms,
	type Owner,
	parse,
	provesTicks,
	type RegistryRow,
	refuse,
	registryRows,
	toHex,
	type VerifiedToken,
	verifyEvidence,
	verifyToken,
} from "@tenten/protocol";
import {
	bytesIn,
	bytesListIn,
	bytesOrNull,
	type Facts,
	factsOf,
	type Judge,
	must,
	numberIn,
	trustIn,
} from "./vector.ts";

/** With `now` the last link is judged as its payee does: rules about time bind it, and it must leave room. */
export const judgeToken: Judge = (input, verify) => {
	const options = input["now"] === undefined ? {} : { now: numberIn(input, "now") };
	const token = verifyToken(bytesIn(input, "token"), trustIn(input, verify), options);
	return isRefusal(token) ? token : tokenFacts(token);
};

function tokenFacts(token: VerifiedToken): Facts {
	return {
		issue: toHex(token.issueId),
		output: toHex(token.outputId),
		asset: factsOf(token.asset),
		amount: token.amount.toString(),
		owner: ownerFacts(token.owner),
		...(token.owner.meter && { meter: toHex(token.owner.meter.id) }),
		previousOwner: token.previousOwner && toHex(token.previousOwner.hash),
		hops: token.hops,
		rules: factsOf(token.rules),
		links: token.path.map(({ id, kind }) => ({ id: toHex(id), kind })),
		pending: factsOf(token.pending),
	};
}

function ownerFacts({ certificate, purpose, request }: Owner): Facts {
	return { certificate: toHex(certificate.hash), purpose, request: toHex(request) };
}

/** Whether `preimage` proves so many ticks of the meter of this id and these terms, and what is due by them. */
export const judgeTicks: Judge = (input) => {
	const terms = parse(meterTerms, bytesIn(input, "terms"));
	if (isRefusal(terms)) return terms;
	const ticks = numberIn(input, "ticks");
	return provesTicks(bytesIn(input, "meter"), terms, ticks, bytesIn(input, "preimage"))
		? { due: dueFor(terms, ticks).toString() }
		: refuse("tick-invalid");
};

export const judgeEvidence: Judge = (input, verify) => {
	const conviction = verifyEvidence(bytesIn(input, "evidence"), trustIn(input, verify));
	if (isRefusal(conviction)) return conviction;
	const { kind, culprit, input: output, excused } = conviction;
	return {
		kind,
		culprit: toHex(culprit.hash),
		output: toHex(output),
		excused: excused && toHex(excused.hash),
	};
};

/** `token` ends in its redeeming link under the order `order`; `stored`: rows of the registry. */
export const judgeRedemption: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const token = must(verifyToken(bytesIn(input, "token"), trust), "token");
	const rows = registryRows(token, bytesIn(input, "order"), trust);
	const stored = ((input["stored"] ?? []) as readonly Facts[]).map(
		(row): RegistryRow => ({
			output: bytesIn(row, "output"),
			consumer: bytesIn(row, "consumer"),
			consumed: bytesOrNull(row, "consumed"),
		}),
	);
	const verdict = judgeRows(rows, stored, bytesListIn(input, "claimants"), trust);
	if (verdict.kind === "refused") return verdict.refusal;
	const missing = verdict.missing.map(({ output }) => toHex(output));
	if (verdict.kind === "free") return { kind: "free", missing };
	const forks = verdict.forks.map(({ kind, output, culprit }) => ({
		kind,
		output: toHex(output),
		culprit: toHex(culprit.hash),
	}));
	return { kind: "forked", missing, forks, draws: verdict.draws };
};
