/**
 * What a gateway does with tokens of its devices: takes those that verify, and tells them to whoever answers for their
 * owner (docs/spec/fog.md#questions).
 *
 * A token that verifies was issued and brought to its owner by signatures, so no word of the device is needed for it; it
 * is spent by the device's key, and claimed by a statement of the party, neither of which is here.
 */
import {
	type Bytes,
	equalBytes,
	fogTokensMost,
	isRefusal,
	keyId,
	limits,
	parse,
	type Refusal,
	refuse,
	signaturesIn,
	type Trust,
	token as tokenShape,
	type Verify,
	verifyDeviceQuestion,
	verifyParsedToken,
} from "@tenten/protocol";
import type { FogStore } from "./store.ts";
import type { KeptToken, NewToken } from "./store-tokens.ts";

export type TokenMeans = {
	readonly store: FogStore;
	/** key id of the operator's root */
	readonly operator: Bytes;
	readonly serves: (device: Bytes) => boolean;
	readonly verify: Verify;
	/** unix seconds: no clock that is behind the operator's */
	readonly now: () => number;
};

/** seconds for which a question is answered */
const questionWindow = 86_400;
/** bytes of tokens in one answer: with heads it fits; one token always does */
const answerBytes = 60_000;
/** bytes of heads and an output beside each of them */
const headBytes = 40;

/** Takes all of them, or none; their present outputs, once they are durable. */
export async function keepTokens(
	means: TokenMeans,
	trust: Trust,
	offered: readonly Bytes[],
): Promise<readonly Bytes[] | Refusal> {
	const tokens: NewToken[] = [];
	let signatures = 0;
	for (const encoded of offered) {
		const read = parse(tokenShape, encoded);
		if (isRefusal(read)) return read;
		signatures += signaturesIn(read, trust);
		if (signatures > limits.signatures) return refuse("too-many", "signatures");
		const token = verifyParsedToken(read, trust);
		const checked = isRefusal(token) ? token : checkedToken(token, encoded, means, trust);
		if (isRefusal(checked)) return checked;
		tokens.push(checked);
	}
	return (await means.store.keepTokens(tokens)) ?? tokens.map(({ output }) => output);
}

type Verified = Exclude<ReturnType<typeof verifyParsedToken>, Refusal>;

function checkedToken(
	token: Verified,
	encoded: Bytes,
	{ operator, serves }: TokenMeans,
	trust: Trust,
): NewToken | Refusal {
	const { issue, owner, pending, outputId, amount, path } = token;
	const { certificate } = owner;
	if (pending !== null) return refuse("lock-pending", "nobody owns it yet");
	const [first] = certificate.profile.responsible?.delegations ?? [];
	const device = keyId(certificate.key);
	if (first === undefined || !equalBytes(certificate.operatorId, operator) || !serves(device))
		return refuse("authority-unknown", "its owner is no device that is served here");
	const asset = trust.asset(token.asset);
	if (asset === undefined) return refuse("asset-unknown");
	return {
		output: outputId,
		encoded,
		amount,
		inputs: path.map(({ input }) => input),
		issue: { id: token.issueId, amount: issue.amount },
		device,
		party: keyId(first.by),
		claimableAt: issue.redeemUntil + 2 * asset.grace,
	};
}

export type ToldTokens = { readonly tokens: readonly KeptToken[]; readonly more: boolean };

/** The tokens of a device of whoever asks, as many as one answer holds. */
export function tellTokens(
	{ store, operator, verify, now }: TokenMeans,
	encoded: Bytes,
	after: Bytes | null,
): ToldTokens | Refusal {
	const question = verifyDeviceQuestion(encoded, operator, verify);
	if (isRefusal(question)) return question;
	const { party, body } = question;
	if (Math.abs(now() - body.issuedAt) > questionWindow) return refuse("request-expired");
	const found = store.tokensOf({ device: body.device, party, after }, fogTokensMost + 1);
	let left = answerBytes;
	const tokens = found.slice(0, fogTokensMost).filter(({ token }, at) => {
		left -= token.length + headBytes;
		return at === 0 || left >= 0;
	});
	return { tokens, more: tokens.length < found.length };
}
