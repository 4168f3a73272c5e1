/** What every door shows of itself: its document, as a page too, and what its codes mean. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Document } from "./document.ts";
import { documentPage } from "./document-page.ts";
import { type Endpoint, given } from "./endpoint.ts";
import { problem, problemCodes } from "./problem.ts";
import { problemText } from "./problem-page.ts";
import type { serviceEndpoints } from "./service-endpoints.ts";
import { type Gate, serve } from "./serving.ts";

/** As `serviceEndpoints` describes them, whoever may ask. */
type Described<K extends keyof typeof serviceEndpoints> = {
	readonly [N in K]: Omit<(typeof serviceEndpoints)[N], "access"> & Pick<Endpoint, "access">;
};

/** `make` is called by the first who asks: a start waits for no document. */
export function addDocumentationRoutes(
	door: OpenAPIHono,
	{ openApi, documentation, explanation }: Described<"openApi" | "documentation" | "explanation">,
	gate: Gate,
	make: () => Document,
): void {
	let made: Document | undefined;
	const document = (): Document => {
		made ??= make();
		return made;
	};
	serve(door, openApi, gate, async () => given(document()));
	serve(door, documentation, gate, async () => given(documentPage(document())));
	serve(door, explanation, gate, async ({ params }) => {
		const code = problemCodes.find((known) => known === params.code);
		return code === undefined ? problem("route-unknown") : given(problemText(code));
	});
}
