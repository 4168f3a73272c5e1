/** What an app remembers beside money: small texts by name, none of them secret but what is sealed. */
export type SettingStore = {
	readonly get: (name: string) => Promise<string | undefined>;
	/** durable when it resolves; null forgets it */
	readonly set: (name: string, value: string | null) => Promise<void>;
};

export function memorySettings(): SettingStore {
	const settings = new Map<string, string>();
	return {
		get: async (name) => settings.get(name),
		set: async (name, value) => {
			if (value === null) settings.delete(name);
			else settings.set(name, value);
		},
	};
}
