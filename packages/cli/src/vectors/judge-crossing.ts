/** Judges of payments across ecosystems: agreements, quotes, the machines of both sides, outcomes. */
import {
	agreement,
	agreementId,
	type Bytes,
	isRefusal,
	type OutcomeKeys,
	type Positions,
	parse,
	parseVerifierKey,
	priceOf,
	quote,
	type Refusal,
	refuseQuote,
	ruleBook,
	ruleBookBody,
	ruleBookHash,
	shownState,
	signedQuote,
	stepDestination,
	stepSource,
	toHex,
	type VerifiedAgreement,
	type VerifiedQuote,
	type VerifiedState,
	type Verify,
	verifyAgreement,
	verifyOutcome,
	verifyQuote,
	verifyRuleBook,
	verifyShown,
	type WitnessedLog,
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
	textIn,
	trustIn,
} from "./vector.ts";

function keysIn(input: Facts, verify: Verify): OutcomeKeys {
	const trust = trustIn(input, verify);
	return {
		verify,
		keysOf: (operator) => trust.keys(operator, "ruling"),
		logOf: (_, side) => logIn(input, side),
	};
}

/** The log of a side, and whose words on its seals count. */
function logIn(input: Facts, side: Side): WitnessedLog {
	const log = input[`${side}Log`] as { readonly origin: string; readonly keys: readonly string[] };
	return {
		keys: { origin: log.origin, keys: log.keys.map((key) => must(parseVerifierKey(key), "keys")) },
		policy: { witnesses: bytesListIn(input, "witnesses"), least: numberIn(input, "least") },
	};
}

type Side = "source" | "destination";

export const judgeAgreement: Judge = (input, verify) => {
	const read = parse(agreement, bytesIn(input, "agreement"));
	if (isRefusal(read)) return read;
	const verified = verifyAgreement(read, keysIn(input, verify));
	return isRefusal(verified) ? verified : { id: toHex(verified.id), body: factsOf(verified.body) };
};

/** The agreement that a vector is given counts as verified. */
function agreedIn(input: Facts): VerifiedAgreement {
	const { body } = must(parse(agreement, bytesIn(input, "agreement")), "agreement");
	return { verified: "agreement", id: agreementId(body), body };
}

export const judgeQuote: Judge = (input, verify) => {
	const read = parse(signedQuote, bytesIn(input, "quote"));
	if (isRefusal(read)) return read;
	const agreed = agreedIn(input);
	const verified = verifyQuote(read, agreed, keysIn(input, verify));
	if (isRefusal(verified)) return verified;
	const { crosses } = must(priceOf(read.body.credits, read.body.rate, agreed.body.fee), "price");
	return { transfer: toHex(verified.transfer), body: factsOf(read.body), crosses: crosses.toString() };
};

export const judgeQuoting: Judge = (input) => {
	const body = parse(quote, bytesIn(input, "quote"));
	if (isRefusal(body)) return body;
	const agreed = agreedIn(input);
	const refused = refuseQuote(body, agreed, {
		now: numberIn(input, "now"),
		lastSeal: numberIn(input, "lastSeal"),
		since: (input["since"] ?? null) as number | null,
		positions: textIn(input, "side") === "destination" ? positionsIn(input) : null,
	});
	return refused ?? { signs: true };
};

function positionsIn(input: Facts): Positions {
	return { open: BigInt(textIn(input, "open")), unsettled: BigInt(textIn(input, "unsettled")) };
}

export const judgeRuleBook: Judge = (input, verify) => {
	const book = parse(ruleBook, bytesIn(input, "ruleBook"));
	if (isRefusal(book)) return book;
	const before = bytesOrNull(input, "before");
	const body = verifyRuleBook(
		book,
		before === null ? null : must(parse(ruleBookBody, before), "before"),
		keysIn(input, verify),
	);
	if (isRefusal(body)) return body;
	return { hash: toHex(ruleBookHash(book.body)), body: factsOf(body) };
};

export const judgeOutcome: Judge = (input, verify) => {
	const said = verifyOutcome(bytesIn(input, "outcome"), keysIn(input, verify));
	if (isRefusal(said)) return said;
	const { quote: of, end, duty } = said;
	const release = end.kind === "committed" ? toHex(end.release) : null;
	return { transfer: toHex(of.transfer), decides: of.body.decides, end: end.kind, release, duty };
};

/** What a vector is given of a transfer counts as verified, but for what is shown. */
function quoteIn(input: Facts, verify: Verify): VerifiedQuote {
	const signed = must(parse(signedQuote, bytesIn(input, "quote")), "quote");
	return must(verifyQuote(signed, agreedIn(input), keysIn(input, verify)), "quote");
}

function shownIn(input: Facts, side: Side, of: VerifiedQuote, verify: Verify): VerifiedState | Refusal {
	const shown = parse(shownState, bytesIn(input, "shown"));
	if (isRefusal(shown)) return shown;
	const named = { operator: of.agreement.body[side], transfer: of.transfer };
	return verifyShown(shown, named, logIn(input, side), verify);
}

export const judgeCrossingSource: Judge = (input, verify) => {
	const of = quoteIn(input, verify);
	const moment = { now: numberIn(input, "now"), lastSeal: numberIn(input, "lastSeal") };
	const kept = keptIn<"committed", "locked" | "returned">(input, of, ["committed"]);
	const event = textIn(input, "event");
	if (event === "lock") return stepped(stepSource(kept, { kind: "lock", quote: of }, moment));
	const shown = shownIn(input, event === "decided" ? "source" : "destination", of, verify);
	if (isRefusal(shown)) return shown;
	return stepped(
		event === "decided"
			? stepSource(kept, { kind: "decided", shown }, moment)
			: stepSource(kept, { kind: "release", release: bytesIn(input, "release"), shown }, moment),
	);
};

export const judgeCrossingDestination: Judge = (input, verify) => {
	const of = quoteIn(input, verify);
	const moment = {
		now: numberIn(input, "now"),
		lastSeal: numberIn(input, "lastSeal"),
		positions: positionsIn(input),
	};
	const shown = shownIn(input, "source", of, verify);
	if (isRefusal(shown)) return shown;
	const isEnd = textIn(input, "event") === "decided";
	const step = stepDestination(
		keptIn<"credited", "reserved" | "voided">(input, of, ["credited"]),
		isEnd ? { kind: "decided", shown } : { kind: "reserve", quote: of, shown },
		moment,
	);
	if (isRefusal(step)) return step;
	const { open, unsettled } = step.positions;
	return { ...stepped(step), exposed: (open + unsettled).toString() };
};

type Kept<R extends string, O extends string> =
	| { readonly kind: O; readonly quote: VerifiedQuote }
	| { readonly kind: R; readonly quote: VerifiedQuote; readonly release: Bytes };

/** What a side kept of the transfer before; `withRelease` are the states that hold the secret. */
function keptIn<R extends string, O extends string>(
	input: Facts,
	of: VerifiedQuote,
	withRelease: readonly R[],
): Kept<R, O> | undefined {
	const kind = (input["kept"] ?? null) as R | O | null;
	if (kind === null) return undefined;
	return (withRelease as readonly string[]).includes(kind)
		? { kind: kind as R, quote: of, release: bytesIn(input, "secret") }
		: { kind: kind as O, quote: of };
}

type Step = {
	readonly kept: { readonly kind: string; readonly release?: Bytes };
	readonly movement: string | null;
};

/** The secret is told where it is written. */
function stepped(step: Step | Refusal): Facts | Refusal {
	if (isRefusal(step)) return step;
	const { kept, movement } = step as Step;
	const release = movement === "post" ? toHex(kept.release as Bytes) : null;
	return { state: kept.kind, movement, release };
}
