/** The wallet's page. */
import { mount } from "svelte";
import Shell from "./Shell.svelte";
import "./styles/base.css";

mount(Shell, { target: document.body });
