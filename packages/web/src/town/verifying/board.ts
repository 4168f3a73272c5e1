/** How the operators verify each other, as the switchboard tells it, and what is done to see it (docs/adr/0067). */
import type { Words } from "@tenten/wallet/page";
import type { PeerStanding } from "../../peers/standing.ts";
import { asked, post, question, send } from "../switchboard.ts";

export type Verifying = {
	readonly witnesses: readonly Witness[];
	/** titles of operators and keys of their logs, by the operators' ids */
	readonly logs: Readonly<Record<string, { readonly title: string; readonly key: string }>>;
	readonly newcomer: { readonly title: string; readonly hasCheated: boolean } | null;
	/** minor units that the kiosk has taken */
	readonly taken: string;
};

type Witness = {
	readonly name: string;
	/** of the operator whose witness it is */
	readonly title: string;
	readonly url: string;
	readonly isOn: boolean;
	/** unix seconds by its clock, and what it sees; null where it does not answer */
	readonly now: number | null;
	readonly peers: readonly PeerStanding[] | null;
};

export type Act = "drill" | "newcomer/arrive" | "newcomer/cheat" | "newcomer/leave";

export function lookAtVerifying(): Promise<Verifying | undefined> {
	return asked<Verifying>(question("verifying"));
}

export function have(what: Act): Promise<Verifying | undefined> {
	return post<Verifying>(`verifying/${what}`, {});
}

export function turnOperator(name: string, how: "on" | "off"): Promise<Verifying | undefined> {
	return post<Verifying>(`verifying/${name}/${how}`, {});
}

/** Aoi buys at the kiosk: how all stands then, or why it was not taken; undefined where nobody answers. */
export async function buyAtKiosk(): Promise<Verifying | { readonly words: Words } | undefined> {
	try {
		const answer = await send("verifying/kiosk", {});
		return (await answer.json()) as Verifying | { readonly words: Words };
	} catch {
		return undefined;
	}
}
