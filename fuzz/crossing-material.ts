/** Of payments across operators: files of outcomes, with all that stands in them. */
import { type Bytes, serializeOutcome } from "@tenten/protocol";
import { outcomes } from "../packages/protocol/test/crossing/support/outcomes.ts";

export async function crossingMaterial(): Promise<readonly Bytes[]> {
	const { files } = await outcomes();
	return Object.values(files).map(serializeOutcome);
}
