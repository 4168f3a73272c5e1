/** How each code is provoked of the routes of payments across operators. */
import { crossingKey, openDoors, quoted, sealAndTell, step, wish } from "./crossing-doors.ts";
import { readOnly } from "./guarded.ts";
import { withBody } from "./ledger-provocations.ts";
import type { Provocations } from "./message-provocations.ts";
import { manage } from "./served.ts";

const nowhere = "0".repeat(64);
const crossings = "/v1/crossings";
const wanted = {
	nonce: nowhere,
	agreement: nowhere,
	credits: "1",
	payer: nowhere,
	payee: nowhere,
	release: nowhere,
};

const about = (path: string): Provocations => ({
	...readOnly(path),
	malformed: (s) => manage(s, "GET", path.replace(nowhere, "none")),
	"crossing-unknown": (s) => manage(s, "GET", path),
});

/** Asks for the outcome of a payment that is locked, between two operators of their own. */
async function askedTooEarly(): Promise<Response> {
	const doors = await openDoors();
	try {
		await sealAndTell(doors.source);
		await sealAndTell(doors.destination);
		const { transfer } = await quoted(doors, wish(doors, 1));
		await step(doors, "locks", `${transfer}`);
		const headers = { authorization: `Bearer ${crossingKey}` };
		const answer = await fetch(`${doors.source.server?.url}${crossings}/${transfer}/outcome`, { headers });
		await answer.clone().arrayBuffer();
		return answer;
	} finally {
		await doors.close();
	}
}

/** Bodies of these routes may be longer than others: a bundle of messages. */
const withBundle = (path: string, good: object): Provocations => ({
	...withBody(`${crossings}/${path}`, good, { messages: [""] }),
	"too-large": (s) => manage(s, "POST", `${crossings}/${path}`, "1".repeat(140_000)),
});

export const byCrossings: Readonly<Record<string, Provocations>> = {
	crossingGateways: readOnly(`${crossings}/tokens-in`),
	askTokensIn: withBundle("tokens-in", { transfer: nowhere, back: [] }),
	takeTokensIn: withBundle(`tokens-in/${nowhere}/messages`, { messages: [] }),
	openTokensOut: withBundle("tokens-out", { messages: [] }),
	handTokensOut: withBundle(`tokens-out/${nowhere}/messages`, { messages: [] }),
	renewTokensOut: withBundle(`tokens-out/${nowhere}/renewals`, { messages: [] }),
	quoteCrossings: withBody(
		`${crossings}/quotes`,
		{ quotes: [wanted] },
		{ quotes: [{ ...wanted, credits: "0" }] },
	),
	lockCrossings: withBody(`${crossings}/locks`, { transfers: [nowhere] }, { transfers: [] }),
	releaseCrossings: withBody(
		`${crossings}/releases`,
		{ releases: [{ transfer: nowhere, release: nowhere }] },
		{ releases: [{ transfer: nowhere }] },
	),
	crossingStandings: withBody(
		`${crossings}/standings`,
		{ transfers: [nowhere] },
		{ transfers: [] },
		"cashier",
	),
	crossing: about(`${crossings}/${nowhere}`),
	crossingOutcome: { ...about(`${crossings}/${nowhere}/outcome`), "crossing-open": askedTooEarly },
};
