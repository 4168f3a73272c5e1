/** Judges of a hand-over: what a payee takes, what a payer believes, and what decides afterwards. */
import {
	attemptId,
	type Bytes,
	type DurablePayee,
	dataHash,
	isRefusal,
	type Message,
	type MessageOf,
	manifest,
	matchDocuments,
	parse,
	parseMessage,
	parseRequest,
	type Refusal,
	requestIsOpen,
	stepPayee,
	type Trust,
	toHex,
	type VerifiedRequest,
	verifyReceipt,
	verifyRequest,
} from "@tenten/protocol";
import {
	bytesIn,
	bytesListIn,
	contentsIn,
	type Facts,
	factsOf,
	type Judge,
	must,
	numberIn,
	textIn,
	trustIn,
} from "./vector.ts";

/** With `now` it is judged whether the request is open, too. */
export const judgeRequest: Judge = (input, verify) => {
	const signed = parseRequest(bytesIn(input, "request"));
	const request = isRefusal(signed) ? signed : verifyRequest(signed, trustIn(input, verify));
	if (isRefusal(request)) return request;
	const closed = input["now"] === undefined ? undefined : requestIsOpen(request, numberIn(input, "now"));
	const { mode, asset, amount } = request.body;
	return (
		closed ?? {
			digest: toHex(request.digest),
			payee: toHex(request.payee.hash),
			mode,
			asset: factsOf(asset),
			amount: amount.toString(),
		}
	);
};

/** The request of a vector: there it is the payee's own, or one that the payer had verified. */
export function ownRequestIn(input: Facts, trust: Trust): VerifiedRequest {
	return must(verifyRequest(must(parseRequest(bytesIn(input, "request")), "request"), trust), "request");
}

/**
 * What a payee checks, up to where its app is asked. `everOwned`: outputs that it owned or keeps; `standing`:
 * another attempt of this request that was not cancelled, and its state.
 */
export const judgeTransfer: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const request = ownRequestIn(input, trust);
	const transfer = parseMessage(bytesIn(input, "transfer"));
	if (isRefusal(transfer)) return transfer;
	const everOwned = bytesListIn(input, "everOwned").map(toHex);
	const standing = (input["standing"] ?? null) as Facts | null;
	const active = standing && bytesIn(standing, "attempt");
	const offering = {
		kind: "offered",
		transfer: transfer as MessageOf<"transfer">,
		request,
		contents: contentsIn(input),
		active,
		known: (attempt: Bytes) => knownState(standing, attempt),
		everOwned: (output: Bytes) => everOwned.includes(toHex(output)),
	} as const;
	const step = stepPayee({ kind: "none" }, offering, { trust, now: numberIn(input, "now") });
	const [effect] = step.effects;
	if (step.refusal !== undefined && effect?.kind === "send")
		return refusedAbout(step.refusal, effect.messages);
	if (step.state.kind !== "asked") throw new Error("neither an offer nor a refusal");
	const { accepted, documents } = step.state.offer;
	return {
		attempt: toHex(attemptId(request.digest, accepted.links)),
		links: accepted.links.map(toHex),
		outputs: accepted.tokens.map(({ outputId }) => toHex(outputId)),
		lock: factsOf(accepted.lock),
		amount: accepted.amount.toString(),
		documents: factsOf(documents),
	};
};

/** The one fact of a standing attempt that is asked for is its state. */
function knownState(standing: Facts | null, attempt: Bytes): DurablePayee | undefined {
	if (standing === null || toHex(attempt) !== textIn(standing, "attempt")) return undefined;
	return { kind: textIn(standing, "state") } as DurablePayee;
}

function refusedAbout(refusal: Refusal, messages: readonly Message[]): Refusal & { readonly about: string } {
	const [message] = messages;
	if (message?.kind !== "refused") throw new Error("a refusal that is not told");
	return { ...refusal, about: toHex(message.about) };
}

export const judgeReceipt: Judge = (input, verify) => {
	const receipt = verifyReceipt(bytesIn(input, "receipt"), trustIn(input, verify));
	if (isRefusal(receipt)) return receipt;
	const { payee, asset, amount, links, reply } = receipt;
	return {
		payee: toHex(payee.hash),
		asset: factsOf(asset),
		amount: amount.toString(),
		links: links.map(toHex),
		reply: factsOf(reply),
	};
};

/** Documents against the manifest that lists them. */
export const judgeDocuments: Judge = (input) => {
	const value = parse(manifest, bytesIn(input, "manifest"));
	const documents = isRefusal(value) ? value : matchDocuments(value, contentsIn(input));
	if (isRefusal(value) || isRefusal(documents)) return documents as Refusal;
	return { dataHash: factsOf(dataHash(value)), documents: factsOf(documents) };
};
