/**
 * The sandbox over HTTP, for its own page: what is on, what the books say, and the switches (ADR 0046).
 *
 * It has an address of its own that nothing switches off, so that the page can light what it made dark. Any page in
 * the same browser can send something to this address. So what comes must name this very address as its host, and
 * whatever acts must come from the sandbox's pages, as JSON: a browser sends that for no other page without asking
 * here first.
 */
import { type AssetId, type Refusal, toHex } from "@tenten/protocol";
import { assetText, refusalWords } from "@tenten/wallet";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { z } from "zod";
import type { Accounts } from "./accounts/accounts.ts";
import { addAccountRoutes } from "./accounts/routes.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Pages } from "./pages.ts";
import { addVerifyingRoutes, type VerifyingRoutes } from "./verifying/routes.ts";

export type SwitchboardOptions = VerifyingRoutes & {
	/** how it is called, as `127.0.0.1:8080` */
	readonly host: string;
	readonly pages: Pages;
	readonly accounts: Accounts;
	readonly people: readonly Neighbour[];
	/** who asks for money, and of which operator */
	readonly shop: { readonly neighbour: Neighbour; readonly asset: AssetId };
};

const maximumBytes = 200_000;

const asked = {
	pay: z.strictObject({ link: z.string() }),
	/** minor units */
	ask: z.strictObject({ amount: z.string().regex(/^[1-9][0-9]{0,8}$/) }),
};

export function switchboard(options: SwitchboardOptions): Hono {
	const { host, pages, switches, accounts, people, shop } = options;
	const app = new Hono();
	app.use(cors({ origin: [pages.url], allowMethods: ["GET", "POST"], allowHeaders: ["content-type"] }));
	app.use(onlyFrom(pages.url, host));
	app.use(
		bodyLimit({ maxSize: maximumBytes, onError: (context) => context.json({ code: "too-large" }, 413) }),
	);
	app.onError((error, context) => {
		console.error(`switchboard: ${error.message}`);
		return context.json({ code: "internal" }, 500);
	});
	const town = async (context: Context) => context.json(await townNow(options));
	app.get("/town", town);
	for (const [path, turn] of [
		["/town/operators/off", () => switches.operatorsOff()],
		["/town/operators/on", () => switches.operatorsOn()],
		["/town/dark", () => switches.dark(pages)],
		["/town/light", () => switches.light(pages)],
	] as const)
		app.post(path, async (context) => {
			await turn();
			return town(context);
		});
	app.post("/town/people/:name/pay", async (context) => {
		const person = people.find(({ name }) => name === context.req.param("name"));
		const read = asked.pay.safeParse(await bodyOf(context));
		if (person === undefined) return context.json({ code: "not-found" }, 404);
		if (!read.success) return context.json({ code: "malformed" }, 400);
		const funds = await person.pay(read.data.link);
		return typeof funds === "string" ? context.json({ funds }) : refused(context, funds);
	});
	app.post("/town/shop/ask", async (context) => {
		const read = asked.ask.safeParse(await bodyOf(context));
		if (!read.success) return context.json({ code: "malformed" }, 400);
		const link = await shop.neighbour.ask(shop.asset, BigInt(read.data.amount));
		return typeof link === "string" ? context.json({ link }) : refused(context, link);
	});
	addAccountRoutes(app, accounts, switches);
	addVerifyingRoutes(app, options);
	return app;
}

/** A page whose name was made to lead here names another host; a page of elsewhere has another origin. */
function onlyFrom(origin: string, host: string): MiddlewareHandler {
	return async (context, next) => {
		const { req } = context;
		if (req.header("host") !== host) return context.json({ code: "host-unknown" }, 421);
		if (req.method === "GET") return next();
		if (req.header("origin") !== origin) return context.json({ code: "origin-unknown" }, 403);
		if (req.header("content-type") !== "application/json")
			return context.json({ code: "content-type-unknown" }, 415);
		return next();
	};
}

function bodyOf({ req }: Context): Promise<unknown> {
	return req.json().catch(() => undefined);
}

function refused(context: Context, { code, detail }: Refusal): Response {
	return context.json({ code, detail, words: refusalWords[code] }, 422);
}

/** As it is now: nothing of it is kept, and totals are counted from the operators' books. Amounts in minor units. */
async function townNow({ houses, pages, people }: SwitchboardOptions): Promise<object> {
	const operators = houses.map(async ({ issuer, asset, url, isRunning }) => {
		const { totals, broken } = await issuer.operator.audit(asset.code);
		const counted = Object.entries(totals).map(([name, amount]) => [name, String(amount)]);
		return {
			id: toHex(asset.operator),
			name: issuer.settings.name,
			url,
			isOn: isRunning,
			asset: assetText(asset),
			code: asset.code,
			totals: Object.fromEntries(counted),
			agree: broken.length === 0,
		};
	});
	return {
		operators: await Promise.all(operators),
		relay: { url: pages.relayUrl, isOn: pages.isRunning },
		people: people.map(({ name }) => name),
	};
}
