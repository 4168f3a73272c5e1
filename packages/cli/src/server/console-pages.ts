/** The console of whoever runs a witness: its one page and what that loads, out of all pages that are built. */
import { Hono } from "hono";

/** What was built, as whoever serves it. */
export type BuiltPages = Pick<Hono, "fetch">;

const shown = /^\/(?:console\.html|icon\.svg|assets\/[\w.-]+)$/;

/** To stand under `/console`. Pages are made ready when somebody asks for the first of them. */
export function consolePages(ready: () => BuiltPages): BuiltPages {
	let built: BuiltPages | undefined;
	const app = new Hono();
	app.get("/", (context) => context.redirect("/console/console.html"));
	app.get("*", (context) => {
		if (!shown.test(context.req.path)) return context.notFound();
		built ??= ready();
		return built.fetch(context.req.raw);
	});
	return app;
}
