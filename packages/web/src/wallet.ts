/** The wallet's page. */
import { mount } from "svelte";
import { routes, saidIn } from "./routes.ts";
import Shell from "./Shell.svelte";
import Start from "./screens/Start.svelte";
import { keepFocus } from "./state/focus.ts";
import { t } from "./state/language.svelte.ts";
import "./styles/base.css";

mount(Shell, {
	target: document.body,
	props: { routes: saidIn(routes, t), first: "home", brought: "pay", start: Start },
});
keepFocus();
