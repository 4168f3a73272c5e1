/**
 * Appending to a log: entries in, tiles and checkpoints out.
 *
 *     append ─▶ kept in SQLite, synced ─▶ acknowledged, with its place
 *                     │
 *     integrate ─▶ tiles and bundles written, synced ─▶ checkpoint signed ─▶ it replaces the smaller one, and what
 *                  it covers leaves what waits, in one transaction ─▶ the file `checkpoint`
 *
 * What is asked at the same time is kept by one commit. One round of integration is under way at a time. Where any
 * write fails, what is durable is not known, and the log takes nothing more until it is opened again. Opening finds
 * the last checkpoint's root again from its tiles, and goes on with what waits.
 */
import { join } from "node:path";
import {
	type Bytes,
	checkpointText,
	emptyRoot,
	entryBytes,
	equalBytes,
	isRefusal,
	joinSignatures,
	leafHash,
	type NoteSignature,
	parseNote,
	type Refusal,
	refuse,
	type Signer,
	signNote,
	type TreeEdge,
	tilePath,
	tileWidth,
	writeEntries,
	writeNote,
	writeTile,
} from "@tenten/protocol";
import { LogEnd, type LogIdentity } from "./end.ts";
import { readWhole, removeFolder, writeFiles } from "./files.ts";
import { LogReader } from "./reader.ts";
import { type Published, publicFolder, type Recovered, recovered } from "./recovering.ts";
import { folderSource } from "./source.ts";

/** Entries of one round: a thread hashes them in a tenth of a second. */
const roundMost = 16_384;

export type LogOptions = {
	/** bytes that may wait for a checkpoint; more are `overloaded` */
	readonly waitingBytes?: number;
	/** called before and after each durable write; for tests, which end the process there */
	readonly failPoint?: (step: string) => void;
};

type Asked = {
	readonly entries: readonly Bytes[];
	readonly resolve: (first: number) => void;
	readonly reject: (error: unknown) => void;
};

/** The file that is not served, in the folder of a log. */
const endFile = (folder: string): string => join(folder, "end.sqlite");

export class LogWriter {
	readonly #folder: string;
	readonly #end: LogEnd;
	readonly #origin: string;
	readonly #signer: Signer;
	readonly #options: Required<LogOptions>;
	readonly #edge: TreeEdge;
	/** entries of the last, partial bundle */
	#bundle: Bytes[];
	/** kept, and under no checkpoint yet */
	readonly #waiting: Bytes[];
	#waitingBytes = 0;
	#head: Published;
	/** the checkpoint that the file shows */
	#shown: Bytes;
	#shownSize: number;
	#asked: Asked[] = [];
	#round: Promise<unknown> = Promise.resolve();
	#failure: unknown;
	#isClosed = false;

	private constructor(folder: string, end: LogEnd, signer: Signer, options: LogOptions, state: Recovered) {
		this.#folder = folder;
		this.#end = end;
		this.#signer = signer;
		this.#options = { waitingBytes: 64 * 2 ** 20, failPoint: () => undefined, ...options };
		this.#origin = state.origin;
		this.#edge = state.edge;
		this.#head = state.head;
		[this.#shown, this.#shownSize] = [state.head.note, state.head.size];
		this.#bundle = [...state.bundle];
		this.#waiting = [...state.waiting];
		this.#waitingBytes = state.waiting.reduce((sum, { length }) => sum + length, 0);
	}

	/**
	 * Begins a log in a folder that is there: of `origin`, which its signatures name, too. `state-damaged` where the
	 * folder holds one already.
	 */
	static async begin(
		folder: string,
		origin: string,
		signer: Signer,
		options: LogOptions = {},
	): Promise<LogWriter | Refusal> {
		const end = LogEnd.open(endFile(folder));
		if (isRefusal(end)) return end;
		const published = await readWhole(join(publicFolder(folder), "checkpoint"), 2 ** 20);
		if (end.begun() !== undefined || published !== undefined) {
			end.close();
			return refuse("state-damaged", `${folder} holds a log already`);
		}
		const text = checkpointText({ origin, size: 0, root: emptyRoot });
		const note = writeNote({ text, signatures: [await signNote(text, origin, signer)] });
		end.begin({ origin, publicKey: signer.key.bytes }, note);
		end.close();
		return LogWriter.open(folder, signer, options);
	}

	/**
	 * Opens a log to append to it. `log-in-use` while another process has; `key-refused` where it is another key's;
	 * `state-damaged` where what is stored does not fit together.
	 */
	static async open(folder: string, signer: Signer, options: LogOptions = {}): Promise<LogWriter | Refusal> {
		const end = LogEnd.open(endFile(folder));
		if (isRefusal(end)) return end;
		const state = await recovered(folder, end, signer.key.bytes);
		if (!isRefusal(state)) return new LogWriter(folder, end, signer, options, state);
		end.close();
		return state;
	}

	/** The newest checkpoint. */
	get published(): Published {
		return this.#head;
	}

	/** Whose log it is. */
	get identity(): LogIdentity {
		return { origin: this.#origin, publicKey: this.#signer.key.bytes };
	}

	/** Entries with a place, those that wait for a checkpoint among them. */
	get size(): number {
		return this.#head.size + this.#waiting.length;
	}

	/**
	 * Takes entries in their order, side by side; once it returns they are durable, and theirs are the places from
	 * `first` on. `too-large` where one is, `overloaded` where too much waits; then none of them is taken.
	 */
	async append(entries: readonly Bytes[]): Promise<{ readonly first: number } | Refusal> {
		this.#mustWork();
		if (entries.some(({ length }) => length > entryBytes))
			return refuse("too-large", `an entry has at most ${entryBytes} bytes`);
		const bytes = entries.reduce((sum, { length }) => sum + length, 0);
		if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#options.waitingBytes)
			return refuse("overloaded", "entries wait for a checkpoint");
		this.#waitingBytes += bytes;
		const first = await new Promise<number>((resolve, reject) => {
			if (this.#asked.length === 0) setImmediate(() => this.#keep());
			this.#asked.push({ entries: entries.map((entry) => entry.slice()), resolve, reject });
		});
		return { first };
	}

	/** One commit for all that was asked since the last. */
	#keep(): void {
		const asked = this.#asked;
		this.#asked = [];
		const from = this.size;
		const entries = asked.flatMap((each) => each.entries);
		try {
			this.#mustWork();
			this.#options.failPoint("before entries");
			this.#end.keep(from, entries);
			this.#options.failPoint("after entries");
		} catch (error) {
			this.#failure ??= error;
			for (const { reject } of asked) reject(error);
			return;
		}
		for (const entry of entries) this.#waiting.push(entry);
		let first = from;
		for (const each of asked) {
			each.resolve(first);
			first += each.entries.length;
		}
	}

	/** Brings all that waits under a checkpoint, and publishes it: the newest, also where nothing waits. */
	integrate(): Promise<Published> {
		return this.#inTurn(async () => {
			for (let target = this.size; this.#head.size < target; ) await this.#integrateSome();
			if (!equalBytes(this.#shown, this.#head.note)) await this.#publish(this.#head.note);
			return this.#head;
		});
	}

	/** As `integrate`, of a checkpoint that is shown to nobody yet: until `show`, or the next `integrate`. */
	integrateQuietly(): Promise<Published> {
		return this.#inTurn(async () => {
			for (let target = this.size; this.#head.size < target; ) await this.#integrateSome(false);
			return this.#head;
		});
	}

	/**
	 * Publishes an earlier checkpoint of this log with cosignatures, which the caller has verified, unless a larger one
	 * is shown already: whoever opens this log again shows its newest.
	 */
	show({ size, note }: Pick<Published, "size" | "note">): Promise<void> {
		return this.#inTurn(async () => {
			if (size > this.#head.size) throw new Error("a checkpoint that this log has not");
			if (size >= this.#shownSize) await this.#publish(note, size);
		});
	}

	/** After all that was begun before; what fails here is the last that this log does. */
	#inTurn<T>(write: () => Promise<T>): Promise<T> {
		const round = this.#round.then(async () => {
			this.#mustWork();
			try {
				return await write();
			} catch (error) {
				this.#failure ??= error;
				throw error;
			}
		});
		this.#round = round.catch(() => undefined);
		return round;
	}

	async #integrateSome(isShown = true): Promise<void> {
		const entries = this.#waiting.slice(0, roundMost);
		const { files, filled } = this.#grow(entries);
		const { failPoint } = this.#options;
		failPoint("before tiles");
		await writeFiles(publicFolder(this.#folder), files);
		failPoint("after tiles");
		const { size } = this.#edge;
		const root = this.#edge.root();
		const text = checkpointText({ origin: this.#origin, size, root });
		const note = writeNote({ text, signatures: [await signNote(text, this.#origin, this.#signer)] });
		failPoint("before checkpoint");
		this.#end.advance({ size, note });
		failPoint("after checkpoint");
		this.#waiting.splice(0, entries.length);
		this.#waitingBytes -= entries.reduce((sum, { length }) => sum + length, 0);
		this.#head = { size, root, note };
		if (isShown) await this.#publish(note);
		for (const path of filled) await removeFolder(join(publicFolder(this.#folder), `${path}.p`));
	}

	/** The files that some entries make and change, and the paths of tiles and bundles that are full now. */
	#grow(entries: readonly Bytes[]): { files: ReadonlyMap<string, Bytes>; filled: readonly string[] } {
		const files = new Map<string, Bytes>();
		const filled: string[] = [];
		for (const entry of entries) {
			this.#bundle.push(entry);
			for (const { place, hashes } of this.#edge.append(leafHash(entry))) {
				filled.push(tilePath(place));
				files.set(tilePath(place), writeTile(hashes));
			}
			if (this.#bundle.length < tileWidth) continue;
			const place = { level: "entries", index: this.#edge.size / tileWidth - 1, width: tileWidth } as const;
			filled.push(tilePath(place));
			files.set(tilePath(place), writeEntries(this.#bundle));
			this.#bundle = [];
		}
		for (const { place, hashes } of this.#edge.partial()) files.set(tilePath(place), writeTile(hashes));
		if (this.#bundle.length > 0) {
			const index = Math.floor(this.#edge.size / tileWidth);
			const place = { level: "entries", index, width: this.#bundle.length } as const;
			files.set(tilePath(place), writeEntries(this.#bundle));
		}
		return { files, filled };
	}

	/**
	 * Publishes the newest checkpoint with these cosignatures, which the caller has verified, and which took the place
	 * of older ones of the same keys. False where a larger checkpoint came meanwhile.
	 */
	cosign(size: number, cosignatures: readonly NoteSignature[]): Promise<boolean> {
		return this.#inTurn(async () => {
			const note = parseNote(this.#head.note);
			if (isRefusal(note) || this.#head.size !== size) return false;
			const signatures = joinSignatures(note.signatures, cosignatures);
			this.#head = { ...this.#head, note: writeNote({ text: note.text, signatures }) };
			this.#end.cosign(this.#head);
			await this.#publish(this.#head.note);
			return true;
		});
	}

	async #publish(note: Bytes, size = this.#head.size): Promise<void> {
		this.#options.failPoint("before publishing");
		await writeFiles(publicFolder(this.#folder), new Map([["checkpoint", note]]));
		[this.#shown, this.#shownSize] = [note, size];
		this.#options.failPoint("after publishing");
	}

	/** How far anchors are (`anchors.ts`). */
	anchored(name: string): number {
		return this.#end.anchored(name);
	}

	setAnchored(name: string, size: number): void {
		if (!this.#isClosed) this.#end.setAnchored(name, size);
	}

	/** A reader of what is under the newest checkpoint, or an earlier one of this size. */
	reader(size: number = this.#head.size): LogReader {
		return new LogReader(folderSource(publicFolder(this.#folder)), size);
	}

	/** The folder that is served. */
	get publicFolder(): string {
		return publicFolder(this.#folder);
	}

	#mustWork(): void {
		if (this.#isClosed) throw new Error("this log is closed");
		if (this.#failure !== undefined)
			throw new Error("a write failed: what is durable is not known until this log is opened again", {
				cause: this.#failure,
			});
	}

	/** Ends after what is under way; what waits is there when it is opened again. */
	async close(): Promise<void> {
		if (this.#isClosed) return;
		await this.#round;
		while (this.#asked.length > 0) await new Promise((resolve) => setImmediate(resolve));
		this.#isClosed = true;
		this.#end.close();
	}
}
