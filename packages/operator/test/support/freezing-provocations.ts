/** How each code is provoked of the routes by which people freeze and decide appeals. */
import { appealId, appeal as appealShape, type Bytes, freezeLimits, parse, toHex } from "@tenten/protocol";
import { sql } from "kysely";
import { day, expectValue } from "../../../module/test/support/world.ts";
import { insertFrozen } from "../../src/store/freezes.ts";
import { appeals, goodAppeal } from "./freeze-provocations.ts";
import { guarded, readOnly } from "./guarded.ts";
import type { Provocations } from "./message-provocations.ts";
import { manage, type Served, send } from "./served.ts";

const nowhere = "0".repeat(64);
const freezes = "/v1/freezes";
let people = 0;

/** The key of somebody whom an administrator of this name answers for. */
async function keyOf({ ecosystem }: Served, administrator = `administrator ${++people}`) {
	const made = { name: "a person", roles: ["approver"], expiresAt: null } as const;
	const { text } = await ecosystem.operator.addKey({ actor: administrator, requestId: "test" }, made);
	return { authorization: `Bearer ${text}` };
}

const proposal = (output: string, act = "freeze") => ({
	...{ output, act, reason: "stolen", case: nowhere, appealDays: 30 },
});
const meant = (act = "freeze") => ({ act, case: nowhere });
const confirming = (output: string) => `${freezes}/${output}/confirm`;
const verdict = (id: string) => `${appeals}/${id}/verdict`;
const upheld = { verdict: "upheld" };

const fresh = (): string => (++people).toString(16).padStart(64, "0");

async function by(
	s: Served,
	path: string,
	body: object | string,
	headers?: Readonly<Record<string, string>>,
): Promise<Response> {
	return manage(s, "POST", path, body, { ...(await keyOf(s)), ...headers });
}

/** An appeal that was heard; its id. */
async function heard(s: Served): Promise<string> {
	const encoded = await goodAppeal(s);
	await send(s, appeals, encoded);
	return toHex(appealId(expectValue(parse(appealShape, encoded)).body));
}

/** As much frozen as a list holds, while something is asked. */
async function whileFull({ ecosystem: { operator, clock } }: Served, ask: () => Promise<Response>) {
	const since = clock.now;
	const ends = since + 30 * day;
	await operator.store.run(async (transaction) => {
		for (let i = 0; i < freezeLimits.entries; i++) {
			const output: Bytes = new Uint8Array(32).fill(0xee);
			output.set([i >> 8, i & 255]);
			await insertFrozen(
				transaction,
				{ output, reason: "ordered", since, case: output, appealUntil: ends },
				ends,
			);
		}
	});
	const answer = await ask();
	await operator.store.run((transaction) =>
		sql`delete from frozen_outputs where reason = 'ordered'`.execute(transaction),
	);
	return answer;
}

/** What every route refuses that takes JSON. */
const ofBody = (path: string): Provocations => ({
	"too-large": (s) => by(s, path, "1".repeat(70_000)),
	"content-type-unknown": (s) => by(s, path, {}, { "content-type": "text/plain" }),
});

export const byFreezing: Readonly<Record<string, Provocations>> = {
	proposeFreeze: {
		...guarded((s, headers) => manage(s, "POST", freezes, proposal(nowhere), headers)),
		...ofBody(freezes),
		malformed: (s) => by(s, freezes, { ...proposal(nowhere), act: "burn" }),
	},
	freezeProposals: {
		...readOnly(freezes),
		malformed: (s) => manage(s, "GET", `${freezes}?cursor=none`),
	},
	confirmFreeze: {
		...guarded((s, headers) => manage(s, "POST", confirming(nowhere), meant(), headers)),
		...ofBody(confirming(nowhere)),
		malformed: (s) => by(s, confirming("none"), meant()),
		"freeze-unknown": async (s) => {
			const output = fresh();
			await by(s, freezes, proposal(output, "lift"));
			return by(s, confirming(output), meant());
		},
		"approval-missing": async (s) => {
			const [one, other] = [await keyOf(s, "the same"), await keyOf(s, "the same")];
			const output = fresh();
			await manage(s, "POST", freezes, proposal(output), one);
			return manage(s, "POST", confirming(output), meant(), other);
		},
		"too-many": (s) =>
			whileFull(s, async () => {
				const output = fresh();
				await by(s, freezes, proposal(output));
				return by(s, confirming(output), meant());
			}),
	},
	appeals: {
		...readOnly(appeals),
		malformed: (s) => manage(s, "GET", `${appeals}?cursor=none`),
	},
	appealRecord: {
		...readOnly(`${appeals}/${nowhere}`),
		malformed: (s) => manage(s, "GET", `${appeals}/none`),
		"freeze-unknown": (s) => manage(s, "GET", `${appeals}/${nowhere}`),
	},
	decideAppeal: {
		...guarded((s, headers) => manage(s, "POST", verdict(nowhere), upheld, headers)),
		...ofBody(verdict(nowhere)),
		malformed: (s) => by(s, verdict(nowhere), { verdict: "maybe" }),
		"freeze-unknown": (s) => by(s, verdict(nowhere), upheld),
		"approval-missing": async (s) => {
			const id = await heard(s);
			const [one, other] = [await keyOf(s, "the same"), await keyOf(s, "the same")];
			await manage(s, "POST", verdict(id), upheld, one);
			return manage(s, "POST", verdict(id), upheld, other);
		},
		"attempt-decided": async (s) => {
			const id = await heard(s);
			await by(s, verdict(id), upheld);
			await by(s, verdict(id), upheld);
			return by(s, verdict(id), { verdict: "lifted" });
		},
	},
};
