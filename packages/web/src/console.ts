/** An operator's console: how its witness sees its peers. */
import { mount } from "svelte";
import Console from "./console/Console.svelte";
import { keepFocus } from "./state/focus.ts";
import "./styles/base.css";

mount(Console, { target: document.body });
keepFocus();
