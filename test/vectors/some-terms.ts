/** A condition of each kind there is, with as much in it as it may say, and a caveat. */
import type { Caveat, Condition } from "../../packages/protocol/src/index.ts";
import { alice, densha, now, tickets } from "./world.ts";

const none = { classes: null, merchantCategories: null, regions: null, operators: null, certificates: null };
export const everyCondition: readonly Condition[] = [
	{ kind: "notBefore", time: now },
	{ kind: "expires", time: now, atExpiry: "refund" },
	{ kind: "expires", time: now, atExpiry: "burn" },
	{ kind: "hopLimit", hops: 32 },
	{ kind: "transferCap", amount: 2n ** 63n - 1n },
	{ kind: "payees", ...none },
	{
		kind: "payees",
		classes: ["shop"],
		merchantCategories: [5411, 9999],
		regions: ["JP-13"],
		operators: [densha.id],
		certificates: [alice.certificate.hash],
	},
	{ kind: "purpose", purposes: ["books"] },
	{ kind: "resaleCap", asset: tickets, amount: 3n },
];
export const lifted: Caveat = { condition: { kind: "purpose", purposes: ["books"] }, liftedBy: "shop" };
