/**
 * Appeals: the owner of something frozen asks its operator to look again, and is answered for good.
 *
 *   frozen ──▶ appeal, signed by the owner of what it holds ──▶ outcome, signed by the operator
 *                 with the token: its chain shows the frozen output        upheld | cleared | lifted
 *
 * `cleared` frees what descends from the appellant's own output, `lifted` the frozen output and so all of it, and
 * `upheld` nothing. An appeal moves no value: the token is shown, and no link on it is signed. Its id is that of what
 * was signed, so an answer fits one appeal.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	compareBytes,
	encodeItem,
	enumeration,
	equalBytes,
	isRefusal,
	limits,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature, taggedHash, verifySign1 } from "../crypto/index.ts";
import {
	authorityHintBytes,
	type FreezeEntry,
	type FreezeListBody,
	Freezes,
	refuseUnruled,
	signByRulingKey,
	type Trust,
} from "../identity/index.ts";
import { statesOf } from "./frozen.ts";
import { type Token, token as tokenShape } from "./token.ts";
import { signaturesIn, type VerifiedToken, verifyParsedToken } from "./verify.ts";

const appealBody = record({
	operator: bytes32,
	/** the output that the list names */
	frozen: bytes32,
	/** one's own, which descends from it or is the same */
	output: bytes32,
	ground: enumeration({ goodFaith: 1, mistaken: 2, other: 3 }),
	/** SHA-256 of what else was sent to the operator, by whatever way */
	statement: nullable(bytes32),
	issuedAt: unixSeconds,
});
export type AppealBody = TypeOf<typeof appealBody>;

export const appeal = record({ body: appealBody, token: tokenShape, signature });

/** What an appeal is named by, in its outcome and in the operator's log. */
export function appealId(body: AppealBody): Bytes {
	return taggedHash("appeal", appealBody.write(body));
}

/** `signer`: of the certificate that owns the token's present output. */
export async function signAppeal(body: AppealBody, token: Token, signer: Signer): Promise<Bytes> {
	const signed = await signer.sign("appeal", encodeItem(appealBody.write(body)));
	return serialize(appeal, { body, token, signature: signed });
}

/** An appeal that must be decided. Made only by `verifyAppeal`. */
export type VerifiedAppeal = {
	readonly verified: "appeal";
	readonly id: Bytes;
	readonly body: AppealBody;
	readonly token: VerifiedToken;
	readonly entry: FreezeEntry;
};

/** `list`: the operator's newest. Dates of certificates play no part: an owner whose has expired is heard. */
export function verifyAppeal(
	encoded: Bytes,
	{ trust, list, now }: { readonly trust: Trust; readonly list: FreezeListBody; readonly now: number },
): VerifiedAppeal | Refusal {
	const parsed = parse(appeal, encoded);
	if (isRefusal(parsed)) return parsed;
	const { body } = parsed;
	if (!equalBytes(body.operator, list.operator)) return refuse("asset-unknown", "another operator's");
	const signatures = 1 + signaturesIn(parsed.token, trust);
	if (signatures > limits.signatures) return refuse("too-many", `${signatures} signatures`);
	const token = verifyParsedToken(parsed.token, trust);
	if (isRefusal(token)) return token;
	if (!equalBytes(token.asset.operator, list.operator)) return refuse("asset-unknown", "another operator's");
	if (token.pending !== null) return refuse("lock-pending");
	if (!equalBytes(token.outputId, body.output)) return refuse("owner-mismatch", "another output");
	const { key } = token.owner.certificate;
	if (!verifySign1(trust.verify, key, "appeal", encodeItem(appealBody.write(body)), parsed.signature))
		return refuse("signature-invalid", "appeal");
	const entry = Freezes.none.with(list).entryOn(list.operator, statesOf(token));
	if (entry === undefined || !equalBytes(entry.output, body.frozen))
		return refuse("freeze-unknown", "nothing that this list freezes");
	if (now >= entry.appealUntil) return refuse("appeal-closed", `${entry.appealUntil}`);
	return { verified: "appeal", id: appealId(body), body, token, entry };
}

const appealVerdict = enumeration({ upheld: 1, cleared: 2, lifted: 3 });
export type AppealVerdict = TypeOf<typeof appealVerdict>;

const outcomeBody = record({
	operator: bytes32,
	/** its id */
	appeal: bytes32,
	/** both as the appeal names them */
	frozen: bytes32,
	output: bytes32,
	verdict: appealVerdict,
	decidedAt: unixSeconds,
});
export type AppealOutcomeBody = TypeOf<typeof outcomeBody>;

export const appealOutcome = record({ body: outcomeBody, keyHint: bytes(authorityHintBytes), signature });

/** What names an outcome in the operator's log. */
export function appealOutcomeHash(body: AppealOutcomeBody): Bytes {
	return taggedHash("appeal-outcome", outcomeBody.write(body));
}

/** `signer`: the operator's ruling key. */
export async function signAppealOutcome(body: AppealOutcomeBody, signer: Signer): Promise<Bytes> {
	const payload = serialize(outcomeBody, body);
	return serialize(appealOutcome, { body, ...(await signByRulingKey("appeal-outcome", payload, signer)) });
}

/** What became of an appeal: `authority-unknown`, or `signature-invalid`, where no listed ruling key signed it. */
export function verifyAppealOutcome(encoded: Bytes, trust: Trust): AppealOutcomeBody | Refusal {
	const parsed = parse(appealOutcome, encoded);
	if (isRefusal(parsed)) return parsed;
	const { body } = parsed;
	const operator = trust.operator(body.operator);
	const payload = serialize(outcomeBody, body);
	return refuseUnruled(operator, "appeal-outcome", payload, parsed, trust.verify) ?? body;
}

/** What a list says of outputs. */
export type Frozen = Pick<FreezeListBody, "entries" | "cleared">;

/** What the next list says after an outcome. */
export function afterOutcome(frozen: Frozen, outcome: AppealOutcomeBody): Frozen {
	const { entries, cleared } = frozen;
	switch (outcome.verdict) {
		case "upheld":
			return { entries, cleared };
		case "cleared":
			// What descends from the frozen output itself is all that it freezes.
			if (equalBytes(outcome.output, outcome.frozen))
				return afterOutcome(frozen, { ...outcome, verdict: "lifted" });
			return {
				entries,
				cleared: cleared.some((output) => equalBytes(output, outcome.output))
					? cleared
					: [...cleared, outcome.output].sort(compareBytes),
			};
		case "lifted":
			return { entries: entries.filter(({ output }) => !equalBytes(output, outcome.frozen)), cleared };
		default:
			return outcome.verdict satisfies never;
	}
}
