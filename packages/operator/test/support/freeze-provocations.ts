/** How each code is provoked that speaks of freezes. */
import { type Bytes, lockHash, signAppeal, type VerifiedToken } from "@tenten/protocol";
import { day, type Holder, pay } from "../../../module/test/support/world.ts";
import { insertFrozen } from "../../src/store/freezes.ts";
import { enrolHolder, makeClaim, withdrawTo } from "./ecosystem.ts";
import { replaced, turned } from "./item-edits.ts";
import type { Provocations, Provoke } from "./message-provocations.ts";
import { type Served, send, statement } from "./served.ts";

export const appeals = "/v1/appeals";

async function freeze({ ecosystem }: Served, output: Bytes): Promise<void> {
	const { operator, clock } = ecosystem;
	const since = clock.now;
	const entry = { output, reason: "stolen", since, case: output, appealUntil: since + day } as const;
	await operator.store.run((transaction) => insertFrozen(transaction, entry, since + 365 * day));
}

/** Of what alice holds, which is frozen. */
export const goodAppeal = async (s: Served): Promise<Bytes> => {
	const [token] = await withdrawTo(s.ecosystem, s.alice, 5n);
	await freeze(s, (token as VerifiedToken).outputId);
	return appealOf(s, s.alice, token as VerifiedToken);
};

function appealOf({ ecosystem }: Served, { signer }: Holder, token: VerifiedToken): Promise<Bytes> {
	const { operator, clock } = ecosystem;
	const { outputId: output } = token;
	const ground = { ground: "mistaken", statement: null, issuedAt: clock.now } as const;
	return signAppeal({ operator: operator.id, frozen: output, output, ...ground }, token.token, signer);
}

export const appealing: Provocations = {
	"asset-unknown": async (s) =>
		send(s, appeals, replaced(await goodAppeal(s), [0, 0], s.stranger.operator.id)),
	"authority-unknown": async (s) => {
		const { encoded } = (await enrolHolder(s.stranger)).certificate;
		return send(s, appeals, replaced(await goodAppeal(s), [1, 3, 0], encoded));
	},
	"signature-invalid": async (s) => send(s, appeals, turned(await goodAppeal(s), [2])),
	"lock-pending": async (s) => send(s, appeals, await appealOf(s, s.bob, s.pending)),
	"owner-mismatch": async (s) => send(s, appeals, replaced(await goodAppeal(s), [0, 2], s.lock)),
	"freeze-unknown": async (s) => {
		const [token] = await withdrawTo(s.ecosystem, s.alice, 5n);
		return send(s, appeals, await appealOf(s, s.alice, token as VerifiedToken));
	},
	"appeal-closed": async (s) => {
		const appeal = await goodAppeal(s);
		s.ecosystem.clock.now += day;
		return send(s, appeals, appeal);
	},
	"attempt-pending": async (s) => send(s, appeals, await goodAppeal(s)),
};

export const frozenClaim: Provoke = async (s) => {
	const [token] = await withdrawTo(s.ecosystem, s.alice, 5n);
	await freeze(s, (token as VerifiedToken).outputId);
	const action = { kind: "account", account: s.alice.certificate.hash } as const;
	return send(s, "/v1/claims", await makeClaim(s.ecosystem, s.alice, [token as VerifiedToken], action));
};

export const frozenRefund: Provoke = async (s) => {
	const { ecosystem, alice, bob } = s;
	const [token] = await withdrawTo(ecosystem, alice, 10n);
	const release = ecosystem.world.random();
	const options = { release, released: false };
	const { paid } = await pay(ecosystem.world, token as VerifiedToken, alice, bob, 10n, options);
	ecosystem.clock.now += 31 * day;
	await freeze(s, (token as VerifiedToken).outputId);
	const account = alice.certificate.hash;
	const says = { kind: "neverReleased", lock: lockHash(release), account, fallback: null } as const;
	return send(s, "/v1/rulings", await statement(s, alice, says, paid));
};
