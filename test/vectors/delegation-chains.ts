/** Vectors of what a manager delegates under. */
import {
	type Bytes,
	decodeItem,
	delegationChain,
	type Item,
	serialize,
} from "../../packages/protocol/src/index.ts";
import { also, type Structure } from "./structure-cases.ts";
import { densha, must, type Person } from "./world.ts";

const chainTo = ({ signer, certificate }: Person): Bytes =>
	serialize(delegationChain, {
		operator: densha.id,
		to: signer.key,
		delegations: certificate.profile.responsible?.delegations ?? [],
	});

export function chainStructure(robot: Person, nested: Person): Structure {
	const [, , [firstLevel = null]] = must(decodeItem(chainTo(robot))) as [Item, Item, Item[]];
	return also(
		{
			name: "delegationChain",
			encodings: [
				["one delegation", chainTo(robot)],
				["two, the second by another suite", chainTo(nested)],
			],
		},
		["malformed", "no delegation", [2], []],
		["too-many", "no room for the device's own", [2], Array.from({ length: 4 }, () => firstLevel)],
	);
}
