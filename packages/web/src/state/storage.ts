/** What the browser says of this page's storage: whether it may clear it by itself, and how full it is. */

export type Storage = {
	/** undefined where the browser does not say */
	readonly isPersisted: boolean | undefined;
	/** bytes; undefined where the browser does not say */
	readonly used: number | undefined;
	readonly room: number | undefined;
};

export async function storageNow(): Promise<Storage> {
	const { storage } = navigator;
	const estimate = await storage?.estimate?.();
	return { isPersisted: await storage?.persisted?.(), used: estimate?.usage, room: estimate?.quota };
}

/** Asks the browser to clear nothing by itself; what it is then. */
export async function askToPersist(): Promise<Storage> {
	await navigator.storage?.persist?.();
	return storageNow();
}
