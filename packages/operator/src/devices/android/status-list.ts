/**
 * Which Android attestation certificates were revoked or suspended: Google's list
 * (https://android.googleapis.com/attestation/status), as the operator fetched it. It is JSON, signed by nobody and dated
 * by nobody: whoever fetches it by TLS says when.
 *
 *   { "entries": { "2c8cdddfd5e03bfc": { "status": "REVOKED", "reason": "KEY_COMPROMISE" } } }
 */
import { z } from "zod";
import { plainSerial } from "./certificate.ts";

export type AndroidStatusList = {
	/** unix seconds: when it was fetched */
	readonly asOf: number;
	/** hexadecimal, as `plainSerial` */
	readonly serials: ReadonlySet<string>;
};

const shape = z.object({
	entries: z.record(z.string().regex(/^[0-9a-fA-F]{1,64}$/), z.object({ status: z.string() })),
});

/** Serials that the list names, whatever it says of them: it names none that is good. Undefined where it is no such list. */
export function androidSerials(value: unknown): ReadonlySet<string> | undefined {
	const read = shape.safeParse(value);
	return read.success ? new Set(Object.keys(read.data.entries).map(plainSerial)) : undefined;
}
