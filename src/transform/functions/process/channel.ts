/**
 * The side of a function's process, or of a job's module's, on which it hears the lake and answers it. Opening it closes what
 * Node's permissions leave open: to be done before any code of a user's is loaded. What the frames ask for is not known here.
 */
import net from 'node:net'
import { documentOf } from './errors.ts'
import { encodeFrame, FrameReader, type FromFunction, type ToFunction } from './frames.ts'
import { guard } from './guard.ts'
import { holdLifeline } from './lifeline.ts'

const socketDescriptor = 3

// Kept before the code can put its own in their place.
const outputs = [process.stdout, process.stderr].map(stream => stream.write.bind(stream))

export class Channel {
  readonly #socket = new net.Socket({ fd: socketDescriptor, readable: true, writable: true })
  readonly #reader: FrameReader

  private constructor(bodyBytesMax: number) {
    this.#reader = new FrameReader(bodyBytesMax)
  }

  static async open(bodyBytesMax: number): Promise<Channel> {
    const channel = new Channel(bodyBytesMax)
    await holdLifeline()
    guard()
    return channel
  }

  /** Tells the lake that the process stands, and hands on each frame that comes. */
  async listen(receive: (frame: ToFunction, body: Uint8Array) => void): Promise<void> {
    // The lake is gone: nobody waits for anything.
    this.#socket.on('close', () => process.exit(0))
    this.#socket.on('error', () => process.exit(0))
    this.#socket.on('data', (chunk: Buffer) => {
      for (const { header, body } of this.#reader.read(chunk)) receive(header as ToFunction, body)
    })
    await this.send({ kind: 'started' })
  }

  send(header: FromFunction, body?: Uint8Array): Promise<void> {
    return new Promise(resolve => this.#socket.write(encodeFrame(header, body), () => resolve()))
  }

  sendError(thrown: unknown, kind: 'failed' | 'given up'): Promise<void> {
    return this.send({ kind }, Buffer.from(JSON.stringify(documentOf(thrown))))
  }

  /** The error is told, and nothing more is expected of a process in this state. */
  async giveUp(thrown: unknown): Promise<never> {
    await this.sendError(thrown, 'given up')
    process.exit(1)
  }

  /** The end of what one invocation writes, on both of its outputs. */
  mark(text: string): void {
    for (const write of outputs) write(text)
  }

  /** Whether the process lives on only because the lake may say something. */
  holdsProcess(isHeld: boolean): void {
    if (isHeld) this.#socket.ref()
    else this.#socket.unref()
  }
}
