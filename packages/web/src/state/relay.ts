/** The relay at which this wallet can be reached: one that a person agreed to, or the sandbox's. */
import { givenRelay, walletName } from "./address.ts";
import { isRelay } from "./given.ts";

const preference = `tenten-relay-${walletName}`;

/** Undefined where there is none. */
export function relay(): string | undefined {
	return givenRelay.isOwn ? givenRelay.url : localStorage.getItem(preference) || undefined;
}

/** Where a request may say that its payer finds this wallet. */
export function reachedAt(): { readonly relay?: string } {
	const url = relay();
	return url === undefined ? {} : { relay: url };
}

/** From now on, and none where the address is empty; false where nobody can be reached at it. */
export function keepRelay(url: string): boolean {
	const isUsable = url === "" || isRelay(url);
	if (isUsable) localStorage.setItem(preference, url);
	return isUsable;
}
