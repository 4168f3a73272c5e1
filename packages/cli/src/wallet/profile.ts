/** What a wallet asks to be certified as, from flags. */
import type { AskedProfile } from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import type { Usage } from "../subcommand.ts";

export type ProfileFlags = {
	readonly merchant?: true;
	readonly class?: string;
	readonly merchantCategory?: string;
	readonly region?: string;
};

export const profileOptions: NonNullable<Usage["options"]> = [
	["--merchant", "as a merchant"],
	["--class <name>", "what kind of payee this is, e.g. person, shop, transit"],
	["--merchant-category <code>", "ISO 18245 code, e.g. 5812"],
	["--region <code>", "ISO 3166 code, e.g. JP-19"],
];

export function askedProfile(flags: ProfileFlags): AskedProfile {
	const { merchantCategory: category, merchant, region } = flags;
	if (category !== undefined && !/^[0-9]{4}$/.test(category))
		throw new BadInput("--merchant-category has four digits");
	return {
		role: merchant === true ? "merchant" : "holder",
		class: flags.class ?? (merchant === true ? "shop" : "person"),
		merchantCategory: category === undefined ? null : Number(category),
		region: region ?? null,
	};
}
