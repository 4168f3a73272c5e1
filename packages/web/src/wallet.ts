import url from "./worker/worker.ts?worker&url";
console.log(new Worker(url, { type: "module" }));
