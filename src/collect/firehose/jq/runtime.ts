// jq itself, compiled to WebAssembly, in the thread that loads this. The library's own way in and out copies all that is
// left for every byte (20,000 documents took three minutes), so its read and write are replaced where the module gets
// them; it also never gives back the stack that the arguments of a run took, and is made anew before that runs out.

import { createRequire } from 'node:module'

export interface Run {
  /** 0, 5 (a document failed), 3 (the query is wrong), or undefined when jq was given up. */
  readonly code: number | undefined
  readonly output: Uint8Array
  readonly errors: string
}

type Imports = Readonly<Record<string, Record<string, (...values: number[]) => number>>>
interface Instance {
  readonly exports: Readonly<Record<string, unknown>>
}
/** What of WebAssembly is used here; Node's types have none of it. */
interface Wasm {
  compile(binary: Uint8Array): Promise<object>
  instantiate(module: object, imports: Imports): Promise<unknown>
}
interface Module {
  callMain(args: string[]): number
}

const outputBytesMax = 64 * 1024 ** 2
/** The module has 64 KiB of stack. */
const spentStackBytesMax = 16 * 1024

export class JqRuntime {
  readonly #memoryBytesMax: number
  #compiled: Promise<object> | undefined
  #module: Module | undefined
  #memory: { readonly buffer: ArrayBuffer } = { buffer: new ArrayBuffer(0) }
  #spentStackBytes = 0
  #input: Uint8Array = new Uint8Array(0)
  #readBytes = 0
  #output: Uint8Array[] = []
  #outputBytes = 0
  #errors: Uint8Array[] = []

  constructor(memoryBytesMax: number) {
    this.#memoryBytesMax = memoryBytesMax
  }

  /** One line of output for each value that the program makes of the input. */
  async run(program: string, input: Uint8Array): Promise<Run> {
    const module = this.#module ?? (await this.open())
    this.#spentStackBytes += Buffer.byteLength(program) + 512
    this.#input = input
    this.#readBytes = 0
    this.#output = []
    this.#outputBytes = 0
    this.#errors = []
    let code: number | undefined
    try {
      // By name: the standard input itself is read to its end once and for all.
      code = module.callMain(['-c', '--', program, '/dev/stdin'])
    } catch (cause) {
      // Out of memory, or too much output: the module may be in the middle of anything.
      this.#errors.push(Buffer.from(cause instanceof Error ? cause.message : String(cause)))
    }
    this.#input = new Uint8Array(0)
    if (code === undefined || this.#spentStackBytes > spentStackBytesMax) this.#module = undefined
    return { code, output: Buffer.concat(this.#output), errors: Buffer.concat(this.#errors).toString().trim() }
  }

  /** Ahead of the first run, which would do it otherwise. */
  async open(): Promise<Module> {
    const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly
    const { instantiate } = wasm
    const make: unknown = createRequire(import.meta.url)('jq-wasm/dist/build/jq.js')
    // The library hands nothing out but this call. Nobody else's module is opened in this thread meanwhile.
    wasm.instantiate = async (binary: object, imports: Imports) => {
      this.#compiled ??= wasm.compile(binary as Uint8Array)
      this.#replace(imports)
      const module = await this.#compiled
      const instance = (await instantiate.call(wasm, module, imports)) as Instance
      const memory = Object.values(instance.exports).find(one => hasBuffer(one))
      if (!hasBuffer(memory)) throw new Error('jq exports no memory: the library has changed')
      this.#memory = memory
      return { module, instance }
    }
    try {
      this.#module = await (make as (options: object) => Promise<Module>)({ thisProgram: 'jq' })
    } finally {
      wasm.instantiate = instantiate
    }
    this.#spentStackBytes = 0
    return this.#module
  }

  /** The imports have short names of the day; the functions behind them have their own. */
  #replace(imports: Imports): void {
    const own: Readonly<Record<string, (...values: number[]) => number>> = {
      _fd_read: (_, vectors = 0, count = 0, result = 0) => this.#read(vectors, count, result),
      _fd_write: (file, vectors = 0, count = 0, result = 0) => this.#write(file === 2, vectors, count, result),
    }
    const missing = new Set([...Object.keys(own), '_emscripten_resize_heap'])
    for (const functions of Object.values(imports)) {
      for (const [key, given] of Object.entries(functions)) {
        if (!missing.delete(given.name)) continue
        const replaced = own[given.name]
        functions[key] = replaced ?? ((bytes = 0) => (bytes >>> 0 > this.#memoryBytesMax ? 0 : given(bytes)))
      }
    }
    if (missing.size > 0) throw new Error(`jq does not import ${[...missing].join(', ')}: the library has changed`)
  }

  #read(vectors: number, count: number, result: number): number {
    const before = this.#readBytes
    for (const target of this.#vectors(vectors, count)) {
      const part = this.#input.subarray(this.#readBytes, this.#readBytes + target.length)
      target.set(part)
      this.#readBytes += part.length
    }
    new DataView(this.#memory.buffer).setUint32(result, this.#readBytes - before, true)
    return 0
  }

  #write(isError: boolean, vectors: number, count: number, result: number): number {
    let bytes = 0
    for (const part of this.#vectors(vectors, count)) {
      bytes += part.length
      this.#outputBytes += part.length
      if (this.#outputBytes > outputBytesMax) throw new Error('the query makes too much of the records')
      const into = isError ? this.#errors : this.#output
      into.push(part.slice())
    }
    new DataView(this.#memory.buffer).setUint32(result, bytes, true)
    return 0
  }

  /** WASI's way to name pieces of memory: a list of address and length. */
  #vectors(from: number, count: number): readonly Uint8Array[] {
    const { buffer } = this.#memory
    const view = new DataView(buffer)
    return Array.from({ length: count }, (_, index) => {
      const at = from + index * 8
      return new Uint8Array(buffer, view.getUint32(at, true), view.getUint32(at + 4, true))
    })
  }
}

function hasBuffer(value: unknown): value is { readonly buffer: ArrayBuffer } {
  return typeof value === 'object' && value !== null && 'buffer' in value && value.buffer instanceof ArrayBuffer
}
