/** The point of sale's page: the same frame, worker and desk as the wallet's, with screens for a counter. */
import { mount } from "svelte";
import { saidIn } from "./routes.ts";
import Shell from "./Shell.svelte";
import { keepFocus } from "./state/focus.ts";
import { routes } from "./till/routes.ts";
import TillStart from "./till/TillStart.svelte";
import { say } from "./till/words.ts";
import "./styles/base.css";
import "./till/till.css";

mount(Shell, {
	target: document.body,
	props: { routes: saidIn(routes, say), first: "sell", brought: "refund", start: TillStart },
});
keepFocus();
