/** The last 4 KB of what an invocation logged, which AWS sends back with the answer. */
import { logTailBytes } from '../limits.ts'

export class LogTail {
  #text = ''

  add(text: string): void {
    // Cut now and then, so that a talkative function costs no memory.
    this.#text += text
    if (this.#text.length > 8 * logTailBytes) this.#text = this.#text.slice(-logTailBytes)
  }

  line(text: string): void {
    this.add(this.#text === '' || this.#text.endsWith('\n') ? `${text}\n` : `\n${text}\n`)
  }

  get text(): string {
    const bytes = Buffer.from(this.#text)
    if (bytes.length <= logTailBytes) return this.#text
    let from = bytes.length - logTailBytes
    // Not in the middle of a character.
    while (from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from++
    return bytes.toString('utf8', from)
  }
}
