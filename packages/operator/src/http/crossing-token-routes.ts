/** What the routes answer by which tokens pay, or are paid, across operators. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, fromHex, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import type { InStanding, OutStanding } from "../crossing/tokens.ts";
import type { Operator } from "../operator.ts";
import { notRefused, toldRefusal } from "./crossing-schemas.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { type Gate, serve } from "./serving.ts";

export function addCrossingTokenRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { crossingGateways, askTokensIn, takeTokensIn, openTokensOut, handTokensOut, renewTokensOut } =
		endpoints;
	serve(app, crossingGateways, gate, async () => {
		const gateways = operator.crossings.tokens.gateways();
		return given({
			gateways: gateways.map(({ asset, payer }) => ({ asset: toHex(asset), payer: toHex(payer) })),
		});
	});
	serve(app, askTokensIn, gate, async ({ body: { transfer, back } }) =>
		given(toldIn(transfer, await operator.crossings.tokens.ask(bytesOf(transfer), back))),
	);
	serve(app, takeTokensIn, gate, async ({ params: { transfer }, body: { messages } }) =>
		given(toldIn(transfer, await operator.crossings.tokens.take(bytesOf(transfer), messages))),
	);
	serve(app, openTokensOut, gate, async ({ body: { messages } }) =>
		given(toldOut(null, await operator.crossings.tokens.open(messages))),
	);
	serve(app, handTokensOut, gate, async ({ params: { account }, body: { messages } }) =>
		given(toldOut(account, await operator.crossings.tokens.hand(bytesOf(account), messages))),
	);
	serve(app, renewTokensOut, gate, async ({ params: { account }, body: { messages } }) =>
		given(toldOut(account, await operator.crossings.tokens.renew(bytesOf(account), messages))),
	);
}

function bytesOf(text: string): Bytes {
	// The route's description lets nothing else through.
	return fromHex(text) as Bytes;
}

function toldIn(transfer: string, answer: InStanding | Refusal) {
	if (isRefusal(answer))
		return { transfer, state: null, back: null, asks: [], messages: [], ...toldRefusal(answer.code) };
	const { state, back, asks, messages } = answer;
	const said = { asks: [...asks], messages: [...messages] };
	return { transfer, state, back: toHex(back), ...said, ...notRefused };
}

function toldOut(account: string | null, answer: OutStanding | Refusal) {
	if (isRefusal(answer))
		return { account, state: null, amount: null, messages: [], ...toldRefusal(answer.code) };
	const { state, amount, messages } = answer;
	return {
		account: toHex(answer.account),
		state,
		amount: `${amount}`,
		messages: [...messages],
		...notRefused,
	};
}
