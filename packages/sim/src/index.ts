/** @tenten/sim: its public surface. */
export { type Suite, suites } from "./cryptography.ts";
export { type KeptSeed, keepSeed, keptSeeds } from "./kept-seeds.ts";
export { type FoundViolation, type Payments, runSeed, type SeedOptions, type SeedResult } from "./run.ts";
export { type SimulationOptions, type SimulationReport, simulate } from "./simulate.ts";
export { type Trait, traits } from "./trait.ts";
