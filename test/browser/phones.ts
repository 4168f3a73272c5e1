/**
 * Phones for tests: the built wallet in real Chromium, an operator and a relay on this machine, all of them real.
 *
 *   phones ──▶ Chromium, one context a phone ──▶ pages ◀── webApp
 *                                                  └──▶ operator (gives play money to whoever joins), relay
 *
 * What a phone shows is looked up by the texts of `locales/*.json`, as a person would, and never by markup.
 */
import { readFileSync } from "node:fs";
import { createApp, type Operator, type OperatorPolicy } from "@tenten/operator";
import { isRefusal, parseEnrolled, sha256 } from "@tenten/protocol";
import { type LoopbackServer, listenAsRelay, listenOnLoopback } from "@tenten/wallet";
import { buildWeb, webApp } from "@tenten/web";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { openTown, type Town } from "../support/town.ts";
import { bundle, launch } from "./chromium.ts";
import { withClock } from "./clock.ts";

export type Language = "en" | "ja";
export type Texts = Readonly<Record<string, string>>;

/** Minor units that whoever joins finds on the account. */
export const gift = 10_000n;

const handheld = { width: 390, height: 844 };
const tablet = { width: 834, height: 1194 };

const silent = { info: () => undefined, error: (_: object, message: string) => console.error(message) };
/** A machine without multicast cannot resolve the names behind which Chromium hides addresses of a network. */
const args = ["--disable-features=WebRtcHideLocalIpsWithMdns", "--allow-loopback-in-peer-connection"];

export type Phone = {
	readonly page: Page;
	readonly context: BrowserContext;
	/** The text of a key, as this phone says it. */
	readonly text: (key: string, values?: Readonly<Record<string, string | number>>) => string;
	readonly button: (key: string, values?: Readonly<Record<string, string | number>>) => Locator;
	readonly field: (key: string) => Locator;
	/** Goes to a screen of the wallet. */
	readonly go: (screen: string) => Promise<void>;
	/** What the module says is in the store of its first asset, by where it is, minor units. */
	readonly balance: () => Promise<Readonly<Record<string, string>>>;
	/** How many messages came to the page over data channels. */
	readonly lettersByRtc: () => Promise<number>;
	/** What went wrong in the page: uncaught errors and refusals of its policy. */
	readonly problems: readonly string[];
};

export type PhoneOptions = {
	readonly language?: Language;
	/** can be met at the relay */
	readonly hasRelay?: boolean;
	/** the point of sale, on a tablet */
	readonly isTill?: boolean;
};

export type Phones = {
	/** Opens a wallet in a browser of its own. */
	readonly phone: (options?: PhoneOptions) => Promise<Phone>;
	readonly web: LoopbackServer;
	/** whose operator it is, on a clock that stands still */
	readonly town: Town;
	/** where the phones reach its operator */
	readonly operatorUrl: string;
	readonly relay: LoopbackServer;
	/** The relay goes away with all that waits in it, and comes back empty. */
	readonly cutRelay: () => Promise<void>;
	readonly mendRelay: () => Promise<void>;
	/** The operator's server goes away, its books stay. */
	readonly stopOperator: () => Promise<void>;
	readonly startOperator: () => Promise<void>;
	readonly close: () => Promise<void>;
};

export function textsIn(language: Language, folder = "locales"): Texts {
	return JSON.parse(readFileSync(`packages/web/src/${folder}/${language}.json`, "utf8")) as Texts;
}

export type PhonesOptions = {
	/** what the operator says of itself, and lists */
	readonly policy?: Partial<OperatorPolicy>;
	/** stands between the phones and the operator's server */
	readonly before?: (app: App) => App;
	/** what the wallets take for the time is told them by `pass` */
	readonly hasClock?: boolean;
	/** stands between the phones and the server of the pages */
	readonly beforePages?: (pages: App) => App;
};

export async function openPhones({
	policy = {},
	before = (app) => app,
	hasClock = false,
	beforePages = (pages) => pages,
}: PhonesOptions = {}): Promise<Phones> {
	const built = webApp(await buildWeb(), { connect: ["http://127.0.0.1:*", "ws://127.0.0.1:*"] });
	const pages = beforePages(built);
	const web = await listenOnLoopback(hasClock ? withClock(pages) : pages);
	const town = await openTown({ now: Math.floor(Date.now() / 1_000), policy });
	const app = before(
		withGift(town.operator, createApp({ operator: town.operator, log: silent, origins: [web.url] })),
	);
	let operator: LoopbackServer | undefined = await listenOnLoopback(app);
	const { port } = new URL(operator.url);
	let relay = await listenAsRelay();
	const relayPort = Number(new URL(relay.url).port);
	const browser = await launch(args);
	const deskCode = await bundle("packages/web/test/support/desk-page.ts");
	const operatorUrl = operator.url;
	const query = `operator=${operatorUrl}`;
	const stopOperator = async (): Promise<void> => {
		await operator?.stop();
		operator = undefined;
	};
	return {
		web,
		town,
		operatorUrl,
		relay,
		cutRelay: () => relay.stop(),
		mendRelay: async () => {
			relay = await listenAsRelay({ port: relayPort });
		},
		stopOperator,
		startOperator: async () => {
			operator ??= await listenOnLoopback(app, { port: Number(port) });
		},
		phone: ({ language = "ja", hasRelay = false, isTill = false } = {}) => {
			const address = `${web.url}/${isTill ? "till.html" : ""}?${query}`;
			const texts = { ...textsIn(language), ...(isTill && textsIn(language, "till/texts")) };
			const reached = hasRelay ? `${address}&relay=${relay.url}` : address;
			return openPhone(browser, reached, deskCode, { language, texts, viewport: isTill ? tablet : handheld });
		},
		close: async () => {
			await browser.close();
			await relay.stop().catch(() => undefined);
			await stopOperator();
			await web.stop().catch(() => undefined);
			await town.close();
		},
	};
}

export type App = { readonly fetch: (request: Request) => Response | Promise<Response> };

/** Whoever opens an account finds money on it, once. */
function withGift(operator: Operator, app: App): App {
	return {
		fetch: async (request) => {
			const response = await app.fetch(request);
			if (request.method === "POST" && request.url.endsWith("/v1/certificates") && response.ok) {
				const enrolled = parseEnrolled(new Uint8Array(await response.clone().arrayBuffer()));
				if (!isRefusal(enrolled))
					await operator.deposit(sha256(enrolled.account), enrolled.account, "JPY", gift);
			}
			return response;
		},
	};
}

type Opening = {
	readonly language: Language;
	readonly texts: Texts;
	readonly viewport: { readonly width: number; readonly height: number };
};

async function openPhone(
	browser: Browser,
	address: string,
	deskCode: string,
	{ language, texts, viewport }: Opening,
): Promise<Phone> {
	const context = await browser.newContext({ locale: language === "ja" ? "ja-JP" : "en-GB", viewport });
	await context.addInitScript(keepWorker);
	await context.addInitScript(fakeCamera);
	await context.addInitScript(countByRtc);
	const page = await context.newPage();
	const problems: string[] = [];
	page.on("pageerror", (error) => problems.push(String(error)));
	page.on("console", (message) => {
		if (message.type() === "error" && /Content.Security|Trusted/i.test(message.text()))
			problems.push(message.text());
	});
	await page.goto(address);
	const text: Phone["text"] = (key, values = {}) => {
		const found = texts[key];
		if (found === undefined) throw new Error(`no text ${key}`);
		return found.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ""));
	};
	return {
		page,
		context,
		text,
		button: (key, values) => page.getByRole("button", { name: text(key, values), exact: true }),
		field: (key) => page.getByLabel(text(key)),
		go: async (screen) => {
			await page.evaluate((hash) => {
				location.hash = hash;
			}, `#/${screen}`);
			// A screen is loaded when it is first gone to.
			await page.locator(`main[data-screen^="${screen.split("/")[0]}/"]`).waitFor();
		},
		balance: async () => {
			await page.evaluate(deskCode);
			const [first] = await page.evaluate(() => (globalThis as unknown as PageEnd).balances());
			if (first === undefined) throw new Error("no asset");
			return first;
		},
		lettersByRtc: () => page.evaluate(() => (globalThis as unknown as PageEnd).cameByRtc ?? 0),
		problems,
	};
}

type PageEnd = {
	readonly cameByRtc?: number;
	readonly balances: () => Promise<readonly Readonly<Record<string, string>>[]>;
};

/** Runs in the page before anything else: a test wants to reach the worker that the page starts. */
function keepWorker(): void {
	const Real = globalThis.Worker;
	globalThis.Worker = class extends Real {
		constructor(url: string | URL, options?: WorkerOptions) {
			super(url, options);
			Object.assign(globalThis, { walletWorker: this });
		}
	};
}

/** Runs in the page before anything else: says how many messages came over data channels. */
function countByRtc(): void {
	const { createDataChannel } = RTCPeerConnection.prototype;
	RTCPeerConnection.prototype.createDataChannel = function (label, options) {
		const channel = createDataChannel.call(this, label, options);
		const counts = globalThis as unknown as { cameByRtc?: number };
		channel.addEventListener("message", () => {
			counts.cameByRtc = (counts.cameByRtc ?? 0) + 1;
		});
		return channel;
	};
}

/** Runs in the page before anything else: its camera shows whatever a test draws on `cameraImage`. */
function fakeCamera(): void {
	const image = document.createElement("canvas");
	image.width = image.height = 900;
	Object.assign(globalThis, { cameraImage: image });
	const draw = image.getContext("2d");
	const stream = (): MediaStream => {
		// A stream of a canvas has frames only while somebody draws.
		setInterval(() => draw?.fillRect(0, 0, 1, 1), 100);
		return image.captureStream(20);
	};
	navigator.mediaDevices.getUserMedia = async () => stream();
}

/** Holds one phone in front of the other: until it is stopped, its camera sees the code that the other shows. */
export function pointAt(seer: Phone, shower: Phone): { readonly stop: () => Promise<void> } {
	let isOver = false;
	const run = async (): Promise<void> => {
		while (!isOver) {
			const seen = await shower.page
				.evaluate(() => document.querySelector<HTMLCanvasElement>("[data-testid=qr]")?.toDataURL())
				.catch(() => undefined);
			if (seen === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
			else await seer.page.evaluate(showToCamera, seen).catch(() => undefined);
		}
	};
	const running = run();
	return {
		stop: () => {
			isOver = true;
			return running;
		},
	};
}

async function showToCamera(address: string): Promise<void> {
	const { cameraImage } = globalThis as unknown as { readonly cameraImage: HTMLCanvasElement };
	const image = new Image();
	image.src = address;
	await image.decode();
	const draw = cameraImage.getContext("2d");
	if (draw === null) return;
	draw.imageSmoothingEnabled = false;
	draw.fillStyle = "#fff";
	draw.fillRect(0, 0, cameraImage.width, cameraImage.height);
	draw.drawImage(image, 50, 50, cameraImage.width - 100, cameraImage.height - 100);
}

/** The first minute: a wallet, an account with the operator, and this much in the wallet. */
export async function firstRun(phone: Phone, amount: bigint): Promise<void> {
	await phone.button("start.begin").click();
	await phone.field("topUp.amount").fill(String(amount));
	await phone.button("topUp.do").click();
	await phone.page
		.getByRole("link", { name: phone.text("nav.home"), exact: true })
		.first()
		.waitFor();
	await phone.page.getByText(phone.text("topUp.done", { amount: yen(phone, amount) })).waitFor();
}

/** As its phone writes an amount. */
export function yen({ text }: Phone, minor: bigint): string {
	const language = text("nav.pay") === "Pay" ? "en" : "ja";
	return new Intl.NumberFormat(language, { style: "currency", currency: "JPY" }).format(minor);
}

/** The balance on the first screen. */
export async function shownBalance(phone: Phone): Promise<string> {
	await phone.go("home");
	return (await phone.page.getByTestId("available").textContent()) ?? "";
}

/** The way to the other side that is taken from now on. */
export async function choose({ page, text }: Phone, way: string): Promise<void> {
	await page.getByText(text(`ways.${way}`), { exact: true }).click();
}

/** What a phone says of its payment. */
export async function shownPayment({ page }: Phone) {
	const [mark, amount, memo] = await Promise.all(
		["mark", "amount", "memo"].map((id) => page.getByTestId(id).textContent()),
	);
	return { mark, amount, memo };
}
