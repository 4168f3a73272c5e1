/** Ids that begin with their time, as docs/spec/ledger.md advises. */
import type { Bytes } from "@tenten/protocol";
import { random } from "../../ecosystem.ts";

export function timedId(): Bytes {
	const id = random(32);
	const time = new DataView(new ArrayBuffer(8));
	time.setBigUint64(0, BigInt(Date.now()) << 16n);
	id.set(new Uint8Array(time.buffer, 0, 6));
	return id;
}
