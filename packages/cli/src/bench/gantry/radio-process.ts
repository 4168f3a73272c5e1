/**
 * The radio of `bench gantry` as a process of its own: whatever cars and tolls compute, its clock ends a contact when
 * it is over. It ends with its parent.
 */
import { type Handlers, Line } from "../../ipc-line.ts";
import { type Air, type Contact, openContact } from "./radio.ts";

export type RadioMethods = {
	/** Opens a contact: its number, and where each of the tolls is reached. */
	readonly open: (input: { readonly tolls: readonly string[]; readonly air: Air }) => Promise<{
		readonly contact: number;
		readonly urls: readonly string[];
	}>;
	/** Resolves when that contact is over; how many frames arrived. */
	readonly over: (contact: number) => Promise<number>;
};

/** What to start as a child process. */
export const radioProgram: string = import.meta.filename;

if (import.meta.main) serveRadio();

function serveRadio(): void {
	const contacts = new Map<number, Contact>();
	let opened = 0;
	const methods: RadioMethods = {
		open: async ({ tolls, air }) => {
			const contact = opened++;
			const made = await openContact(tolls, air);
			contacts.set(contact, made);
			return { contact, urls: made.urls };
		},
		over: async (contact) => {
			const frames = (await contacts.get(contact)?.over) ?? 0;
			contacts.delete(contact);
			return frames;
		},
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
