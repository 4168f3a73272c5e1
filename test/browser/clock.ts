/** A clock for the wallets of a test: what their worker takes for the time is as far ahead as the test says. */
import type { Phone } from "./phones.ts";

type App = { readonly fetch: (request: Request) => Response | Promise<Response> };

const skewed = `{
	const real = Date.now;
	let ahead = 0;
	Date.now = () => real() + ahead;
	const clock = new BroadcastChannel("clock");
	clock.onmessage = ({ data }) => {
		ahead = data;
		clock.postMessage("set");
	};
}
`;

/** The pages, their worker with such a clock. */
export function withClock(app: App): App {
	return {
		fetch: async (request) => {
			if (!/\/assets\/worker-[^/]*\.js$/.test(request.url)) return app.fetch(request);
			const plain = await app.fetch(new Request(request.url));
			const headers = new Headers(plain.headers);
			for (const name of ["content-length", "etag"]) headers.delete(name);
			return new Response(skewed + (await plain.text()), { headers });
		},
	};
}

/** From now on the wallet's clock is this far ahead, seconds: resolves once its worker has heard it. */
export async function pass({ page }: Phone, seconds: number): Promise<void> {
	await page.evaluate(
		(ahead) =>
			new Promise<void>((resolve) => {
				const clock = new BroadcastChannel("clock");
				clock.onmessage = () => {
					clock.close();
					resolve();
				};
				clock.postMessage(ahead);
			}),
		seconds * 1_000,
	);
}
