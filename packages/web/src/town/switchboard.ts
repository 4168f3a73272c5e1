/**
 * The switchboard of the sandbox, as its page asks it (docs/adr/0046-switches-of-the-sandbox.md). It is on this
 * machine, whatever the address of the page says: only its port is read from there.
 */
type Operator = {
	readonly id: string;
	readonly name: string;
	readonly url: string;
	readonly isOn: boolean;
	readonly asset: string;
	/** of its asset, which has no decimal places */
	readonly code: string;
	/** minor units */
	readonly totals: Readonly<Record<"issued" | "redeemed" | "outstanding", string>>;
	/** whether the books agree */
	readonly agree: boolean;
};

export type Town = {
	readonly operators: readonly Operator[];
	readonly relay: { readonly url: string; readonly isOn: boolean };
	readonly people: readonly string[];
};

export type Switch = "operators/off" | "operators/on" | "dark" | "light";

const port = /^[0-9]{1,5}$/.exec(new URLSearchParams(location.search).get("switches") ?? "")?.[0] ?? "";
const address = `http://127.0.0.1:${port}/town`;

/** As it is now; undefined where no switchboard answers. */
export function look(): Promise<Town | undefined> {
	return asked<Town>(question());
}

export function turn(what: Switch): Promise<Town | undefined> {
	return post<Town>(what, {});
}

/** Has a person of the town pay what a link asks for; where the money is then. */
export async function havePaid(person: string, link: string): Promise<string | undefined> {
	return (await post<{ readonly funds: string }>(`people/${person}/pay`, { link }))?.funds;
}

/** A link by which the shop asks for so much, in minor units. */
export async function shopAsks(amount: bigint): Promise<string | undefined> {
	return (await post<{ readonly link: string }>("shop/ask", { amount: String(amount) }))?.link;
}

/** What is asked without changing anything. */
export function question(path?: string): Promise<Response> {
	return fetch(path === undefined ? address : `${address}/${path}`);
}

/** Has something done; undefined where it was not, or nobody answers. */
export function post<T>(path: string, body: object): Promise<T | undefined> {
	return asked<T>(send(path, body));
}

/** Asks for something to be done; the answer as it comes. */
export function send(path: string, body: object): Promise<Response> {
	const headers = { "content-type": "application/json" };
	return fetch(`${address}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

export async function asked<T>(asking: Promise<Response>): Promise<T | undefined> {
	try {
		const answer = await asking;
		return answer.ok ? ((await answer.json()) as T) : undefined;
	} catch {
		return undefined;
	}
}
