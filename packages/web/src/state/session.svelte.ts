/**
 * The open wallet, as the screens see it: the desk in the worker, and what it showed last.
 *
 * Screens ask the desk themselves for what they alone show; what all of them show is here, and is asked for again
 * after everything that may have changed it.
 */
import { type AskedProfile, isRefusal, type Refusal } from "@tenten/protocol";
import type {
	AttemptView,
	BackupDesk,
	Desk,
	Overview,
	PasskeyDesk,
	ReceiptView,
	RequestView,
	TillDesk,
} from "@tenten/wallet/page";
import type { Remote } from "comlink";
import { announce, isFramed } from "../town/announcing.ts";
import { startWorker } from "../worker/client.ts";
import type { Opened } from "../worker/opening.ts";
import type { Teller } from "../worker/teller.ts";
import { walletName } from "./address.ts";
import { chime } from "./sound.svelte.ts";

type Phase =
	| { readonly kind: "opening" }
	/** this browser cannot run the worker */
	| { readonly kind: "unable" }
	/** no wallet is here yet */
	| { readonly kind: "none" }
	| { readonly kind: "open"; readonly desk: Remote<Desk>; readonly teller: Remote<Teller> }
	| Refusal;

const worker = startWorker();
const person = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const nothing: Overview = { operators: [], balances: [], open: [], asked: [] };

let phase = $state.raw<Phase>({ kind: "opening" });
let news = $state.raw<readonly AttemptView[]>([]);
let overview = $state.raw<Overview>(nothing);

/** What was read: a request, until it is paid or left; a receipt, until the next one. */
export const atHand = $state<{ request: RequestView | undefined; receipt: ReceiptView | undefined }>({
	request: undefined,
	receipt: undefined,
});

export const session = {
	get phase(): Phase {
		return phase;
	},
	get overview(): Overview {
		return overview;
	},
	/** Payments that moved last, by whatever way. */
	get news(): readonly AttemptView[] {
		return news;
	},
	/** The desk, on screens that are shown only while a wallet is open. */
	get desk(): Remote<Desk> {
		return opened().desk;
	},
	// Comlink reaches parts of an object by their path; its types know methods only.
	get till(): Remote<TillDesk> {
		return opened().desk.till as unknown as Remote<TillDesk>;
	},
	get passkey(): Remote<PasskeyDesk> {
		return opened().desk.passkey as unknown as Remote<PasskeyDesk>;
	},
	get backup(): Remote<BackupDesk> {
		return opened().desk.backup as unknown as Remote<BackupDesk>;
	},
	get teller(): Remote<Teller> {
		return opened().teller;
	},
};

function opened() {
	if (phase.kind !== "open") throw new Error("no wallet is open");
	return phase;
}

export async function openWallet(): Promise<void> {
	const started = await worker.catch(() => undefined);
	if (started === undefined) phase = { kind: "unable" };
	else await enter(await started.open(walletName));
}

export async function createWallet(): Promise<void> {
	await enter(await (await worker).create(walletName));
}

/** Makes a wallet from a backup; why not, and none was made. */
export async function restoreWallet(file: Uint8Array, code: string): Promise<Refusal | undefined> {
	const restored = await (await worker).restore(walletName, file, code);
	if (restored.kind === "refusal") return restored;
	await enter(restored);
	return undefined;
}

/** Asks operators what became of what a backup brought; see `BackupDesk.bringBack`. */
export async function bringBack(nothingPaidSince: boolean): Promise<Refusal | undefined> {
	const refusal = await session.backup.bringBack(person, nothingPaidSince);
	await refresh();
	return refusal;
}

/** Undefined once it was written down. */
export async function recoveryCode(): Promise<string | undefined> {
	return (await worker).recoveryCode();
}

export async function codeWritten(): Promise<void> {
	await (await worker).codeWritten();
}

/** Opens an account with the operator at an address. */
export async function joinOperator(url: string, as: AskedProfile = person): Promise<Refusal | undefined> {
	const joined = await session.desk.join(url, as);
	await refresh();
	return isRefusal(joined) ? joined : undefined;
}

async function enter(opened: Opened): Promise<void> {
	if (opened.kind !== "open") {
		phase = opened;
		return;
	}
	const { desk, teller } = await worker;
	phase = { kind: "open", desk: await desk(), teller: await teller() };
	await refresh();
}

/** Something moved that this page did not ask for. */
export async function tell(moved: readonly AttemptView[]): Promise<void> {
	await refresh();
	news = moved;
	for (const { id, funds } of moved) if (funds === "spent" || funds === "received") chime(id);
}

/** Shows what is so now. */
export async function refresh(): Promise<void> {
	overview = await session.desk.overview();
	if (isFramed()) announce(overview, await session.desk.attempts());
}
