/**
 * Redeem against refund, at the second in which the one ends and the other begins.
 *
 *   issue ── redeem until ── with a published release: still redeemed ──│── refunded on a statement ──▶
 *                                                     redeem until + grace
 *
 * The payee redeems, the payer states that it never released, anybody shows the release: in any order, one of
 * the two is paid or neither, and never both.
 */
import {
	lockHash,
	parseReply,
	parseRulingReply,
	serializeRulingRequest,
	signStatement,
	toHex,
	type VerifiedToken,
} from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";
import { passToken } from "../passing.ts";
import { now } from "../surroundings.ts";
import type { Answer, Entry } from "./crowd.ts";
import { hasty, type Variant } from "./race.ts";
import { claimOf, enrol, toAccount, tokensFor } from "./racer.ts";

const amount = 100n;
/** before and after the second at which it turns */
const around_ms = 400;

export const redeemAgainstRefund: Variant = async (track, parallel) => {
	const [payer, payee] = [await enrol(track), await enrol(track)];
	const [token] = (await tokensFor(track, payer, hasty.code, amount)) as [VerifiedToken];
	const release = random(32);
	const passing = { payee: payee.certificate, amount, way: "twoPhase", release } as const;
	const { transferred, owned } = await passToken(token, payer, passing);
	const claim = await claimOf(track, payee, [owned], toAccount(payee));
	const show = serializeRulingRequest({ kind: "release", release });
	const statement = async () => {
		const account = payer.certificate.hash;
		const says = { kind: "neverReleased", lock: lockHash(release), account, fallback: null } as const;
		const body = { operator: track.id, says, nonce: random(32), issuedAt: now() };
		const signed = await signStatement(body, payer.certificate.encoded, payer.signer);
		return serializeRulingRequest({ kind: "statement", statement: signed, tokens: [transferred.token] });
	};
	const turnsAt_ms = 1000 * (token.issue.issuedAt + hasty.redeemWindow + hasty.grace);
	// Shown before the turn, the release decides for the payee; after it, the payer may have been first.
	const shownFrom = ((random(1)[0] ?? 0) & 1) === 0 ? 0 : parallel / 2;
	const entries: Entry[] = [];
	for (let i = 0; i < parallel; i++) {
		const key = `${toHex(lockHash(release))}/${i}`;
		if (i % 10 === 0 && i >= shownFrom) entries.push({ route: "rulings", body: show, key });
		else if (i % 2 === 0) entries.push({ route: "claims", body: claim, key });
		else entries.push({ route: "rulings", body: await statement(), key });
	}
	const starts_ms = turnsAt_ms - around_ms - Date.now();
	return {
		entries: entries.map((entry, i) => ({
			...entry,
			after_ms: Math.max(0, starts_ms + (2 * around_ms * i) / parallel),
		})),
		judge: (answers) => {
			const payouts = answers.flatMap(payoutOf);
			const kinds = new Set(payouts);
			return kinds.size <= 1 ? [] : [`paid as ${[...kinds].join(" and ")}`];
		},
	};
};

/** The content that was paid for, in hexadecimal; a claim repeated is one, each statement is its own. */
function payoutOf(answer: Answer): readonly string[] {
	if (answer.kind !== "reply") return [];
	if (answer.entry.route === "claims") {
		const [result] = must(parseReply(answer.bytes)).results;
		return result?.kind === "paid" ? ["redeemed"] : [];
	}
	const ruled = must(parseRulingReply(answer.bytes));
	if (ruled.kind !== "ruled" || ruled.reply === null) return [];
	const [result] = must(parseReply(ruled.reply)).results;
	return result?.kind === "paid" ? [`refunded on ${toHex(answer.entry.body).slice(-16)}`] : [];
}
