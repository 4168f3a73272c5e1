/** Of payments across operators: files of outcomes, and what operators say to one another on the way to them. */
import {
	type Bytes,
	crossingQuestion,
	crossingReply,
	ruleBook,
	serialize,
	serializeOutcome,
	serializeSettlements,
	settlement,
} from "@tenten/protocol";
import { outcomes } from "../packages/protocol/test/crossing/support/outcomes.ts";

const id = new Uint8Array(32).fill(1);
const signature = new Uint8Array(64).fill(2);
const now = 1_700_000_000;

export async function crossingMaterial(): Promise<readonly Bytes[]> {
	const { files } = await outcomes();
	const { quote, decided } = files.alone;
	const { state, leaf, proof, log, words } = decided;
	const { credits, payer, payee, release, decides } = quote.body;
	const settled = {
		agreement: id,
		number: 1,
		previous: null,
		through: 7,
		count: 3,
		credits: 40n,
		crosses: 41n,
		position: { settlement: 1, owes: 41n },
		at: now,
	};
	const entries = [{ agreement: id, rate: { credited: 100n, paid: 7n } }];
	const book = { operator: id, version: 1, previous: null, from: now, agreements: entries, rules: "規則" };
	const asked = { agreement: id, nonce: id, credits, payer, payee, release, decides };
	const item = { transfer: id, quote, state, proof };
	const byDestination = signature;
	const questions = [
		{ kind: "quotes", quotes: [asked] },
		{ kind: "shown", seal: { leaf, log, words }, items: [item] },
		{ kind: "wanted", transfers: [id] },
		{ kind: "settlement", body: settled, byDestination },
	] as const;
	const replies = [
		{ kind: "quotes", answers: [{ kind: "quoted", body: quote.body, byDestination }] },
		{
			kind: "shown",
			answers: [
				...(state === null ? [] : [{ kind: "stands", state } as const]),
				{ kind: "refused", code: "exposure-exceeded" } as const,
			],
		},
		{ kind: "wanted", count: 1 },
		{ kind: "settlement", bySource: signature },
	] as const;
	return [
		...Object.values(files).map(serializeOutcome),
		serialize(settlement, { body: settled, byDestination, bySource: signature }),
		serializeSettlements([
			{
				agreement: files.alone.agreement.body,
				settlement: { body: settled, byDestination, bySource: signature },
			},
		]),
		serialize(ruleBook, { body: book, signature }),
		...questions.map((question) => serialize(crossingQuestion, question)),
		...replies.map((reply) => serialize(crossingReply, reply)),
	];
}
