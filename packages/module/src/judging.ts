/** What of an attempt paying and ruling know, for whoever shows it. */
import type { Judging } from "./attempts.ts";
import type { Core } from "./core.ts";
import { mayCancel } from "./paying.ts";
import { refundTimes } from "./ruling.ts";

export function judgingOf(core: Core): Judging {
	return {
		refundOf: (state) => refundTimes(core, state),
		mayCancel: (state) => mayCancel(core, state),
	};
}
