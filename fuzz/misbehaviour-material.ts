/** Of misbehaviour: files of every kind, with all that stands in them. */
import { type Bytes, serializeMisbehaviour } from "@tenten/protocol";
import { allCases } from "../packages/protocol/test/misbehaviour/support/cases.ts";

export async function misbehaviourMaterial(): Promise<readonly Bytes[]> {
	return Object.values(await allCases()).map(({ file }) => serializeMisbehaviour(file));
}
