// How much a child of the engine may have, of this machine. Apart, so that a child can be started before the engine is there.
import { availableParallelism } from 'node:os'
import type { Limits } from './protocol.ts'

/** The parser alone takes about 270 MiB of a child: the rest is DuckDB's. */
const parserBytes = 320 * 1024 ** 2
const residentBytesUsual = 2 * 1024 ** 3

export function limitsOf(residentBytesMax = residentBytesUsual): Limits {
  const threads = Math.max(1, Math.min(8, availableParallelism()))
  // DuckDB's limit leaves room for what it does not count; the process itself is watched by the child.
  const memoryBytesMax = Math.max(128 * 1024 ** 2, Math.floor((residentBytesMax - parserBytes) * 0.7))
  return { residentBytesMax, memoryBytesMax, threads }
}
