/** The wallet's page. */
import { mount } from "svelte";
import Shell from "./Shell.svelte";
import { keepFocus } from "./state/focus.ts";
import "./styles/base.css";

mount(Shell, { target: document.body });
keepFocus();
