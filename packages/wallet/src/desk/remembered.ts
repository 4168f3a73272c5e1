/** What the desk remembers beside money, as JSON in settings of its own. */
import type { SettingStore } from "../store/settings.ts";

/** One remembered value, in memory and, whenever it changes, in its setting. */
export class Remembered<T> {
	readonly #settings: SettingStore;
	readonly #name: string;
	#text: string | undefined;
	value: T;

	private constructor(settings: SettingStore, name: string, text: string | undefined, value: T) {
		this.#settings = settings;
		this.#name = name;
		this.#text = text;
		this.value = value;
	}

	static async open<T>(settings: SettingStore, name: string, otherwise: T): Promise<Remembered<T>> {
		const text = await settings.get(name);
		return new Remembered(settings, name, text, text === undefined ? otherwise : (JSON.parse(text) as T));
	}

	/** Durable when it resolves; costs nothing where it is the same. */
	async set(value: T): Promise<void> {
		this.value = value;
		const text = JSON.stringify(value);
		if (text === this.#text) return;
		// Before it is durable: what is set meanwhile is compared with this, and written after it.
		this.#text = text;
		try {
			await this.#settings.set(this.#name, text);
		} catch (error) {
			this.#text = undefined;
			throw error;
		}
	}
}

/** What a record holds under a key that others may have chosen: never what every object has, such as `__proto__`. */
export function heldUnder<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
	return Object.hasOwn(record, key) ? record[key] : undefined;
}
