/** The accounts of Mise Pay on the switchboard: what they hold, the till, the payer's app, and a switch for each system. */
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Switches } from "../switches.ts";
import type { Accounts } from "./accounts.ts";
import { systems } from "./parties.ts";

const asked = {
	/** minor units */
	ask: z.strictObject({ amount: z.string().regex(/^[1-9][0-9]{0,8}$/) }),
	read: z.strictObject({ link: z.string() }),
	/** `isInstead` of what is under way; `isSlow`: each message waits, from now on, so that one can watch */
	pay: z.strictObject({ link: z.string(), isInstead: z.boolean(), isSlow: z.boolean() }),
	otherwise: z.strictObject({ sale: z.string() }),
};

/** At this pace a person can follow the steps, and switch a system off between two of them. */
const slow_ms = 600;

export function addAccountRoutes(app: Hono, accounts: Accounts, switches: Switches): void {
	const now = async (context: Context) => context.json(await accounts.now());
	app.get("/town/accounts", now);
	app.post("/town/accounts/ask", async (context) => {
		const read = asked.ask.safeParse(await bodyOf(context));
		if (!read.success) return malformed(context);
		return context.json({ link: accounts.ask(BigInt(read.data.amount)) });
	});
	app.post("/town/accounts/read", async (context) => {
		const read = asked.read.safeParse(await bodyOf(context));
		if (!read.success) return malformed(context);
		const found = await accounts.read(read.data.link);
		return typeof found === "string" ? context.json({ code: found }, 422) : context.json(found);
	});
	app.post("/town/accounts/pay", async (context) => {
		const read = asked.pay.safeParse(await bodyOf(context));
		if (!read.success) return malformed(context);
		const { link, isInstead, isSlow } = read.data;
		accounts.parties.pause_ms = isSlow ? slow_ms : 0;
		const code = await accounts.pay(link, isInstead);
		return code === undefined ? now(context) : context.json({ code }, 422);
	});
	app.post("/town/accounts/otherwise", async (context) => {
		const read = asked.otherwise.safeParse(await bodyOf(context));
		if (!read.success) return malformed(context);
		const code = await accounts.paidOtherwise(read.data.sale);
		return code === undefined ? now(context) : context.json({ code }, 422);
	});
	for (const name of systems)
		for (const turn of ["on", "off"] as const)
			app.post(`/town/accounts/systems/${name}/${turn}`, async (context) => {
				await (turn === "on" ? switches.systemOn(name) : switches.systemOff(name));
				return now(context);
			});
}

function malformed(context: Context): Response {
	return context.json({ code: "malformed" }, 400);
}

function bodyOf({ req }: Context): Promise<unknown> {
	return req.json().catch(() => undefined);
}
