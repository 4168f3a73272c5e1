/** Refusals of appeals against a freeze. */
import type { RefusalCode } from "@tenten/protocol";

/** What is wrong with an appeal itself; what is wrong with its token, or with how it is written, is `malformed` to its sender. */
export const appealRefusals = [
	"too-large",
	"too-deep",
	"asset-unknown",
	"authority-unknown",
	"signature-invalid",
	"lock-pending",
	"owner-mismatch",
	"freeze-unknown",
	"appeal-closed",
] as const satisfies readonly RefusalCode[];
