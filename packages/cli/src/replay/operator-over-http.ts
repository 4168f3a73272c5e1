/**
 * An operator in a process of its own, asked over HTTP by the clients that wallets and people use.
 *
 * A deposit that is not answered in time is sent again under its own name, and counts once.
 */
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { toHex } from "@tenten/protocol";
import { httpOperatorClient } from "@tenten/wallet";
import { Line } from "../ipc-line.ts";
import { IssuerClient, isProblem } from "../server/issuer-client.ts";
import type { Audited, DrivenOperator, OperatorTerms } from "./driven-operator.ts";
import { type OperatorProcessMethods, operatorProgram } from "./operator-process.ts";

/** A count of all books on a busy machine is to be waited for. */
const timeout_ms = 300_000;

export async function openDrivenOverHttp(terms: OperatorTerms): Promise<DrivenOperator> {
	const child = fork(operatorProgram, [], {
		serialization: "advanced",
		stdio: ["ignore", "ignore", "inherit", "ipc"],
	});
	const line = new Line<OperatorProcessMethods>(child, {});
	const ended = once(child, "exit").then(([status, signal]) => line.end(`ended with ${signal ?? status}`));
	const { id, url, apiKey } = await line.call("start", terms);
	const { code } = terms.asset;
	const books = new IssuerClient({ url, bearer: apiKey, timeout_ms });
	return {
		id,
		wallets: httpOperatorClient({ url, timeout_ms }),
		setClock: (now) => line.call("setClock", now),
		deposit: async (account, amount) => {
			expected(await books.deposit(toHex(account), code, amount, randomUUID()));
		},
		balance: (account) => line.call("balance", { account, code }),
		audit: async () => auditedBy(books, code),
		close: async () => {
			if (child.connected) await line.call("stop", null);
			await ended;
		},
	};
}

async function auditedBy(books: IssuerClient, code: string): Promise<Audited> {
	const told = expected(await books.totals()).find(({ asset }) => asset === code);
	if (told === undefined) throw new Error(`the operator says nothing of ${code}`);
	const totals = Object.entries(told.totals).map(([name, { value }]) => [name, BigInt(value)]);
	return { totals: Object.fromEntries(totals), broken: told.broken };
}

/** Nothing that a replay asks for is refused, or it is a bug. */
function expected<T extends object>(answer: T): Exclude<T, { readonly kind: "problem" }> {
	if (isProblem(answer)) throw new Error(`the operator refused: ${answer.code} ${answer.detail}`);
	return answer as Exclude<T, { readonly kind: "problem" }>;
}
