/** Files of lines, read and written piece by piece, so that a job's rows never lie in memory all at once. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'

const pieceBytes = 256 * 1024

export function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.allocUnsafe(pieceBytes)
    const decoder = new TextDecoder()
    let rest = ''
    for (let bytes = readSync(file, piece); bytes > 0; bytes = readSync(file, piece)) {
      const lines = (rest + decoder.decode(piece.subarray(0, bytes), { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  } finally {
    closeSync(file)
  }
}

export class LineWriter {
  readonly #file: number
  #pending: string[] = []
  #characters = 0
  lines = 0

  /** Goes on where the file ends. */
  constructor(path: string) {
    this.#file = openSync(path, 'a')
  }

  write(line: string): void {
    this.#pending.push(line)
    this.#characters += line.length
    this.lines += 1
    if (this.#characters >= pieceBytes) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const bytes = Buffer.from(`${this.#pending.join('\n')}\n`)
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at)
    this.#pending = []
    this.#characters = 0
  }
}
