/**
 * Births of threads. A thread runs a program that lies beside its caller, in the form (source or build) that runs now; Node strips the
 * types of a source by WebAssembly, in every thread anew where it may not keep what it compiled, and that must not end the process.
 */

import { setFlagsFromString } from 'node:v8';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * V8 compiles a call from WebAssembly into JavaScript after this many of them, and frees what it compiled before. Done in two threads at
 * a time, that ends the whole process now and then, by a failed check or SIGSEGV (seen with Node 24.21: `TierUpWasmToJSWrapper`, then
 * `FreeDeadCode`). Nobody calls so often as this.
 */
const WASM_CALLS_UNTIL_COMPILED = 1_000_000_000;

/** The program `name` beside `caller`, which is its `import.meta.url`. */
export function programBeside(caller: string, name: string): URL {
  return new URL(`./${name}${caller.endsWith('.ts') ? '.ts' : '.js'}`, caller);
}

/** The program of a thread of the server. */
export function threadProgram(name: 'worker' | 'builder' | 'planner-thread'): URL {
  return programBeside(import.meta.url, name);
}

/** Starts a thread; all of the process's threads are to be born here. */
export function startThread(program: URL, options: WorkerOptions): Worker {
  setFlagsFromString(`--wasm-wrapper-tiering-budget=${WASM_CALLS_UNTIL_COMPILED}`);
  return new Worker(program, options);
}
