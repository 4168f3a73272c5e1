/** Files in the folder of a witness: two keys, sealed, and what each has signed. */
import { join } from "node:path";

/** of checkpoints: its key, and what it cosigned */
export const keyIn = (folder: string): string => join(folder, "witness.key");
export const storeIn = (folder: string): string => join(folder, "witness.db");
/** of seals: its key, how far it followed which logs, and the journal of its drills */
export const sealKeyIn = (folder: string): string => join(folder, "seals.key");
export const sealStoreIn = (folder: string): string => join(folder, "seals.db");
export const drillsIn = (folder: string): string => join(folder, "drills.db");
