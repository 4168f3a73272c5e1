/** Health, figures and documentation. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Operator } from "../operator.ts";
import { openApiDocument } from "./document.ts";
import { addDocumentationRoutes } from "./documentation-routes.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { type Metrics, watchText, webhookText } from "./metrics.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";

export function addServiceRoutes(app: OpenAPIHono, operator: Operator, metrics: Metrics, gate: Gate): void {
	const { live, ready, metrics: figures } = endpoints;
	addDocumentationRoutes(app, endpoints, gate, openApiDocument);
	serve(app, live, gate, async () => given("ok"));
	serve(app, ready, gate, async () => {
		if (!(await operator.isReachable())) return problem("not-ready");
		const [stop] = operator.watch.state.stops;
		return stop === undefined ? given("ok") : problem("payout-stopped", `${stop.code}: ${stop.reasons}`);
	});
	serve(app, figures, gate, async () => {
		const texts = [watchText(operator.watch.state), webhookText(operator.webhooks.figures, operator.now())];
		return given(`${await metrics.text()}${texts.join("")}`);
	});
}
