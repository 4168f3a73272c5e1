/** What whoever runs an operator says about its webhooks, and what holds where they say nothing. */
import type { Bytes } from "@tenten/protocol";
import { httpPost, type Post } from "./post.ts";

export type WebhookSettings = {
	/** 32 bytes from which the secrets of all endpoints follow: kept beside the keys, never in the database */
	readonly secret: Bytes;
	/** endpoints may be in the operator's own network: private addresses, and HTTP without TLS */
	readonly isNetworkTrusted: boolean;
	/** for one attempt, from the connection to the end of the answer */
	readonly attempt_ms: number;
	/** attempts at once, of one endpoint in one process */
	readonly atOnce: number;
	/** seconds after which an event that nobody takes is given up */
	readonly giveUpAfter: number;
	/** seconds of nothing but failures after which an endpoint is disabled */
	readonly disableAfter: number;
	/** seconds that events and their deliveries are kept */
	readonly keepFor: number;
	/** how what is to be sent gets there */
	readonly post: Post;
};

const day = 86_400;

const usualSettings: Omit<WebhookSettings, "secret" | "post"> = {
	isNetworkTrusted: false,
	attempt_ms: 15_000,
	atOnce: 4,
	giveUpAfter: 3 * day,
	disableAfter: 5 * day,
	keepFor: 30 * day,
};

/** Seconds for which a taken delivery is its taker's: longer than any attempt. */
export const lease = 60;

/** Where no secret is given, it is drawn when it is first needed, and is another after the next start. */
export function settingsOf({
	webhooks = {},
	entropy,
}: {
	readonly webhooks?: Partial<WebhookSettings>;
	readonly entropy: (length: number) => Bytes;
}): WebhookSettings {
	const settings = { ...usualSettings, ...webhooks };
	let drawn: Bytes | undefined = webhooks.secret;
	return {
		...settings,
		post: webhooks.post ?? httpPost(settings.isNetworkTrusted),
		get secret() {
			drawn ??= entropy(32);
			return drawn;
		},
	};
}
