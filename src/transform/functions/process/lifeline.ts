/**
 * Ends the process with the lake, however busy the function keeps the main thread: a thread that holds the other end of
 * a socket. It is the last thread that the process may start.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const lifelineDescriptor = 4

// As text, so that the thread has no types to strip and little memory to take.
const watch = `
const end = () => process.kill(process.pid, 'SIGKILL')
const socket = new (require('node:net').Socket)({ fd: ${lifelineDescriptor}, readable: true })
socket.on('close', end).on('error', end).resume()`

const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 }

export async function holdLifeline(): Promise<void> {
  const worker = new Worker(watch, { eval: true, env: {}, resourceLimits })
  dropThreads()
  await once(worker, 'online')
  worker.unref()
}

function dropThreads(): void {
  const { permission } = process as unknown as { readonly permission: { drop?(scope: string): void } }
  if (permission.drop === undefined)
    throw new Error(
      `Functions need a Node.js that can give permissions back, and ${process.version} cannot: use a newer 26.`,
    )
  permission.drop('worker')
}
