/** The sandbox's page. */
import { mount } from "svelte";
import { keepFocus } from "./state/focus.ts";
import Town from "./town/Town.svelte";
import "./styles/base.css";

mount(Town, { target: document.body });
keepFocus();
