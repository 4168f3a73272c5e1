/** What wallets say of the signed lists that they hold, and hand on. */
import { type Bytes, serializeListMessage } from "@tenten/protocol";
import { statusList } from "../packages/module/test/support/status-lists.ts";
import type { World } from "../packages/module/test/support/world.ts";

/** Of three kinds of lists, of which it holds one each. */
export function heldLists({ operator: { id: operator }, now }: World): Bytes {
	return serializeListMessage({
		kind: "held",
		answers: true,
		lists: [
			{ list: "trustList", operator, number: 0, mark: 1 },
			{ list: "freezeList", operator, number: 0, mark: 3 },
			{ list: "statusList", operator, number: 2, mark: now - 9 },
		],
	});
}

export async function listMaterial(world: World): Promise<readonly Bytes[]> {
	const encoded = await statusList(world, { suspended: [2] });
	return [
		heldLists(world),
		serializeListMessage({ kind: "handed", list: "statusList", encoded }),
		serializeListMessage({ kind: "handed", list: "trustList", encoded: world.encodedList }),
	];
}
