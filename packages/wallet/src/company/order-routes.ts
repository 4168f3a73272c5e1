/**
 * Paying an order by HTTP, the side that is asked: three questions about one payment, each a POST of the payer's name.
 *
 *   POST /v1/orders/{order}/payment   its request, as a bundle
 *   POST /v1/orders/{order}/status    how far it is, as JSON
 *   POST /v1/orders/{order}/receipt   the module's last word again, as a bundle
 *
 * The name is made by the payer's app and shown to nobody else: whoever has it is told of the payment, so it stands
 * in no address. What is asked changes nothing but whose the order is.
 */
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { bundleType, encodeBundle } from "../transport/bundle.ts";
import { refusalProblem } from "../transport/problem.ts";
import type { Company } from "./company.ts";
import { decodePayer } from "./order-questions.ts";

const maximumBytes = 1_024;

/** Adds the routes to the app of a company's wallet. */
export function addOrderRoutes(app: Hono, company: Pick<Company, "ask" | "status" | "again">): void {
	type Ask = (order: string, payer: string) => Promise<Response>;
	const route = (what: string, answer: Ask): void => {
		const onError = (): Response => refusalProblem(413, "The question is too large", "too-large");
		const limit = bodyLimit({ maxSize: maximumBytes, onError });
		app.post(`/v1/orders/:order/${what}`, limit, async (context: Context) => {
			const payer = decodePayer(await context.req.text());
			if (isRefusal(payer)) return refusalProblem(400, payer.detail, payer.code);
			return answer(context.req.param("order") ?? "", payer);
		});
	};
	route("payment", async (order, payer) => {
		const payment = await company.ask(order, payer);
		return isRefusal(payment) ? refused(payment) : bundled(payment.messages);
	});
	route("status", async (order, payer) => {
		const status = await company.status(order, payer);
		return isRefusal(status) ? refused(status) : Response.json(status);
	});
	route("receipt", async (order, payer) => {
		const messages = await company.again(order, payer);
		return isRefusal(messages) ? refused(messages) : bundled(messages);
	});
}

function bundled(messages: readonly Bytes[]): Response {
	const body = Uint8Array.from(encodeBundle(messages));
	return new Response(body, { headers: { "content-type": bundleType } });
}

function refused({ code, detail }: Refusal): Response {
	if (code === "order-unknown") return refusalProblem(404, "No such order, or another's payment", code);
	if (code === "order-taken") return refusalProblem(409, "The order has its payment", code);
	return refusalProblem(422, detail || "No payment", code);
}
