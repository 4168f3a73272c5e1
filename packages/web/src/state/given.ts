/**
 * What an address chooses for the person who opened it. Anybody can write a link into a wallet: whom it joins and
 * where it is reached is taken unasked only where page and target are on this machine, as in the sandbox. What another
 * link names is put into a field, where it is seen, and counts once the person agreed.
 */

export type Given = {
	/** empty where nothing usable is named */
	readonly url: string;
	/** nobody needs to agree to it */
	readonly isOwn: boolean;
};

/** An invitation has room for this. */
const writable = /^[!-~]{1,256}$/;

/** Which wallet of this origin the address of a page opens. */
export type NamedWallet = {
	readonly name: string;
	/** it is the one that opens without a name, or the sandbox's: any other may be a stranger's wish, and is told */
	readonly isOwn: boolean;
};

const usual = "wallet";

export function namedWallet(page: string): NamedWallet {
	const asked = read(page)?.searchParams.get("wallet") ?? "";
	const name = /^[\w-]{1,32}$/.test(asked) ? asked : usual;
	const proposed = (["operator", "relay"] as const).map((each) => given(page, each));
	const isFromHere = isHere(page) && proposed.every(({ url, isOwn }) => url === "" || isOwn);
	return { name, isOwn: name === usual || isFromHere };
}

/** The operator or relay that the address of a page names. */
export function given(page: string, name: "operator" | "relay"): Given {
	const url = read(page)?.searchParams.get(name) ?? "";
	if (name === "relay" && !isRelay(url)) return { url: "", isOwn: false };
	return { url, isOwn: isHere(page) && isHere(url) };
}

/** Whether a wallet can be reached at an address: over TLS, or on this machine. */
export function isRelay(url: string): boolean {
	const protocol = read(url)?.protocol;
	return writable.test(url) && (protocol === "wss:" || (protocol === "ws:" && isHere(url)));
}

/** The URL's parser writes every spelling of an address of this machine as one of these. */
function isHere(url: string): boolean {
	const { protocol = "", hostname = "" } = read(url) ?? {};
	return /^(https?|wss?):$/.test(protocol) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function read(url: string): URL | undefined {
	return URL.canParse(url) ? new URL(url) : undefined;
}

/** The wallet's page beside any page of ours, where links lead; undefined where `tenten:` is understood everywhere. */
export function walletPage(page: string): string | undefined {
	const { protocol, href } = new URL("./", page);
	return protocol === "https:" ? href : undefined;
}
