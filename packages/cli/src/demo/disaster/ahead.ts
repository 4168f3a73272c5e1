/**
 * Loaded before a command of the story (`node --import`): its clock is ahead of the machine's by as many seconds as
 * `TENTEN_DEMO_AHEAD_S` says. Programs read the time off their machine, and three days cannot be waited for.
 */

/** What to load. */
export const aheadProgram: string = import.meta.filename;

/** whole seconds; nothing is changed without */
export const aheadVariable = "TENTEN_DEMO_AHEAD_S";

const said = process.env[aheadVariable];
if (said !== undefined) goAhead(1_000 * Number(said));

function goAhead(ahead_ms: number): void {
	if (!Number.isSafeInteger(ahead_ms)) throw new Error(`${aheadVariable} says by how many seconds`);
	const MachineDate = Date;
	const shifted = (): number => MachineDate.now() + ahead_ms;
	globalThis.Date = new Proxy(MachineDate, {
		construct: (machine, given: unknown[]) =>
			Reflect.construct(machine, given.length === 0 ? [shifted()] : given) as Date,
		get: (machine, name) => (name === "now" ? shifted : Reflect.get(machine, name)),
	});
}
