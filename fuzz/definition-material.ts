/** Asset definitions of a world's operator, as material. */
import { type Bytes, definitionDraft, serialize } from "@tenten/protocol";
import type { World } from "../packages/module/test/support/world.ts";
import {
	bodyOf,
	definitionOf,
	draftBy,
	threePeople,
} from "../packages/protocol/test/asset/support/people.ts";

export async function definitionMaterial(world: World): Promise<readonly Bytes[]> {
	const draft = await draftBy(bodyOf(world), await threePeople(world));
	return [
		await definitionOf(world),
		await definitionOf(world, { conditions: [{ kind: "hopLimit", hops: 3 }], version: 2 }),
		serialize(definitionDraft, draft),
	];
}
