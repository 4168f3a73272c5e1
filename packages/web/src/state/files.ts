/** Files to and from a person: saved where the browser saves what it loads, read from where the person says. */

/** Has the browser save a file. */
export function saveFile(bytes: Uint8Array, name: string, type: string): void {
	const address = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type }));
	const link = document.createElement("a");
	link.href = address;
	link.download = name;
	link.click();
	// The browser has begun to read by the next task, and keeps what it reads.
	setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The bytes of a file; undefined where it is longer than `most`, which is not read at all. */
export async function readFile(file: File, most: number): Promise<Uint8Array | undefined> {
	return file.size > most ? undefined : new Uint8Array(await file.arrayBuffer());
}
