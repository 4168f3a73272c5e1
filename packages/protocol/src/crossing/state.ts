/** What stands of a transfer in the state maps of both sides, under its id. */
import { type Bytes, bytes32, enumeration, nullable, record, type TypeOf } from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";

export const crossingState = record({
	/** its id */
	transfer: bytes32,
	/** the source's three, then the destination's */
	state: enumeration({ locked: 1, committed: 2, returned: 3, reserved: 4, credited: 5, voided: 6 }),
	/** the secret, of what is committed or credited */
	release: nullable(bytes32),
});
export type CrossingState = TypeOf<typeof crossingState>;

/** The value that a state map has. */
export function stateValue(state: CrossingState): Bytes {
	return taggedHash("crossing-state", crossingState.write(state));
}
