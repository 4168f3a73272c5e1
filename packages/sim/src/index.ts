/** @tenten/sim: its public surface. */
export { Chance } from "./chance.ts";
export { type Suite, suites } from "./cryptography.ts";
export { type KeptSeed, keepSeed, keptSeeds } from "./kept-seeds.ts";
export { accountFlow } from "./matrix/account-flow.ts";
export { type Cell, type Fault, faults } from "./matrix/cell.ts";
export { flows } from "./matrix/flows.ts";
export { type Fate, Injection } from "./matrix/injection.ts";
export type { Verdict } from "./matrix/judge.ts";
export { allCells, hashOf, type RanCell, runCell, runVirtually } from "./matrix/matrix.ts";
export type { Flow, Message, Party } from "./matrix/party.ts";
export { Recorder } from "./matrix/recorder.ts";
export { type CellTrace, type State, statesOf, type TraceEvent } from "./matrix/trace.ts";
export { beginning_ms, randomOf } from "./matrix/virtual-world.ts";
export { type FoundViolation, type Payments, runSeed, type SeedOptions, type SeedResult } from "./run.ts";
export { messagesToSystems, type RailLoad, runRailLoad } from "./scale/rail-load.ts";
export { runTown, type TownReport } from "./scale/town.ts";
export { type SimulationOptions, type SimulationReport, simulate } from "./simulate.ts";
export { type Trait, traits } from "./trait.ts";
