/**
 * Traits: what worlds have had only since some time. Each draws from a stream of its own, so a seed that was found
 * before one was there is, without it, the world that it was.
 */
export type Trait = "slander" | "terms" | "reserve" | "askers" | "backups" | "meters";

export const traits: readonly Trait[] = ["slander", "terms", "reserve", "askers", "backups", "meters"];
