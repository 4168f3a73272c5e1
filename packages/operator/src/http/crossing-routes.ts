/** What the routes of payments across operators answer. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, fromHex, type Quote, serialize, shownState, toHex } from "@tenten/protocol";
import type { Standing } from "../crossing/crossings.ts";
import type { Quoted, Refused } from "../crossing/quoting.ts";
import type { CrossingAnswer } from "../crossing/steps.ts";
import type { Operator } from "../operator.ts";
import { notRefused, toldRefusal } from "./crossing-schemas.ts";
import { addCrossingTokenRoutes } from "./crossing-token-routes.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { timeOf } from "./times.ts";

export function addCrossingRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	// Before the payments, of which each is a path of its own, too.
	addCrossingTokenRoutes(app, operator, gate);
	const { quoteCrossings, lockCrossings, releaseCrossings } = endpoints;
	const { crossing, crossingStandings, crossingOutcome } = endpoints;
	serve(app, crossingStandings, gate, async ({ body: { transfers } }) => {
		const known = new Map(
			(await operator.crossings.standings(transfers.map(bytesOf))).map((each) => [
				toHex(each.transfer),
				each,
			]),
		);
		const crossings = transfers.map((transfer) => {
			const { state, peer, refused } = known.get(transfer) ?? {};
			return state === undefined ? null : { transfer, state, peer: peer ?? null, refused: refused ?? null };
		});
		return given({ crossings });
	});
	serve(app, quoteCrossings, gate, async ({ body: { quotes } }) => {
		const wishes = quotes.map(({ nonce, agreement, credits, payer, payee, release }) => ({
			nonce: bytesOf(nonce),
			agreement: bytesOf(agreement),
			credits: BigInt(credits),
			payer: bytesOf(payer),
			payee: bytesOf(payee),
			release: bytesOf(release),
		}));
		const answers = await operator.crossings.quote(wishes);
		return given({
			results: quotes.map(({ nonce }, at) => toldQuote(nonce, answers[at] as Quoted | Refused)),
		});
	});
	serve(app, lockCrossings, gate, async ({ body: { transfers } }) => {
		const answers = await operator.crossings.lock(transfers.map(bytesOf));
		return given({ results: toldStates(transfers, answers) });
	});
	serve(app, releaseCrossings, gate, async ({ body: { releases } }) => {
		const asked = releases.map(({ transfer, release }) => ({
			transfer: bytesOf(transfer),
			release: bytesOf(release),
		}));
		const answers = await operator.crossings.release(asked);
		const transfers = releases.map(({ transfer }) => transfer);
		return given({ results: toldStates(transfers, answers) });
	});
	serve(app, crossing, gate, async ({ params: { transfer } }) => {
		const standing = await operator.crossings.standing(bytesOf(transfer));
		return standing === undefined
			? problem("crossing-unknown")
			: given({ crossing: toldStanding(transfer, standing) });
	});
	serve(app, crossingOutcome, gate, async ({ params: { transfer } }) => {
		const id = bytesOf(transfer);
		const file = await operator.crossings.outcome(id);
		if (file !== undefined) return given(file);
		const isKnown = (await operator.crossings.standing(id)) !== undefined;
		return problem(isKnown ? "crossing-open" : "crossing-unknown");
	});
}

function bytesOf(text: string): Bytes {
	// The route's description lets nothing else through.
	return fromHex(text) as Bytes;
}

function toldQuote(nonce: string, answer: Quoted | Refused) {
	return answer.kind === "quoted"
		? { nonce, transfer: toHex(answer.transfer), quote: quoteAsJson(answer.signed.body), ...notRefused }
		: { nonce, transfer: null, quote: null, ...toldRefusal(answer.code) };
}

function toldStates(transfers: readonly string[], answers: readonly CrossingAnswer[]) {
	return transfers.map((transfer, at) => {
		const answer = answers[at] as CrossingAnswer;
		return answer.kind === "stands"
			? { transfer, state: answer.state.state, ...notRefused }
			: { transfer, state: null, ...toldRefusal(answer.code) };
	});
}

function quoteAsJson({ agreement, credits, pays, fee, rate, decides, expiresAt, ...rest }: Quote) {
	return {
		agreement: toHex(agreement),
		credits: `${credits}`,
		pays: `${pays}`,
		fee: `${fee}`,
		rate: { credited: `${rate.credited}`, paid: `${rate.paid}` },
		payer: toHex(rest.payer),
		payee: toHex(rest.payee),
		release: toHex(rest.release),
		decides,
		expiresAt: timeOf(expiresAt),
	};
}

function toldStanding(transfer: string, { side, state, quote, peer, refused }: Standing) {
	return {
		transfer,
		side,
		state: state.state,
		quote: quoteAsJson(quote),
		peer: peer?.state?.state ?? null,
		proof: peer === null ? null : Buffer.from(serialize(shownState, peer)).toString("base64"),
		refused,
	};
}
