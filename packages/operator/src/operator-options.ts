/** What an operator is opened with. */
import type { DatabaseSync } from "node:sqlite";
import type { Bytes, Verify } from "@tenten/protocol";
import type { OperatorKeys, OperatorPolicy } from "./context.ts";
import type { CrossingSettings } from "./crossing/crossings.ts";
import type { JudgePoolOptions } from "./judging/pool.ts";
import type { KeyVault } from "./key-ring.ts";
import { isPostgresUrl } from "./store/open-store.ts";
import type { StoreOptions } from "./store/store.ts";
import type { WebhookSettings } from "./webhooks/settings.ts";

export type OperatorOptions = {
	/** a file, `:memory:`, an SQLite database that is open already and reads integers as bigint, or `postgres://…` */
	readonly database: string | DatabaseSync;
	readonly keys: OperatorKeys;
	readonly policy: OperatorPolicy;
	readonly verify: Verify;
	/** unix seconds */
	readonly now: () => number;
	/** this many random bytes */
	readonly entropy: (length: number) => Bytes;
	readonly store?: StoreOptions;
	/** how often it was started before, as far as whoever keeps its keys knows: an older database is refused */
	readonly startsBefore?: number;
	/**
	 * `together`, and if left out: claims that wait together are taken in one transaction. `alone`: each token in
	 * the long way of `claims.ts`, as an engine wants that shards by issue.
	 */
	readonly claims?: "together" | "alone";
	/** how many threads judge claims, or which; 0, and if left out, this one does, one claim after another */
	readonly threads?: number | JudgePoolOptions;
	/** its secret is made anew at each start where left out */
	readonly webhooks?: Partial<WebhookSettings>;
	/** whose logs and witnesses count in payments across operators; without it none begins */
	readonly crossings?: CrossingSettings;
	/** makes the keys that take the place of `keys`; without it none is rotated */
	readonly vault?: KeyVault;
};

/** The file of an SQLite store that others may open beside it. */
export function fileOf(database: string | DatabaseSync): string | null {
	return typeof database === "string" && database !== ":memory:" && !isPostgresUrl(database)
		? database
		: null;
}
