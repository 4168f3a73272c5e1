/**
 * Who may ask an operator's server how often, and from which pages: flags of `tenten operator serve`.
 *
 * They are flags and no settings of the folder, because they belong to where a process runs: which proxy is in
 * front of it, which page it is asked from.
 */
import { type ClientRules, type Rate, usualRates } from "@tenten/operator";
import { BadInput } from "../bad-input.ts";

export type DoorFlags = {
	readonly rate?: readonly string[];
	readonly trustedProxy?: readonly string[];
	readonly origin?: readonly string[];
};

const usual = Object.entries(usualRates).map(([name, rate]) => `${name}=${rate.perSecond}/${rate.burst}`);

export const doorOptions: readonly (readonly [flags: string, meaning: string])[] = [
	[
		"--rate <class=often/burst...>",
		`requests of one client, a second and at once after a rest (default: ${usual.join(" ")})`,
	],
	[
		"--trusted-proxy <network...>",
		"proxies in front of it, as 10.0.0.0/8 or loopback: clients are whom they forward (default: none)",
	],
	[
		"--origin <origin...>",
		"web pages that may ask it from a browser, as https://wallet.example (default: none)",
	],
];

/** What a server is told. Networks and origins that are none are refused by it. */
export function doorsFrom({ rate = [], trustedProxy = [], origin = [] }: DoorFlags): {
	readonly clients: ClientRules;
	readonly origins: readonly string[];
} {
	const named = Object.fromEntries(rate.map(rateFrom));
	const clients = { rates: { ...usualRates, ...named }, trustedProxies: trustedProxy };
	return { clients, origins: origin };
}

function rateFrom(text: string): readonly [string, Rate] {
	const [, name = "", perSecond = "", burst = ""] =
		/^([a-z]+)=([0-9]{1,6}(?:\.[0-9]{1,3})?)\/([0-9]{1,6})$/.exec(text) ?? [];
	const isRate = Object.hasOwn(usualRates, name) && Number(perSecond) > 0 && Number(burst) > 0;
	if (!isRate) throw new BadInput(`--rate is one of ${usual.join(", ")}, with other numbers; not ${text}`);
	return [name, { perSecond: Number(perSecond), burst: Number(burst) }];
}
