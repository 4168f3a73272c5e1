/**
 * Races: what is sent at once over one token or one account, and what may come of it.
 *
 * Of one token there is one payout, whatever is tried: one order is paid for it or gets fresh tokens, every
 * other is refused or told of the fork, with evidence against whoever signed twice and nobody else.
 */
import { type Bytes, toHex, type VerifiedToken } from "@tenten/protocol";
import type { Holder } from "../ecosystem.ts";
import { passToken } from "../passing.ts";
import type { Entry } from "./crowd.ts";
import { judgeToken } from "./judge.ts";
import { code, type Variant } from "./race.ts";
import { claimOf, enrol, type Track, toAccount, toFresh, tokensFor, withdrawal } from "./racer.ts";
import { redeemAgainstRefund } from "./refund-race.ts";

const amount = 100n;

const entryOf = (body: Bytes, key: string, route: Entry["route"] = "claims"): Entry => ({ route, body, key });

/** One claim, again and again: under one key, and under a key each. */
const sameClaim: Variant = async (track, parallel) => {
	const holder = await enrol(track);
	const tokens = await tokensFor(track, holder, code, amount);
	const claim = await claimOf(track, holder, tokens, toAccount(holder));
	const entries = Array.from({ length: parallel }, (_, i) =>
		entryOf(
			claim,
			i % 2 === 0 ? `${toHex(holder.certificate.hash)}` : `${toHex(holder.certificate.hash)}/${i}`,
		),
	);
	return {
		entries,
		judge: (answers) => {
			const bodies = new Set(answers.flatMap((one) => (one.kind === "reply" ? [toHex(one.bytes)] : [])));
			const wrong = bodies.size === 1 ? [] : [`one claim was answered in ${bodies.size} ways`];
			return [...wrong, ...judgeToken(track, answers, amount, [])];
		},
	};
};

/** As many claims as there are orders: their owner signed the token away to each. */
const differentClaims: Variant = async (track, parallel) => {
	const holder = await enrol(track);
	const tokens = await tokensFor(track, holder, code, amount);
	const entries = await claims(track, holder, parallel, () => [tokens, toAccount(holder)]);
	return { entries, judge: (answers) => judgeToken(track, answers, amount, [holder]) };
};

const redeemAgainstRefresh: Variant = async (track, parallel) => {
	const holder = await enrol(track);
	const tokens = await tokensFor(track, holder, code, amount);
	const entries = await claims(track, holder, parallel, (i) => [
		tokens,
		i % 2 === 0 ? toAccount(holder) : toFresh(holder, amount),
	]);
	return { entries, judge: (answers) => judgeToken(track, answers, amount, [holder]) };
};

/** Merges of the token with one of its own each, against redemptions of the token alone. */
const mergeAgainstRedeem: Variant = async (track, parallel) => {
	const holder = await enrol(track);
	const [contested] = await tokensFor(track, holder, code, amount);
	const others: VerifiedToken[] = [];
	while (others.length < parallel / 2)
		others.push(...(await tokensFor(track, holder, code, ...Array<bigint>(10).fill(1n))));
	const token = contested as VerifiedToken;
	const entries = await claims(track, holder, parallel, (i) => {
		const other = others[Math.floor(i / 2)];
		return i % 2 === 0 || other === undefined
			? [[token], toAccount(holder)]
			: [[token, other], toFresh(holder, amount + other.amount)];
	});
	return { entries, judge: (answers) => judgeToken(track, answers, amount, [holder]) };
};

/** A token paid to two payees: each claims what it was paid, in good faith. */
const twoBranches: Variant = async (track, parallel) => {
	const [mallory, alice, bob] = [await enrol(track), await enrol(track), await enrol(track)];
	const [token] = await tokensFor(track, mallory, code, amount);
	const branch = async ({ certificate: payee }: Holder) =>
		(await passToken(token as VerifiedToken, mallory, { payee, amount, way: "direct" })).owned;
	const claimsOf = async (holder: Holder) =>
		claimOf(track, holder, [await branch(holder)], toAccount(holder));
	const [first, second] = [await claimsOf(alice), await claimsOf(bob)];
	const key = toHex(mallory.certificate.hash);
	const entries = Array.from({ length: parallel }, (_, i) =>
		entryOf(i % 2 === 0 ? first : second, `${key}/${i}`),
	);
	return { entries, judge: (answers) => judgeToken(track, answers, amount, [mallory]) };
};

const each = 10n;

/** More withdrawals than the account holds. */
const withdrawals: Variant = async (track, parallel) => {
	const holder = await enrol(track);
	const fit = Math.floor(parallel / 3);
	await track.deposit(holder.certificate.hash, code, BigInt(fit) * each + 3n);
	const entries: Entry[] = [];
	for (let i = 0; i < parallel; i++) {
		const { encoded } = await withdrawal(track, holder, code, each);
		entries.push(entryOf(encoded, `${toHex(holder.certificate.hash)}/${i}`, "withdrawals"));
	}
	return {
		entries,
		judge: (answers) => {
			const given = answers.filter(({ kind }) => kind === "reply").length;
			const refused = answers.filter((one) => one.kind === "refused" && one.code === "funds-insufficient");
			const isRight = given === fit && refused.length === parallel - fit;
			return isRight
				? []
				: [`${given} withdrawals given where ${fit} fit, ${refused.length} refused for funds`];
		},
	};
};

export const variants: Readonly<Record<string, Variant>> = {
	"one claim repeated": sameClaim,
	"different claims": differentClaims,
	"redeem against refresh": redeemAgainstRefresh,
	"merge against redeem": mergeAgainstRedeem,
	"two branches of a fork": twoBranches,
	"withdrawals from one account": withdrawals,
	"redeem against refund": redeemAgainstRefund,
};

async function claims(
	track: Track,
	holder: Holder,
	parallel: number,
	choose: (i: number) => readonly [readonly VerifiedToken[], ReturnType<typeof toAccount>],
): Promise<readonly Entry[]> {
	const entries: Entry[] = [];
	for (let i = 0; i < parallel; i++) {
		const [tokens, action] = choose(i);
		const body = await claimOf(track, holder, tokens, action);
		entries.push(entryOf(body, `${toHex(holder.certificate.hash)}/${i}`));
	}
	return entries;
}
