/** Waiting for processes that go their own way. */
import { setTimeout as pause } from "node:timers/promises";

/** milliseconds for six processes to come to something, on a busy machine */
const patience_ms = 60_000;

/** What `look` gives, once it gives something; it is asked again and again. Throws where that takes too long. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
	for (const end_ms = Date.now() + patience_ms; ; await pause(200)) {
		const found = await look();
		if (found !== undefined) return found;
		if (Date.now() > end_ms) throw new Error(`it did not come to this: ${what}`);
	}
}
